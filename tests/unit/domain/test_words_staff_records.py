"""Words about the register of staff and heads of schools (todzhinsky, annex 2, III 3.1, 3.4)."""

from datetime import date, timedelta
from typing import Any

import pytest

from connector.domain.cases import SchoolCase, StaffCase
from connector.domain.dates import Span
from connector.domain.people import Dated, Organisation, Role, School, StaffTerm
from connector.domain.records import Assessment, Mentorship, Support
from connector.domain.words import CORE
from tests.unit.domain.builders import case, holds, person, setting, year

JUNE = date(2026, 6, 30)
DAY = timedelta(days=1)


def word(name: str, **params: Any) -> Any:
    return CORE[name].build(**params)


def term(role: Role = Role.TEACHER, **more: Any) -> StaffTerm:
    return StaffTerm(None, role, "s1", **more)


EVERYTHING = (
    "name",
    "birth_date",
    "position",
    "school",
    "teaching_since",
    "subjects",
    "associations",
    "email",
    "attestation_on",
)
WHOLE = {
    "terms": (term(position="учитель", subjects=("физика",), associations=("a1",)),),
    "birth_date": date(1980, 1, 1),
    "teaching_since": date(2005, 9, 1),
    "email": "p1@example.org",
    "attestation_on": date(2027, 2, 1),
}


def test_a_record_is_complete_when_every_detail_is_written() -> None:
    condition = word("record_complete", fields=EVERYTHING)
    assert holds(condition, case(person=person(**WHOLE)), year(JUNE)) == (True, ["record_complete"])


@pytest.mark.parametrize("lost", ["birth_date", "teaching_since", "email", "attestation_on"])
def test_a_record_that_lacks_a_detail_says_which(lost: str) -> None:
    finding = word("record_complete", fields=EVERYTHING)(
        case(person=person(**{**WHOLE, lost: None})), year(JUNE)
    )
    assert not finding.holds
    assert finding.because[0].params == {"fields": [lost]}


def test_what_changes_with_time_is_that_of_the_day() -> None:
    later = StaffTerm(JUNE, Role.TEACHER, "s1", position="завуч")
    held = case(person=person(terms=(term(), later)))
    condition = word("record_complete", fields=("position",))
    assert not holds(condition, held, year(JUNE - DAY))[0]
    assert holds(condition, held, year(JUNE))[0]


def test_subjects_may_be_asked_of_teachers_only() -> None:
    condition = word("record_complete", fields=("school",), of_teachers=("subjects",))
    assert not holds(condition, case(person=person(terms=(term(),))), year(JUNE))[0]
    assert holds(condition, case(person=person(terms=(term(Role.MANAGER),))), year(JUNE))[0]


@pytest.mark.parametrize(
    ("subjects", "count", "found"),
    [
        (("физика", "химия"), 2, True),
        (("физика", "химия", "биология"), 2, True),
        (("физика", "Физика "), 2, False),
        (("физика",), 2, False),
        ((), 1, False),
    ],
)
def test_subjects_are_counted_each_once(subjects: tuple[str, ...], count: int, found: bool) -> None:
    held = case(person=person(terms=(term(subjects=subjects),)))
    assert holds(word("teaches_subjects_at_least", count=count), held, year(JUNE))[0] is found


def headed(*versions: tuple[date | None, str | None]) -> Organisation:
    return Organisation(
        {"s9": Dated(tuple((day, School("s9", "Девятая", head=who)) for day, who in versions))}
    )


def test_a_head_is_whom_a_school_names_wherever_they_work() -> None:
    condition = word("heads_a_school")
    held = case(in_=setting(organisation=headed((None, "p1"))))
    assert holds(condition, held, year(JUNE)) == (True, ["heads_school"])
    other = case(in_=setting(organisation=headed((None, "p2"))))
    assert holds(condition, other, year(JUNE)) == (False, ["heads_no_school"])


def test_a_head_is_one_from_the_day_on_which_the_school_says_so() -> None:
    condition = word("heads_a_school")
    within = setting(organisation=headed((None, "p2"), (JUNE, "p1"), (JUNE + DAY, None)))
    held = case(in_=within)
    before = condition(held, year(JUNE - DAY))
    assert (before.holds, before.changes_on) == (False, JUNE)
    today = condition(held, year(JUNE))
    assert (today.holds, today.changes_on) == (True, JUNE + DAY)
    assert not holds(condition, held, year(JUNE + DAY))[0]


@pytest.mark.parametrize("trait", ["rural", "low_results", "biased_results"])
def test_a_trait_is_that_of_the_school_or_of_a_persons_school(trait: str) -> None:
    marked, condition = School("s1", "Школа", **{trait: True}), word("school_is", trait=trait)
    within = setting(organisation=Organisation({"s1": Dated(((None, marked),))}))
    assert holds(condition, SchoolCase(Dated(((None, marked),)), within), year(JUNE))[0]
    assert holds(condition, case(in_=within), year(JUNE)) == (True, ["school_is"])
    assert holds(condition, case(), year(JUNE)) == (False, ["school_is_not"])
    nowhere = case(person=person(terms=(StaffTerm(None, Role.TEACHER),)))
    assert not holds(condition, nowhere, year(JUNE))[0]


CRITERIA = ("Базовая подготовка", "Формирование кадрового резерва")


def assessed(*given: tuple[str, date, str | None]) -> StaffCase:
    made = (Assessment("p1", name, on, recommendation=advice) for name, on, advice in given)
    return case(assessments=tuple(made))


@pytest.mark.parametrize(
    ("held", "recommendation", "found"),
    [
        (assessed(), False, (False, ["not_assessed"])),
        (assessed(("базовая подготовка", JUNE, None)), False, (False, ["not_assessed_on"])),
        (
            assessed(("По базовой подготовке", JUNE, None), ("2", JUNE, None)),
            False,
            (True, ["assessed_on_all"]),
        ),
        (
            assessed(("1", JUNE, None), ("2", JUNE, None)),
            True,
            (False, ["no_addressed_recommendation"]),
        ),
        (assessed(("1", JUNE, "Учиться"), ("2", JUNE, None)), True, (True, ["assessed_on_all"])),
        (
            assessed(("1", JUNE + DAY, None), ("2", JUNE, None)),
            False,
            (False, ["not_assessed_on"]),
        ),
        (
            assessed(("1", date(2025, 12, 31), None), ("2", JUNE, None)),
            False,
            (False, ["not_assessed_on"]),
        ),
        (
            assessed(
                ("Погода", JUNE, "Учиться"),
            ),
            True,
            (False, ["not_assessed"]),
        ),
    ],
)
def test_a_head_is_assessed_on_every_criterion_in_the_period(
    held: StaffCase, recommendation: bool, found: tuple[bool, list[str]]
) -> None:
    condition = word("assessed_on_all", criteria=CRITERIA, recommendation=recommendation)
    assert holds(condition, held, year(JUNE)) == found


CONSULTED = ("консультация", "консультирование")


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ("Консультация по физике", True),
        ("индивидуальные консультации", True),
        ("Консультирование", True),
        ("Клуб молодых", False),
        ("", False),
    ],
)
def test_a_form_of_support_may_be_asked_for_by_name(form: str, found: bool) -> None:
    held = case(supports=(Support("p1", form, Span()),))
    condition = word("in_form_of_support", named=CONSULTED)
    assert holds(condition, held, year(JUNE)) == (
        found,
        ["support" if found else "no_support_named"],
    )


def test_a_mentor_is_no_form_that_has_a_name() -> None:
    held = case(mentorships=(Mentorship("m", "p1", Span()),))
    assert holds(word("in_form_of_support"), held, year(JUNE))[0]
    assert not holds(word("in_form_of_support", named=CONSULTED), held, year(JUNE))[0]
