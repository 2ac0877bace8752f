"""Passports of a municipality's indicators → domain values."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from connector.domain.because import SubjectKind
from connector.domain.indicators import Basis, Condition, Indicator, IndicatorKind, Plan, Wording
from connector.domain.periods import PeriodKind
from connector.domain.words.vocabulary import Vocabulary
from connector.rulebook.amendments import Amending
from connector.rulebook.dated import out_of_order
from connector.rulebook.documents import Node
from connector.rulebook.faults import RuleFileFault, near_miss
from connector.rulebook.grammar import ConditionReader
from connector.rulebook.passports import Passports, refined
from connector.rulebook.schemas import IndicatorSchema, load

JUDGED_BY = ("code", "subject", "kind", "period", "population", "achieved")


class IndicatorReader:
    """Reads all indicators of a municipality; notes every fault and goes on.

    judging: what the judging of each depends on, as JSON values, in order.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        passports: Passports,
        faults: list[RuleFileFault],
        amending: Amending,
    ) -> None:
        self._vocabulary = vocabulary
        self._amending = amending
        self._passports = passports
        self._faults = faults
        self._nodes: dict[str, Node] = {}
        self._ready: dict[str, Indicator | None] = {}
        self._underway: list[str] = []
        self.judging: list[dict[str, Any]] = []

    def read(self, nodes: Iterable[Node]) -> tuple[Indicator, ...]:
        """The indicators in the order of the files; without those that are faulty."""
        for node in nodes:
            whole = refined(node, self._passports, self._faults)
            self._register(self._amending.indicator(whole))
        found = [self._indicator(code) for code in self._nodes]
        self.judging = [
            {key: node.entries[key].plain for key in JUDGED_BY if key in node.entries}
            for node in self._nodes.values()
        ]
        return tuple(indicator for indicator in found if indicator is not None)

    def _register(self, node: Node) -> None:
        code = node.at(("code",)).value
        if not isinstance(code, str) or "code" not in node.entries:
            load(IndicatorSchema(), node, self._faults)
        elif not re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+", code):
            self._faults.append(node.at(("code",)).fault("code: ожидался вид korolev.routes"))
        elif code in self._nodes:
            first = self._nodes[code]
            self._faults.append(
                node.fault(f"показатель «{code}» уже описан: {first.file}:{first.line}")
            )
        else:
            self._nodes[code] = node

    def _indicator(self, code: str) -> Indicator | None:
        if code not in self._ready:
            self._underway.append(code)
            self._ready[code] = self._built(self._nodes[code])
            self._underway.pop()
        return self._ready[code]

    def _built(self, node: Node) -> Indicator | None:
        loaded = load(IndicatorSchema(), node, self._faults)
        subject = node.at(("subject",)).value
        if not isinstance(subject, str) or subject not in list(SubjectKind):
            return None
        population, achieved, looks_at_people = self._conditions(node, SubjectKind(subject))
        if loaded is None:
            return None
        self._faults += out_of_order(loaded["plan"], node.at(("plan",)))
        if population is None or achieved is None:
            return None
        return Indicator(
            code=loaded["code"],
            title=loaded["title"],
            subject=SubjectKind(subject),
            kind=IndicatorKind(loaded["kind"]),
            period=PeriodKind(loaded["period"]),
            population=population,
            achieved=achieved,
            basis=Basis(**loaded["basis"]),
            plans=tuple(_plan(plan) for plan in loaded["plan"]),
            owner=loaded["owner"],
            note=loaded["note"],
            exclusions=loaded["exclusions"],
            unit=loaded["unit"],
            collected=loaded["collected"],
            wording=Wording(loaded["population"], loaded["achieved"]),
            looks_at_people=looks_at_people,
        )

    def _conditions(
        self, node: Node, subject: SubjectKind
    ) -> tuple[Condition | None, Condition | None, bool]:
        def resolve(named: Node) -> Indicator | None:
            return self._named(named, node)

        reader = ConditionReader(self._vocabulary, subject, resolve, self._faults)
        population, achieved = (node.entries.get(key) for key in ("population", "achieved"))
        who = reader.read(population) if population else None
        what = reader.read(achieved) if achieved else None
        return who, what, reader.looks_at_people

    def condition(
        self, node: Node, subject: SubjectKind, user: Node
    ) -> tuple[Condition | None, bool]:
        """A condition that stands elsewhere than in an indicator, and whether it looks at a place's
        people. user: names its subject and period, for whatever it refers to."""

        def resolve(named: Node) -> Indicator | None:
            return self._named(named, user)

        reader = ConditionReader(self._vocabulary, subject, resolve, self._faults)
        return reader.read(node), reader.looks_at_people

    def _named(self, named: Node, user: Node) -> Indicator | None:
        """The indicator that `achieved_in` names: same subject, same period, no circle."""
        code = str(named.value)
        if code in self._underway:
            circle = " → ".join([*self._underway[self._underway.index(code) :], code])
            self._blame(named, f"achieved_in: показатели ссылаются по кругу: {circle}")
            return None
        if code not in self._nodes:
            hint = near_miss(code, self._nodes)
            self._blame(named, f"achieved_in: нет показателя «{code}»{hint}")
            return None
        for key in ("subject", "period"):
            there, here = (n.at((key,)).value for n in (self._nodes[code], user))
            if there != here:
                self._blame(named, f"achieved_in: у «{code}» другой {key}: {there}, а здесь {here}")
                return None
        return self._indicator(code)

    def _blame(self, node: Node, message: str) -> None:
        self._faults.append(node.fault(message))


def _plan(plan: Mapping[str, Any]) -> Plan:
    return Plan(plan["at_least_percent"] / 100, plan["valid_from"], plan["source"])
