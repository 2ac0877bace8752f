"""Words about what learning brought: measured all over, measured before and after a programme, on a
route now (khankaysky 1.3, 2.1)."""

from collections.abc import Iterator
from datetime import date, timedelta

from connector.domain.because import Because, Finding
from connector.domain.cases import Case, Moment, StaffCase
from connector.domain.dates import Span
from connector.domain.indicators import Condition
from connector.domain.people import Role
from connector.domain.progress import ProgrammeCompletion
from connector.domain.results import Result
from connector.domain.words.staff import STAFF
from connector.domain.words.vocabulary import Param, ParamType, Word

_AREAS = ("subject", "methodical", "psychological", "communicative", "digital", "managerial")


def _staff(case: Case) -> StaffCase:
    assert isinstance(case, StaffCase)
    return case


def every_competency_measured(days: int, managers: tuple[str, ...] = ("managerial",)) -> Condition:
    """Each competency mapped for the person's role was measured by a final result on one of the
    last `days` days up to as_of. Areas in `managers` are the managers', all others, and what has no
    area, the teachers'. A subject competency is everybody's, unless its title names a subject
    («Математика: дроби») that is none of the person's."""
    length = timedelta(days=days)

    def condition(case: Case, moment: Moment) -> Finding:
        staff = _staff(case)
        wanted = _mapped_for(staff, moment.as_of, frozenset(managers))
        if not wanted:
            return Finding(False, (Because("nothing_mapped"),))
        latest: dict[str, Result] = {}
        for result in staff.folded.results:
            if result.day <= moment.as_of:
                latest |= dict.fromkeys(result.percents, result)
        fresh = {
            code: latest[code]
            for code in wanted
            if code in latest and latest[code].day + length > moment.as_of
        }
        turn = min((result.day + length for result in fresh.values()), default=None)
        lacking = [code for code in wanted if code not in fresh]
        if lacking:
            titles = [staff.setting.catalogue.competency(c).title or c for c in lacking]
            params = {
                "competencies": titles,
                "days": days,
                "present": len(fresh),
                "needed": len(wanted),
            }
            return Finding(False, (Because("not_measured", params),), turn)
        oldest = min(result.day for result in fresh.values())
        params = {"count": len(wanted), "since": oldest.isoformat()}
        keys = tuple(sorted({result.key for result in fresh.values()}))
        return Finding(True, (Because("all_measured", params, keys),), turn)

    return condition


def _mapped_for(staff: StaffCase, day: date, managers: frozenset[str]) -> list[str]:
    """Codes of the competencies that any quiz measures for the person's role on `day`."""
    term = staff.folded.dossier.person.at(day)
    taught = {_plain(subject) for subject in term.subjects}
    catalogue = staff.setting.catalogue
    found = []
    for code in sorted({question.competency for question in catalogue.questions}):
        competency = catalogue.competency(code)
        if (competency.area in managers) is not (term.role is Role.MANAGER):
            continue
        if taught and competency.subject and _plain(competency.subject) not in taught:
            continue
        found.append(code)
    return found


def _plain(subject: str) -> str:
    return subject.strip().casefold().replace("ё", "е")


def _comparisons(
    staff: StaffCase, moment: Moment
) -> Iterator[tuple[ProgrammeCompletion, Result | None, Result | None]]:
    """For each programme completed in the period and each quiz taken before it: the last overall
    result before and the first after it. A programme without any: once, with neither."""
    window = Span(moment.period.first, moment.as_of)
    results = [r for r in staff.folded.results if r.day <= moment.as_of and r.overall is not None]
    for completion in staff.folded.completions:
        if not completion.passed or completion.proof.day not in window:
            continue
        at = completion.proof.at
        before = {_quiz(result): result for result in results if result.taken_at < at}
        after: dict[tuple[str, str], Result] = {}
        for result in results:
            if result.taken_at > at:
                after.setdefault(_quiz(result), result)
        both = [quiz for quiz in before if quiz in after]
        for quiz in both:
            yield completion, before[quiz], after[quiz]
        if not both:
            yield completion, None, None


def _quiz(result: Result) -> tuple[str, str]:
    return result.source, result.attempt.quiz_id


def measured_around_programme() -> Condition:
    """Completed a programme in the period and has the same quiz before and after it."""

    def condition(case: Case, moment: Moment) -> Finding:
        found = list(_comparisons(_staff(case), moment))
        if any(before is not None for _, before, _ in found):
            return Finding(True)
        titles = {completion.programme.title: None for completion, *_ in found}
        if not titles:
            return Finding(False, (Because("no_programme"),))
        return Finding(
            False, tuple(Because("no_quiz_around", {"title": title}) for title in titles)
        )

    return condition


def improved_after_programme() -> Condition:
    """In at least one of these quizzes the first overall percent after it is above the last before
    (domain 3, effect; the enrolment day is not known, so the completion parts before and after)."""

    def condition(case: Case, moment: Moment) -> Finding:
        improved: list[Because] = []
        others: list[Because] = []
        for completion, before, after in _comparisons(_staff(case), moment):
            if before is None or after is None:
                continue
            assert before.overall is not None
            assert after.overall is not None
            holds = after.overall > before.overall
            because = Because(
                "improved" if holds else "not_improved",
                {
                    "programme": completion.programme.title,
                    "title": after.diagnostic.title,
                    "before": float(round(before.overall, 2)),
                    "after": float(round(after.overall, 2)),
                    "on": after.day.isoformat(),
                },
                (before.key, completion.proof.key, after.key),
            )
            (improved if holds else others).append(because)
        return Finding(bool(improved), tuple(improved or others))

    return condition


def has_active_route() -> Condition:
    """An approved route that began and is neither completed nor cancelled at as_of."""

    def condition(case: Case, moment: Moment) -> Finding:
        routes = _staff(case).folded.routes
        active = [route for route in routes if route.is_active(moment.as_of)]
        told = tuple(
            Because(
                "route",
                {
                    "number": progress.route.number,
                    "starts_on": progress.route.starts_on.isoformat(),
                },
            )
            for progress in active
        )
        return Finding(bool(active), told or (Because("no_active_route"),))

    return condition


WORDS = (
    Word(
        "every_competency_measured",
        STAFF,
        "измерена каждая компетенция, привязанная к тестам для этой роли, за столько дней",
        "every_competency_measured: 365",
        every_competency_measured,
        (
            Param("days", ParamType.INTEGER, "дней до отчётной даты, вместе с нею", required=True),
            Param(
                "managers",
                ParamType.CHOICES,
                "области компетенций управленческих кадров; остальные и те, у которых области "
                "нет, — педагогов",
                default=("managerial",),
                choices=_AREAS,
            ),
        ),
    ),
    Word(
        "measured_around_programme",
        STAFF,
        "освоил в периоде программу и проходил один и тот же тест до и после неё",
        "measured_around_programme: true",
        measured_around_programme,
    ),
    Word(
        "improved_after_programme",
        STAFF,
        "первый общий результат после программы выше последнего до неё",
        "improved_after_programme: true",
        improved_after_programme,
    ),
    Word(
        "has_active_route",
        STAFF,
        "на отчётную дату есть действующий ИОМ: утверждён, начат, не завершён и не отменён",
        "has_active_route: true",
        has_active_route,
    ),
)
