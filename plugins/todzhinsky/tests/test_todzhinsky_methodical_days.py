"""A quarter that nears its end without a День методической службы: the specialists are reminded."""

from datetime import date
from typing import Any

import pytest

from connector.domain.cases import RoadmapCase
from connector.domain.dossier import Dossier
from connector.domain.owed import Circle, Owed, Recipient
from connector.domain.records import RoadmapItem
from connector.rulebook import Rulebook
from connector.testing import builders
from connector_todzhinsky.methodical_days import reminded_on

GROUND = builders.setting("todzhinsky")
BOOK = Rulebook.open()
SPECIALISTS = Circle(
    methodists=(builders.staff("7"),), specialists=(builders.staff("8"), builders.staff("9"))
)
# 30 June 2026 is a Tuesday: the working days up to it are 17, 18, 19, 22-26, 29 and 30 June.
DUE = date(2026, 6, 30)
FIRST = date(2026, 6, 17)


def occurrence(**more: Any) -> RoadmapCase:
    given = {
        "scope": "municipality",
        "number": "8",
        "title": "День методической службы",
        "occurrence": "2026-Q2",
        "due_on": DUE,
        **more,
    }
    return RoadmapCase("municipality|8|2026-Q2", RoadmapItem(**given), False, GROUND)


def owed(case: RoadmapCase, day: date, circle: Circle = SPECIALISTS) -> tuple[Owed, ...]:
    answer = BOOK.notices("todzhinsky", case, circle, day)
    assert answer.faults == ()
    return answer.owed


def test_ten_working_days_before_the_quarter_ends_each_specialist_is_reminded() -> None:
    assert owed(occurrence(), date(2026, 6, 16)) == ()
    first, second = owed(occurrence(), FIRST)
    assert first.key == "methodical_day_due:2026-Q2:8"
    assert second.key == "methodical_day_due:2026-Q2:9"
    assert (first.role, first.recipient) == (Recipient.SPECIALIST, "8")
    assert first.params["due_on"] == "2026-06-30"
    assert first.happened_on == FIRST
    assert not first.urgent


def test_the_same_reminder_is_owed_until_the_quarters_last_day() -> None:
    assert owed(occurrence(), DUE) == owed(occurrence(), FIRST)
    assert owed(occurrence(), date(2026, 7, 1)) == ()


def test_a_day_that_was_held_ends_it() -> None:
    held = occurrence(done_on=date(2026, 6, 18))
    assert len(owed(held, date(2026, 6, 17))) == 2
    assert owed(held, date(2026, 6, 18)) == ()


def test_closed_days_bring_the_reminder_forward() -> None:
    assert reminded_on(DUE, GROUND.calendar) == FIRST
    holiday = date(2026, 6, 24)
    days = (date.fromordinal(n) for n in range(date(2026, 6, 1).toordinal(), DUE.toordinal() + 1))
    off = [day for day in days if day.weekday() > 4 or day == holiday]
    calendar = type(GROUND.calendar)(date(2026, 6, 1), DUE, off)
    assert reminded_on(DUE, calendar) == date(2026, 6, 16)


def test_where_there_is_no_specialist_the_methodists_are_told() -> None:
    (notice,) = owed(occurrence(), FIRST, Circle(methodists=(builders.staff("7"),)))
    assert (notice.role, notice.recipient) == (Recipient.METHODIST, "7")


def test_where_there_is_nobody_the_lack_is_visible() -> None:
    (notice,) = owed(occurrence(), FIRST, Circle())
    assert (notice.recipient, notice.key) == (None, "methodical_day_due:2026-Q2:nobody")


@pytest.mark.parametrize(
    "other",
    [{"number": "7"}, {"scope": "a1"}, {"due_on": None}],
    ids=["another item", "an association's", "without a due date"],
)
def test_nothing_else_reminds(other: dict[str, Any]) -> None:
    assert owed(occurrence(**other), FIRST) == ()


def turn(day: date) -> date | None:
    return BOOK.notices("todzhinsky", occurrence(), SPECIALISTS, day).turn


def test_the_occurrence_is_looked_at_again_when_the_reminder_begins_and_ends() -> None:
    assert turn(date(2026, 4, 1)) == FIRST
    assert turn(FIRST) == date(2026, 7, 1)
    assert turn(date(2026, 7, 1)) is None


def test_nobody_but_todzhinsky_is_asked() -> None:
    answer = BOOK.notices("korolev", occurrence(), SPECIALISTS, FIRST)
    assert (answer.owed, answer.faults) == ((), ())
    person = builders.staff_case(Dossier(builders.staff()), GROUND)
    assert BOOK.notices("todzhinsky", person, SPECIALISTS, FIRST).owed == ()
