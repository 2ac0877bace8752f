"""Words about schools and associations judged by the people in them, and about what a school is
(verkhnyaya-pyshma 2.1, khankaysky 1.3 and 2.1)."""

from collections.abc import Iterator
from datetime import date, timedelta

from connector.domain.because import Because, Finding, SubjectKind
from connector.domain.cases import AssociationCase, Case, Moment, SchoolCase, StaffCase
from connector.domain.deficits import Deficit, DeficitState
from connector.domain.indicators import Condition
from connector.domain.turns import next_turn
from connector.domain.words.organisation import school_versions
from connector.domain.words.vocabulary import Param, ParamType, Word

_DAY = timedelta(days=1)
_STATES = (str(DeficitState.OPEN), str(DeficitState.ADDRESSED))
_FLAGS = ("rural", "low_results", "biased_results")
PLACES = frozenset({SubjectKind.SCHOOL, SubjectKind.ASSOCIATION})


def people_of(case: Case, day: date) -> Iterator[StaffCase]:
    """Whoever belongs to the school or association on `day` and is employed then."""
    assert isinstance(case, SchoolCase | AssociationCase)
    for one in case.people:
        person = one.folded.dossier.person
        term = person.at(day)
        of_school = isinstance(case, SchoolCase) and term.school == case.code
        if (of_school or _is_member(case, term.associations)) and person.is_employed(day):
            yield one


def _is_member(case: Case, associations: tuple[str, ...]) -> bool:
    return isinstance(case, AssociationCase) and case.code in associations


def _deficits(case: Case, day: date) -> list[tuple[StaffCase, Deficit]]:
    """Those of its people that are open or addressed at the end of `day`."""
    return [
        (one, deficit)
        for one in people_of(case, day)
        for deficit in one.folded.deficits(day).values()
        if deficit.state.is_deficit
    ]


def _results(found: list[tuple[StaffCase, Deficit]]) -> tuple[str, ...]:
    return tuple(sorted({deficit.latest.key for _, deficit in found}))


def has_deficits() -> Condition:
    """Of its people at as_of, somebody has a deficit, open or addressed."""

    def condition(case: Case, moment: Moment) -> Finding:
        found = _deficits(case, moment.as_of)
        if not found:
            return Finding(False, (Because("no_deficits_there"),))
        params = {"deficits": len(found), "people": len({one.code for one, _ in found})}
        return Finding(True, (Because("deficits_there", params, _results(found)),))

    return condition


def deficits_covered(at_least_percent: int = 50) -> Condition:
    """Of its people's deficits at as_of at least so many percent are covered: addressed by a
    programme or step completed since, or by a required step, not done yet, of a route that is
    active then (verkhnyaya-pyshma 2.1, first group; how it is judged is ours)."""

    def condition(case: Case, moment: Moment) -> Finding:
        found = _deficits(case, moment.as_of)
        covered = [one for one in found if _is_covered(*one, moment.as_of)]
        holds = bool(found) and 100 * len(covered) >= at_least_percent * len(found)
        params = {
            "covered": len(covered),
            "deficits": len(found),
            "percent": at_least_percent,
        }
        code = "deficits_covered" if holds else "deficits_not_covered"
        return Finding(holds, (Because(code, params, _results(found)),))

    return condition


def _is_covered(one: StaffCase, deficit: Deficit, day: date) -> bool:
    if deficit.state is DeficitState.ADDRESSED:
        return True
    return any(
        step.step.required
        and deficit.competency in step.competencies
        and (step.done is None or step.done.day > day)
        for route in one.folded.routes
        if route.is_active(day)
        for step in route.steps
    )


def deficits_fewer(states: tuple[str, ...] = _STATES) -> Condition:
    """Today's people have fewer deficits at as_of than they had on the day before the period
    (khankaysky 2.1: «анализ и оценка эффективности»)."""
    counted = {DeficitState(state) for state in states}

    def condition(case: Case, moment: Moment) -> Finding:
        people = list(people_of(case, moment.as_of))
        eve = moment.period.first - _DAY

        def on(day: date) -> list[Deficit]:
            held = (d for one in people for d in one.folded.deficits(day).values())
            return [deficit for deficit in held if deficit.state in counted]

        before, now = on(eve), on(moment.as_of)
        holds = len(now) < len(before)
        code = "deficits_fewer" if holds else "deficits_not_fewer"
        params = {
            "people": len(people),
            "before": len(before),
            "eve": eve.isoformat(),
            "now": len(now),
        }
        keys = tuple(sorted({deficit.latest.key for deficit in (*before, *now)}))
        return Finding(holds, (Because(code, params, keys),))

    return condition


def school_has(any_of: tuple[str, ...]) -> Condition:
    """One of the marks at as_of; of a person: the school they work in."""

    def condition(case: Case, moment: Moment) -> Finding:
        versions = school_versions(case, moment.as_of)
        school = versions.at(moment.as_of) if versions else None
        turn = next_turn((day for day, _ in versions.versions), moment.as_of) if versions else None
        held = [mark for mark in any_of if getattr(school, mark, False)]
        if held:
            return Finding(True, (Because("school_has", {"marks": held}),), turn)
        return Finding(False, (Because("school_has_not", {"marks": list(any_of)}),), turn)

    return condition


WORDS = (
    Word(
        "has_deficits",
        PLACES,
        "у работающих там на отчётную дату есть незакрытые дефициты",
        "has_deficits: true",
        has_deficits,
        looks_at_people=True,
    ),
    Word(
        "deficits_covered",
        PLACES,
        "столько процентов незакрытых дефицитов работающих там охвачено ИОМ и программами",
        "deficits_covered: 50",
        deficits_covered,
        (
            Param(
                "at_least_percent",
                ParamType.INTEGER,
                "не меньше процентов; дефицит охвачен, когда под него завершена программа или шаг "
                "или в действующем ИОМ есть ещё не сделанный обязательный шаг",
                default=50,
            ),
        ),
        looks_at_people=True,
    ),
    Word(
        "deficits_fewer",
        PLACES,
        "у нынешнего состава дефицитов на отчётную дату меньше, чем накануне периода",
        "deficits_fewer: {states: [open]}",
        deficits_fewer,
        (
            Param(
                "states",
                ParamType.CHOICES,
                "какие дефициты считать: open — открытые, addressed — те, под которые завершена "
                "программа или шаг, но нового результата ещё нет",
                default=_STATES,
                choices=_STATES,
            ),
        ),
        looks_at_people=True,
    ),
    Word(
        "school_has",
        frozenset({SubjectKind.SCHOOL, SubjectKind.STAFF}),
        "у школы (для работника — той, где он работает) есть хотя бы один из признаков",
        "school_has: [low_results, biased_results]",
        school_has,
        (
            Param(
                "any_of",
                ParamType.CHOICES,
                "rural — сельская, low_results — низкие результаты, biased_results — "
                "необъективные результаты",
                required=True,
                choices=_FLAGS,
            ),
        ),
    ),
)
