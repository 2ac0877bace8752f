"""What if: a plan, a threshold or a word's number is another one, for a trial only.

An amendment names what it changes as people would point at it in the files:

    korolev.diagnosed.plan=65                      the plan of an indicator, in percent
    korolev.young.younger_than=30                  the main parameter of a word in an indicator
    korolev.teams.team_completed_programme.members=3    another parameter of a word
    scale.base=55                                  a threshold of the level scale, in percent
    stalls.idle_days=15                            working days of the stall policy

A dated parameter is amended at all of its dates: the question is what the number would do, not
from when. The files are not touched; the nodes that were read from them are replaced.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from connector.domain.levels import Scale
from connector.domain.words.vocabulary import ParamType, Vocabulary
from connector.errors import ConnectorError
from connector.rulebook.documents import Node, Scalar
from connector.rulebook.faults import RuleFileFault, near_miss

PLACE = "что, если"
"""Where the faults of amendments are said to be."""

SCALE = ("high", "elevated", "base")
STALLS = ("idle_days", "grace_days", "head_after", "specialist_after")
_FORMS = "показатель.plan=65, показатель.слово=3, scale.base=55 или stalls.idle_days=15"


class NotAnAmendment(ConnectorError):
    """A text that is no `name=value`; says in Russian how it is written."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """name: what is changed, dotted. value: as a rule file would have it."""

    name: str
    value: Scalar

    def __str__(self) -> str:
        return f"{self.name}={self.value}"

    @property
    def node(self) -> Node:
        return Node(self.value, PLACE, 0)


def parse_amendment(text: str) -> Amendment:
    """`korolev.diagnosed.plan=65`. Raises NotAnAmendment."""
    name, equals, written = (part.strip() for part in text.partition("="))
    if not equals or not re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+", name):
        raise NotAnAmendment(f"«{text}»: пишут {_FORMS}")
    return Amendment(name, _scalar(written))


def _scalar(text: str) -> Scalar:
    number = text.replace(",", ".")
    if re.fullmatch(r"-?\d{1,15}", number, re.ASCII):
        return int(number)
    if re.fullmatch(r"-?\d{1,15}\.\d{1,15}", number, re.ASCII):
        return Decimal(number)
    return {"true": True, "false": False}.get(text, text)


@dataclass
class Amending:
    """Applies amendments to what is read; afterwards tells of those that found nothing to change.

    numbers: every number of a word that can be amended, by its name, as it is by now.
    """

    vocabulary: Vocabulary
    amendments: Sequence[Amendment] = ()
    numbers: dict[str, int] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)
    _known: set[str] = field(default_factory=set)

    def municipality(self, node: Node) -> Node:
        """municipality.yaml with the scale's thresholds and the stall policy amended."""
        entries = dict(node.entries)
        self._known |= {f"scale.{name}" for name in SCALE} | {f"stalls.{name}" for name in STALLS}
        thresholds = self._of("scale", SCALE)
        if thresholds:
            amended = {f"{name}_percent": value for name, value in thresholds.items()}
            given = entries["scales"].items if "scales" in entries else (_default_scale(node),)
            entries["scales"] = Node(
                tuple(_with(one, amended) for one in given), node.file, node.line
            )
        policy = self._of("stalls", STALLS)
        if policy:
            entries["stalls"] = _with(entries.get("stalls", Node({}, node.file, node.line)), policy)
        return Node(entries, node.file, node.line)

    def indicator(self, node: Node) -> Node:
        """A passport after `extends` was resolved, with its plan and its words amended."""
        code = node.at(("code",)).value
        if not isinstance(code, str) or "code" not in node.entries:
            return node
        self._known.add(f"{code}.plan")
        entries = dict(node.entries)
        plan = self._of(code, ("plan",)).get("plan")
        if plan is not None:
            entries["plan"] = _planned(entries.get("plan"), plan)
        for key in ("population", "achieved"):
            if key in entries:
                entries[key] = self._condition(code, entries[key])
        return Node(entries, node.file, node.line)

    def faults(self) -> Iterable[RuleFileFault]:
        """Amendments that named nothing of these rules."""
        for one in self.amendments:
            if one.name not in self._used:
                hint = near_miss(one.name, self._known)
                yield RuleFileFault(PLACE, 0, f"{one.name}: такого числа в правилах нет{hint}")

    def _of(self, prefix: str, names: Iterable[str]) -> dict[str, Node]:
        wanted = {f"{prefix}.{name}": name for name in names}
        found = {wanted[one.name]: one.node for one in self.amendments if one.name in wanted}
        self._used |= {f"{prefix}.{name}" for name in found}
        return found

    def _condition(self, code: str, node: Node) -> Node:
        if len(node.entries) != 1:
            return node
        ((name, inner),) = node.entries.items()
        if name in ("all", "any"):
            items = tuple(self._condition(code, item) for item in inner.items)
            return _single(node, name, Node(items, inner.file, inner.line))
        if name == "not":
            return _single(node, name, self._condition(code, inner))
        if name not in self.vocabulary:
            return node
        return _single(node, name, self._word(code, name, inner))

    def _word(self, code: str, name: str, node: Node) -> Node:
        word = self.vocabulary[name]
        params = [param.name for param in word.params]
        self._known |= {f"{code}.{name}.{param}" for param in params}
        amended = self._of(f"{code}.{name}", params)
        if word.main is not None:
            self._known.add(f"{code}.{name}")
            bare = self._of(code, (name,)).get(name)
            if bare is not None:
                amended.setdefault(word.main.name, bare)
        given = dict(node.entries)
        if not given and word.main is not None and not _is_bare_true(node, word.main.type):
            given = {word.main.name: node}
        now = {**given, **amended}
        for param in word.params:
            held = _latest(now[param.name]) if param.name in now else param.default
            if param.type is ParamType.INTEGER and type(held) is int:
                main = param is word.main
                self.numbers[f"{code}.{name}" if main else f"{code}.{name}.{param.name}"] = held
        return Node(now, node.file, node.line) if amended else node


def _latest(node: Node) -> object:
    """A value; of a dated parameter, the one that is in force last."""
    return node.items[-1].at(("value",)).value if node.items else node.value


def _is_bare_true(node: Node, main: ParamType) -> bool:
    """`word: true` of a word whose main parameter is no yes or no: nothing is given."""
    return node.value is True and main is not ParamType.BOOLEAN


def _single(node: Node, name: str, inner: Node) -> Node:
    return Node({name: inner}, node.file, node.line)


def _with(node: Node, amended: Mapping[str, Node]) -> Node:
    return Node({**node.entries, **amended}, node.file, node.line)


def _planned(plans: Node | None, value: Node) -> Node:
    amended = {"at_least_percent": value}
    if plans is not None and plans.items:
        return Node(tuple(_with(one, amended) for one in plans.items), plans.file, plans.line)
    source = Node(PLACE, PLACE, 0)
    return Node((Node({**amended, "source": source}, PLACE, 0),), PLACE, 0)


def _default_scale(node: Node) -> Node:
    scale = Scale()
    values: dict[str, Scalar] = {f"{name}_percent": int(getattr(scale, name)) for name in SCALE}
    values["source"] = "по умолчанию"
    places = {key: Node(value, node.file, node.line) for key, value in values.items()}
    return Node(places, node.file, node.line)
