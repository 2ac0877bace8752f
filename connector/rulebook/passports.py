"""Shared passports of indicators: building blocks that `extends` refines instead of repeating."""

from collections.abc import Iterable, Mapping
from importlib.resources import files

from connector.rulebook.documents import Node, read_document
from connector.rulebook.faults import RuleFileFault, RulesRefused, near_miss
from connector.rulebook.schemas import PassportsFileSchema, load

Passports = Mapping[str, Node]

MOST = 3
"""Passports in a row; a longer chain cannot be read in one glance."""


def shared_passports() -> Passports:
    """Those that are shipped in `rules/`. Raises RulesRefused."""
    content = (files("connector.rules") / "passports.yaml").read_bytes()
    faults: list[RuleFileFault] = []
    found = passports_in(read_document(content, "rules/passports.yaml"), faults)
    if faults:
        raise RulesRefused(faults)
    return found


def passports_in(document: Node, faults: list[RuleFileFault]) -> Passports:
    """The passports of one file, by name."""
    if load(PassportsFileSchema(), document, faults) is None:
        return {}
    return document.entries["passports"].entries


def refined(node: Node, passports: Passports, faults: list[RuleFileFault]) -> Node:
    """A passport with everything it extends filled in; its own keys win."""
    chain = list(_chain(node, passports, faults))
    merged: dict[str, Node] = {}
    for link in reversed(chain):
        merged.update(link.entries)
    merged.pop("extends", None)
    return Node(merged, node.file, node.line)


def _chain(node: Node, passports: Passports, faults: list[RuleFileFault]) -> Iterable[Node]:
    seen: list[str] = []
    while True:
        yield node
        parent = node.entries.get("extends")
        if parent is None:
            return
        name = str(parent.value)
        if name in seen:
            faults.append(parent.fault(f"extends: круг: {' → '.join([*seen, name])}"))
            return
        if name not in passports:
            hint = near_miss(name, passports)
            faults.append(parent.fault(f"extends: нет паспорта «{name}»{hint}"))
            return
        if len(seen) == MOST:
            faults.append(parent.fault(f"extends: цепочка длиннее {MOST} паспортов"))
            return
        seen.append(name)
        node = passports[name]
