"""`letters` in municipality.yaml: what cannot be switched off, and what comes only when wanted."""

from collections.abc import Iterable, Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import Any

from connector.domain.letter_kinds import KINDS
from connector.domain.owed import Recipient
from connector.domain.preferences import ASKED_FOR, STANDARD, LetterPolicy
from connector.rulebook.documents import Node
from connector.rulebook.faults import RuleFileFault, near_miss

Kinds = Mapping[str, frozenset[str]]
"""Roles by kind; none where they are not known."""

_ADMINISTRATOR = str(Recipient.ADMINISTRATOR)


def letter_policy(letters: Mapping[str, Any]) -> LetterPolicy:
    """What is not said is as the connector has it; administrators' letters are always forced."""
    named = letters.get("forced")
    forced = STANDARD.forced if named is None else {*named, f"*.{_ADMINISTRATOR}"}
    return LetterPolicy(frozenset(forced), frozenset(letters.get("unasked") or ()))


def policy_faults(letters: Mapping[str, Any], own: Kinds, node: Node) -> Iterator[RuleFileFault]:
    """Names that mean no letter: whoever writes one believes that something is settled which is
    not. own: the municipality's kinds; node: municipality.yaml."""
    known: Kinds = {**{k: frozenset(map(str, r)) for k, r in KINDS.items()}, **own}
    forced = letters.get("forced") or ()
    for key in ("forced", "unasked"):
        for number, name in enumerate(letters.get(key) or ()):
            told = _fault(name, known, is_forced=key == "forced")
            if key == "unasked" and name in forced:
                told = "назван и в forced, и в unasked"
            if told:
                yield node.at(("letters", key, number)).fault(f"{name}: {told}")


def kinds_of_letters(folders: Iterable[Traversable]) -> dict[str, frozenset[str]]:
    """The kinds for which the folders have words of their own, by the names of the files."""
    found: dict[str, set[str]] = {}
    for folder in (one / "letters" for one in folders if one.is_dir()):
        for entry in folder.iterdir() if folder.is_dir() else ():
            kind, _, role = entry.name.removesuffix(".txt").partition(".")
            found.setdefault(kind, set()).update([role] if role else [])
    # Words for every role say nothing about who gets them.
    return {kind: frozenset(roles) for kind, roles in found.items() if kind not in KINDS}


def _fault(name: str, known: Kinds, is_forced: bool) -> str:
    kind, _, role = name.partition(".")
    if kind in ASKED_FOR:
        return "приходит только тому, кто сам попросил"
    if not is_forced and (role == _ADMINISTRATOR or known.get(kind) == frozenset({_ADMINISTRATOR})):
        return "сообщения администраторам обязательны всегда"
    if kind == "*":
        return ""
    if kind not in known:
        return f"такого вида сообщений нет{near_miss(kind, sorted(known.keys() - ASKED_FOR))}"
    roles = known[kind]
    if role and roles and role not in roles:
        return f"«{kind}» в этой роли не приходит никому, возможны: {', '.join(sorted(roles))}"
    return ""
