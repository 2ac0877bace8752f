"""Scenarios beside the rules: a municipality and a year in it, without a database.

People and events go in; shares, memberships and notices come out, and are held against what
scenarios.yaml expects. Knows no test runner, as connector.testing.examples does not.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from typing import Any

from connector.domain.because import WHOLE, Judgement, Slice, SliceKind
from connector.domain.cases import Case, Moment
from connector.domain.indicators import Indicator, judge
from connector.domain.owed import Circle, Owed
from connector.rulebook import MunicipalityRules, RuleFileFault, RulesRefused, core_plugin
from connector.rulebook.documents import Node, read_document
from connector.rulebook.faults import near_miss
from connector.rulebook.file_notices import owed_by_files
from connector.rulebook.schemas import load
from connector.testing.examples import LAST, ground_of, moment_of, said
from connector.testing.people_cases import Given, NotThere
from connector.testing.scenario_schemas import NOBODY, ScenariosFileSchema
from connector.testing.towns import Town, town_of

FILE = "scenarios.yaml"

Ask = Callable[[Sequence[tuple[Case, Circle]], date], Iterable[Iterable[Owed]]]
"""What is owed about each subject on a day, in the order of the pairs."""


def ask_core(pairs: Sequence[tuple[Case, Circle]], day: date) -> Iterator[Sequence[Owed]]:
    """The core's own notices."""
    return (core_plugin.connector_notices(case, circle, day) for case, circle in pairs)


def with_files(rules: MunicipalityRules, ask: Ask) -> Ask:
    """`ask`, and what the rule files themselves have people told (notices.yaml)."""

    def asked(pairs: Sequence[tuple[Case, Circle]], day: date) -> Iterator[Sequence[Owed]]:
        for (case, circle), answered in zip(pairs, ask(pairs, day), strict=True):
            owed = {notice.key: notice for notice in answered}
            for notice in owed_by_files(rules, case, circle, day):
                owed.setdefault(notice.key, notice)
            yield list(owed.values())

    return asked


def ask_also(module: Any) -> Ask:
    """The core's notices and those of a plugin's package, in this process: for tests."""

    def ask(pairs: Sequence[tuple[Case, Circle]], day: date) -> Iterator[Sequence[Owed]]:
        kinds = module.connector_subjects() if hasattr(module, "connector_subjects") else None
        for (case, circle), owed in zip(pairs, ask_core(pairs, day), strict=True):
            if kinds is None or case.kind in kinds:
                owed = [*owed, *module.connector_notices(case, circle, day)]
            yield owed

    return ask


@dataclass(frozen=True, slots=True)
class Scenario:
    """node: where it stands; given: what it says."""

    name: str
    node: Node
    given: Given
    town: Town

    @property
    def place(self) -> str:
        return f"{self.node.file}:{self.node.line}"


def read_scenarios(rules: MunicipalityRules, folder: Traversable) -> tuple[Scenario, ...]:
    """The scenarios of a rules folder. Raises RulesRefused with all faults."""
    document = read_document((folder / FILE).read_bytes(), f"{rules.code}/{FILE}")
    faults: list[RuleFileFault] = []
    loaded = load(ScenariosFileSchema(), document, faults)
    if loaded is None:
        raise RulesRefused(faults)
    found: list[Scenario] = []
    for number, given in enumerate(loaded["scenarios"]):
        node = document.at(("scenarios", number))
        faults += _unknown(rules, given, node)
        try:
            ground = ground_of(rules, loaded["world"], _last_day(given))
            found.append(Scenario(given["name"], node, given, town_of(given, ground)))
        except NotThere as err:
            faults.append(node.fault(str(err)))
    if faults:
        raise RulesRefused(faults)
    return tuple(found)


def _last_day(given: Given) -> date:
    days = [outcome["as_of"] for outcome in given["expected"]]
    return max((day for day in days if day is not None), default=LAST)


def _unknown(rules: MunicipalityRules, given: Given, node: Node) -> Iterator[RuleFileFault]:
    codes = {indicator.code for indicator in rules.indicators}
    for number, outcome in enumerate(given["expected"]):
        at = ("expected", number)
        faults: list[RuleFileFault] = []
        moment_of(outcome["period"], outcome["as_of"], node.at(at), faults)
        yield from faults
        for key in ("shares", "memberships"):
            for row, one in enumerate(outcome[key]):
                if one["indicator"] not in codes:
                    hint = near_miss(one["indicator"], codes)
                    told = f"indicator: нет показателя «{one['indicator']}»{hint}"
                    yield node.at((*at, key, row)).fault(told)


def disagreements(rules: MunicipalityRules, scenario: Scenario, ask: Ask = ask_core) -> list[str]:
    """What a scenario expects and what comes out instead; nothing where they agree."""
    found: list[str] = []
    for number, outcome in enumerate(scenario.given["expected"]):
        node = scenario.node.at(("expected", number))
        moment = moment_of(outcome["period"], outcome["as_of"], node, [])
        assert moment is not None
        check = _Check(rules, scenario, outcome, node, moment)
        found += [*check.shares(), *check.memberships(), *check.notices(with_files(rules, ask))]
    return found


@dataclass(frozen=True, slots=True)
class _Check:
    """One outcome of a scenario against its rules."""

    rules: MunicipalityRules
    scenario: Scenario
    outcome: Given
    node: Node
    moment: Moment

    def shares(self) -> Iterator[str]:
        for row, one in enumerate(self.outcome["shares"]):
            judged = self._judged(self.rules.indicator(one["indicator"]))
            where = _slice(one)
            achieved = [
                code for code, j in judged.items() if j.achieved and where in j.achieved_slices
            ]
            population = [
                code
                for code, j in judged.items()
                if j.in_population and where in j.population_slices
            ]
            expected = (one["achieved"], one["population"])
            if expected != (len(achieved), len(population)):
                yield self._told(
                    ("shares", row),
                    f"{one['indicator']}{_named(where)}: ожидалось {expected[0]} из {expected[1]}, "
                    f"получено {len(achieved)} из {len(population)} "
                    f"(засчитаны: {_listed(achieved)}; в охвате: {_listed(population)})",
                )

    def memberships(self) -> Iterator[str]:
        for row, one in enumerate(self.outcome["memberships"]):
            place = ("memberships", row)
            judged = self._judged(self.rules.indicator(one["indicator"]))
            judgement = judged.get(one["subject"])
            if judgement is None:
                known = near_miss(one["subject"], judged) or f"; есть: {_listed(list(judged))}"
                yield self._told(place, f"нет субъекта «{one['subject']}»{known}")
                continue
            codes = [because.code for because in judgement.because]
            expected = (one["in_population"], one["achieved"])
            found = (judgement.in_population, judgement.achieved)
            if expected != found or one["because"] not in (None, *codes):
                wanted = [one["because"]] if one["because"] else []
                yield self._told(
                    place,
                    f"{one['indicator']}, {one['subject']}: ожидалось {said(*expected, wanted)}, "
                    f"получено {said(*found, codes)}",
                )

    def notices(self, ask: Ask) -> Iterator[str]:
        expected: Mapping[str, Sequence[str]] = self.outcome["notices"]
        if not expected:
            return
        day = self.moment.as_of
        town = self.scenario.town
        pairs = [(case, town.circle(case, day)) for case in town.cases]
        owed = {notice.key: notice for said in ask(pairs, day) for notice in said}
        for kind, numbers in expected.items():
            told = sorted(n.recipient or NOBODY for n in owed.values() if n.kind == kind)
            if told != sorted(numbers):
                yield self._told(
                    ("notices", kind),
                    f"{kind}: ожидалось {_listed(sorted(numbers))}, получено {_listed(told)}",
                )

    def _judged(self, indicator: Indicator) -> dict[str, Judgement]:
        return {
            case.code: judge(indicator, case, self.moment)
            for case in self.scenario.town.cases
            if case.kind is indicator.subject
        }

    def _told(self, path: tuple[str | int, ...], message: str) -> str:
        return str(self.node.at(path).fault(f"{self.scenario.name}: {message}"))


def _slice(given: Given) -> Slice:
    if given["school"] is not None:
        return Slice(SliceKind.SCHOOL, given["school"])
    if given["association"] is not None:
        return Slice(SliceKind.ASSOCIATION, given["association"])
    return WHOLE


def _named(where: Slice) -> str:
    return "" if where == WHOLE else f", {where.code}"


def _listed(codes: Sequence[str], most: int = 12) -> str:
    more = f" и ещё {len(codes) - most}" if len(codes) > most else ""
    return ", ".join(codes[:most]) + more if codes else "никого"
