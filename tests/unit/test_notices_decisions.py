"""What is told of decisions: to whom they are addressed, before their term, and when it is over."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from connector.domain.cases import MunicipalityCase
from connector.domain.circle import Duties, Posts, circle_of_decisions
from connector.domain.dates import Span
from connector.domain.letter_kinds import KINDS, URGENT
from connector.domain.notices import owed_for
from connector.domain.owed import Owed
from connector.domain.people import Association, Dated, Duty, Organisation, School
from connector.domain.records import Analysis, Assignment, Decision
from connector.testing import builders
from connector.testing.builders import staff

DAY = timedelta(days=1)
MADE = date(2026, 3, 2)
DUE = date(2026, 3, 27)
"""A Friday; five working days before it is the Friday before."""
WARNED = date(2026, 3, 20)
FOR_SCHOOL = Decision(
    "5", "A1", "school:s1", MADE, DUE, "responsible", text="Провести семинар", basis="п. 2"
)
FOR_GROUP = replace(FOR_SCHOOL, number="6", scope="association:a1")
FOR_ALL = replace(FOR_SCHOOL, number="7", scope="municipality")
NOBODY_S = replace(FOR_ALL, responsible=None)
PLACES = Organisation(
    schools={"s1": Dated(((None, School("s1", "Школа № 1", head="principal")),))},
    associations={"a1": Dated(((None, Association("a1", "ММО химиков", head="head")),))},
)
PEOPLE = {n: staff(n) for n in ("responsible", "principal", "head", "methodist", "boss", "deputy")}
DUTIES = (
    Assignment("methodist", Duty.METHODIST, "s1", Span()),
    Assignment("methodist", Duty.METHODIST, "a1", Span()),
    Assignment("boss", Duty.SPECIALIST, "s2", Span()),
)
ADDRESSED, NEARLY, LATE = "decision_addressed", "decision_due", "decision_overdue"


def owed(
    decision: Decision, day: date, *more: Assignment, without: tuple[str, ...] = ()
) -> list[Owed]:
    people = {number: one for number, one in PEOPLE.items() if number not in without}
    posts = Posts(people, Duties((*DUTIES, *more)))
    setting = builders.setting(organisation=PLACES)
    analysis = Analysis("A1", "municipality", MADE - DAY, "Итоги года")
    case = MunicipalityCase((), (analysis,), (decision,), setting)
    return list(owed_for(case, circle_of_decisions([decision], day, PLACES, posts), day))


def told(
    decision: Decision, day: date, *more: Assignment, without: tuple[str, ...] = ()
) -> list[tuple[str, str, str]]:
    found = owed(decision, day, *more, without=without)
    return sorted((one.kind, str(one.role), str(one.recipient)) for one in found)


def test_a_new_decision_is_told_to_those_it_is_for_and_to_whoever_looks_after_them() -> None:
    assert told(FOR_SCHOOL, MADE) == [
        (ADDRESSED, "addressee", "principal"),
        (ADDRESSED, "addressee", "responsible"),
        (ADDRESSED, "methodist", "methodist"),
    ]
    assert [number for _, _, number in told(FOR_GROUP, MADE)] == [
        "head", "responsible", "methodist",
    ]  # fmt: skip
    assert told(FOR_ALL, MADE) == [(ADDRESSED, "addressee", "responsible")]
    # Whoever is to do what nobody is named for.
    assert told(NOBODY_S, MADE) == [(ADDRESSED, "specialist", "boss")]
    assert told(FOR_SCHOOL, MADE - DAY) == []


def test_it_says_what_for_whom_by_when_and_who() -> None:
    (notice,) = [one for one in owed(FOR_SCHOOL, MADE) if one.recipient == "responsible"]
    assert notice.key == "decision_addressed:5:2026-03-02:addressee:responsible"
    assert notice.happened_on == MADE
    assert notice.params == {
        "number": "5",
        "text": "Провести семинар",
        "basis": "п. 2",
        "on": "2026-03-02",
        "due": "2026-03-27",
        "place": "Школа № 1",
        "analysis": "A1",
        "about": "Итоги года",
        "responsible": [PEOPLE["responsible"].full_name],
    }
    (whole,) = owed(FOR_ALL, MADE)
    assert whole.params["place"] is None


@pytest.mark.parametrize(("after", "count"), [(0, 1), (30, 1), (31, 0)])
def test_a_decision_of_long_ago_is_no_news(after: int, count: int) -> None:
    endless = replace(FOR_ALL, due_on=None)
    assert len(owed(endless, MADE + after * DAY)) == count


def test_five_working_days_before_the_term_whoever_is_responsible_is_reminded() -> None:
    assert told(FOR_ALL, WARNED - DAY) == [(ADDRESSED, "addressee", "responsible")]
    for day in (WARNED, DUE):
        assert told(FOR_ALL, day) == [(NEARLY, "addressee", "responsible")]
        assert {one.key for one in owed(FOR_ALL, day)} == {
            "decision_due:7:2026-03-27:addressee:responsible"
        }
    # The others have not been told of the term yet, if the decision was entered only now.
    assert told(FOR_SCHOOL, WARNED) == [
        (ADDRESSED, "addressee", "principal"),
        (ADDRESSED, "methodist", "methodist"),
        (NEARLY, "addressee", "responsible"),
    ]


def test_a_term_that_falls_on_a_weekend_is_reminded_of_in_the_same_week() -> None:
    assert FOR_ALL.warn_on(builders.five_day_calendar()) == WARNED
    sunday = replace(FOR_ALL, due_on=DUE + 2 * DAY)
    assert sunday.warn_on(builders.five_day_calendar()) == WARNED


def test_a_decision_whose_term_is_near_from_the_start_is_told_as_new_alone() -> None:
    short = replace(FOR_ALL, decided_on=DUE - 2 * DAY)
    assert told(short, DUE - 2 * DAY) == [(ADDRESSED, "addressee", "responsible")]
    assert told(short, DUE) == [(ADDRESSED, "addressee", "responsible")]


def test_the_day_after_the_term_whoever_is_responsible_and_the_owner_are_told() -> None:
    assert told(FOR_SCHOOL, DUE + DAY) == [
        (LATE, "addressee", "responsible"),
        (LATE, "methodist", "methodist"),
    ]
    assert told(FOR_ALL, DUE + DAY) == [
        (LATE, "addressee", "responsible"),
        (LATE, "specialist", "boss"),
    ]
    assert {one.happened_on for one in owed(FOR_ALL, DUE + 7 * DAY)} == {DUE + DAY}
    assert len(owed(FOR_ALL, DUE + 30 * DAY)) == 2
    assert owed(FOR_ALL, DUE + 31 * DAY) == []


def test_a_new_term_is_reminded_of_anew() -> None:
    later = replace(FOR_ALL, due_on=DUE + 14 * DAY)
    assert told(later, DUE + DAY) == [(ADDRESSED, "addressee", "responsible")]
    (again,) = owed(later, WARNED + 14 * DAY)
    assert again.key == "decision_due:7:2026-04-10:addressee:responsible"


@pytest.mark.parametrize("day", [MADE, WARNED, DUE + DAY])
def test_what_is_done_is_told_to_nobody(day: date) -> None:
    assert owed(replace(FOR_SCHOOL, done_on=day), day) == []
    assert owed(replace(FOR_SCHOOL, done_on=day + DAY), day) != []


def test_deputies_stand_in() -> None:
    ill = Assignment("deputy", Duty.DEPUTY, "responsible", Span(WARNED, WARNED))
    assert told(FOR_ALL, WARNED, ill) == [(NEARLY, "addressee", "deputy")]
    assert told(FOR_ALL, WARNED + DAY, ill) == [(NEARLY, "addressee", "responsible")]
    away = Assignment("deputy", Duty.DEPUTY, "methodist", Span(DUE + DAY, None))
    assert (LATE, "methodist", "deputy") in told(FOR_SCHOOL, DUE + DAY, away)


def test_whoever_has_left_is_told_nothing_and_the_owner_alone_is() -> None:
    left = ("responsible",)
    # It is the owner's to name somebody.
    assert told(FOR_ALL, WARNED, without=left) == [(ADDRESSED, "specialist", "boss")]
    assert told(FOR_ALL, DUE + DAY, without=left) == [(LATE, "specialist", "boss")]
    (notice,) = owed(FOR_ALL, DUE + DAY, without=left)
    assert notice.params["responsible"] == []
    # The lack of everybody is seen, once.
    assert told(FOR_ALL, DUE + DAY, without=("responsible", "boss")) == [
        (LATE, "specialist", "None")
    ]


def test_one_person_in_two_places_is_told_once() -> None:
    both = replace(FOR_SCHOOL, responsible="methodist")
    assert [n for _, _, n in told(both, MADE)] == ["methodist", "principal"]
    assert told(both, DUE + DAY) == [(LATE, "addressee", "methodist")]


def test_the_table_of_kinds_says_the_same() -> None:
    for decision in (FOR_SCHOOL, FOR_GROUP, FOR_ALL, NOBODY_S):
        for day in (MADE, WARNED, DUE + DAY):
            for one in owed(decision, day):
                assert one.role in KINDS[one.kind]
                assert one.urgent == ((one.kind, one.role) in URGENT)


def test_the_municipality_is_looked_at_again_on_each_of_these_days() -> None:
    case = MunicipalityCase((), (), (FOR_SCHOOL,), builders.setting(organisation=PLACES))
    assert case.next_turn(MADE - DAY) == MADE
    assert case.next_turn(MADE) == WARNED
    assert case.next_turn(WARNED) == DUE + DAY
    assert case.next_turn(DUE + DAY) is None
