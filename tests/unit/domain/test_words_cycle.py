"""Words about the monitoring cycle (verkhnyaya-pyshma 2.1-5.2)."""

from datetime import date, timedelta
from typing import Any

import pytest

from connector.domain.cases import AnalysisCase, AssociationCase, MunicipalityCase, SchoolCase
from connector.domain.people import Association, AssociationLevel, Dated, Organisation, School
from connector.domain.quarters import Quarter
from connector.domain.records import Analysis, Decision, Meeting, Snapshot
from connector.domain.words import CORE
from tests.unit.domain.builders import holds, setting, year

JUNE = date(2026, 6, 30)
DAY = timedelta(days=1)
NEW_YEAR = date(2026, 1, 1)
SCHOOL = Dated(((None, School("s1", "Школа")),))


def word(name: str, **params: Any) -> Any:
    return CORE[name].build(**params)


IN_THE_YEAR = pytest.mark.parametrize(
    ("day", "found"),
    [(NEW_YEAR - DAY, False), (NEW_YEAR, True), (JUNE, True), (JUNE + DAY, False)],
)


@IN_THE_YEAR
def test_figures_are_written_down_in_the_year_up_to_the_day(day: date, found: bool) -> None:
    taken = (Snapshot("2026", day, day),)
    codes = ["snapshot" if found else "no_snapshot"]
    for case in (
        SchoolCase(SCHOOL, setting(), snapshots=taken),
        MunicipalityCase(taken, (), (), setting()),
    ):
        assert holds(word("has_snapshot"), case, year(JUNE)) == (found, codes)


@IN_THE_YEAR
def test_an_analysis_is_made_in_the_year_up_to_the_day(day: date, found: bool) -> None:
    made = Analysis("1", "school:s1", day)
    codes = ["analysed" if found else "not_analysed"]
    association = Dated(((None, Association("a1", "ШМО")),))
    for case in (
        SchoolCase(SCHOOL, setting(), (made,)),
        AssociationCase(association, (), (), setting(), analyses=(made,)),
        MunicipalityCase((), (Analysis("1", "municipality", day),), (), setting()),
    ):
        assert holds(word("analysed"), case, year(JUNE)) == (found, codes)
    codes = ["made_in_period" if found else "not_made_in_period"]
    case = AnalysisCase(made, (), setting())
    assert holds(word("made_in_period"), case, year(JUNE)) == (found, codes)


def test_an_analysis_of_a_school_is_none_of_the_municipality() -> None:
    case = MunicipalityCase((), (Analysis("1", "school:s1", JUNE),), (), setting())
    assert holds(word("analysed"), case, year(JUNE)) == (False, ["not_analysed"])


@pytest.mark.parametrize(
    ("after", "as_of", "found"),
    [
        (0, 40, (True, ["decision"])),
        (30, 40, (True, ["decision"])),
        (31, 40, (False, ["decision_late"])),
        (-1, 40, (False, ["no_decision"])),
        (10, 9, (False, ["no_decision"])),
    ],
)
def test_a_decision_follows_within_its_days(after: int, as_of: int, found: Any) -> None:
    made = Analysis("1", "association:a1", JUNE)
    decision = Decision("1", "1", "association:a1", JUNE + after * DAY)
    case = AnalysisCase(made, (decision,), setting())
    condition = word("followed_by_decision", days=30)
    assert holds(condition, case, year(JUNE + as_of * DAY)) == found


def test_the_first_decision_tells() -> None:
    made = Analysis("1", "municipality", JUNE)
    days = {"2": 40, "1": 20}
    decisions = tuple(Decision(n, "1", "municipality", JUNE + d * DAY) for n, d in days.items())
    finding = word("followed_by_decision", days=30)(
        AnalysisCase(made, decisions, setting()), year(JUNE + 60 * DAY)
    )
    assert finding.because[0].params == {"number": "1", "on": "2026-07-20", "until": "2026-07-30"}


MEETS = date(2026, 5, 20)


def association(*meetings: Meeting, parent: str | None = "a2", level: str = "municipal") -> Any:
    above = Association("a2", "ГМО", AssociationLevel(level))
    later = Association("a2", "ГМО", AssociationLevel.SCHOOL)
    within = setting(organisation=Organisation({}, {"a2": Dated(((None, above), (JUNE, later)))}))
    own = Association("a1", "ШМО", AssociationLevel.SCHOOL, parent=parent)
    return AssociationCase(Dated(((None, own),)), (), (), within, meetings)


@pytest.mark.parametrize(
    ("case", "found"),
    [
        (association(), (True, ["tied_to"])),
        (association(level="community"), (True, ["tied_to"])),
        (association(level="school"), (False, ["tied_to"])),
        (association(parent=None), (False, ["tied_to_none"])),
        (association(parent="a9"), (False, ["tied_to_none"])),
    ],
)
def test_an_association_belongs_to_one_of_the_levels(case: Any, found: Any) -> None:
    condition = word("tied_to_association", levels=("municipal", "community"))
    assert holds(condition, case, year(MEETS)) == found


def test_the_association_above_can_become_another() -> None:
    condition = word("tied_to_association", levels=("municipal",))
    assert condition(association(), year(MEETS)).changes_on == JUNE
    assert holds(condition, association(), year(JUNE))[0] is False


def meeting(on: date, *agenda: str, of: str = "a1") -> Meeting:
    return Meeting(of, on, "Тема", agenda or ("analysis",))


@pytest.mark.parametrize(
    ("as_of", "found"),
    [
        (MEETS - DAY, False),
        (MEETS, True),
        (JUNE, True),
        (JUNE + DAY, False),
    ],
)
def test_a_meeting_counts_in_its_quarter(as_of: date, found: bool) -> None:
    codes = ["meeting" if found else "no_meeting"]
    case = association(meeting(MEETS))
    assert holds(word("meeting_held"), case, year(as_of)) == (found, codes)
    turn = word("meeting_held")(case, year(as_of)).changes_on
    assert turn == (date(2026, 10, 1) if as_of > JUNE else JUNE + DAY)


def test_in_the_period_it_goes_on_counting() -> None:
    condition = word("meeting_held", within="period")
    assert holds(condition, association(meeting(MEETS)), year(JUNE + 90 * DAY))[0] is True
    assert condition(association(meeting(MEETS)), year(JUNE)).changes_on is None


def test_the_agenda_matters() -> None:
    condition = word("meeting_held")
    assert holds(condition, association(meeting(MEETS, "other")), year(JUNE))[0] is False
    finding = condition(association(meeting(MEETS, "other", "planning")), year(JUNE))
    assert finding.because[0].params["agenda"] == ["planning"]
    narrow = word("meeting_held", agenda=("analysis",))
    assert holds(narrow, association(meeting(MEETS, "planning")), year(JUNE))[0] is False


def test_a_meeting_of_the_one_above_counts_while_it_is_above() -> None:
    theirs = meeting(MEETS, of="a2")
    assert holds(word("meeting_held"), association(theirs), year(JUNE))[0] is True
    finding = word("meeting_held")(association(theirs), year(JUNE))
    assert finding.because[0].params["association"] == "ГМО"
    assert holds(word("meeting_held"), association(theirs, parent=None), year(JUNE))[0] is False
    own = word("meeting_held", whose=("own",))
    assert holds(own, association(theirs), year(JUNE))[0] is False
    above = word("meeting_held", whose=("above",))
    assert holds(above, association(meeting(MEETS)), year(JUNE))[0] is False


@pytest.mark.parametrize(
    ("day", "name", "last"),
    [
        (date(2026, 1, 1), "2026-Q1", date(2026, 3, 31)),
        (date(2026, 6, 30), "2026-Q2", date(2026, 6, 30)),
        (date(2026, 9, 1), "2026-Q3", date(2026, 9, 30)),
        (date(2026, 12, 31), "2026-Q4", date(2026, 12, 31)),
    ],
)
def test_quarters_of_the_calendar(day: date, name: str, last: date) -> None:
    quarter = Quarter.of(day)
    assert (str(quarter), quarter.last) == (name, last)
    assert quarter.first <= day <= last
    assert quarter.next.first == last + DAY
