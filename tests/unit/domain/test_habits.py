"""A source's habit is learnt from when it was heard, and only a longer silence is one."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.calendar import WorkCalendar
from connector.domain.dates import Span
from connector.domain.habits import ENOUGH, HOUR, Habit, Workdays, learnt

MOSCOW = ZoneInfo("Europe/Moscow")
YEAR = [date(2025, 1, 1) + timedelta(days=n) for n in range(900)]
WEEKENDS = [day for day in YEAR if day.weekday() > 4]
HOLIDAYS = Span(date(2026, 3, 30), date(2026, 4, 5))


def workdays(*closed: Span) -> Workdays:
    return Workdays(((MOSCOW, WorkCalendar(YEAR[0], YEAR[-1], WEEKENDS, closed)),))


def at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=MOSCOW).astimezone(UTC)


def kept(
    first: date, last: date, hours: frozenset[int], days: Workdays, weekdays: range = range(7)
) -> set[datetime]:
    """Heard in each of these hours of every working day."""
    found = set()
    day = first
    while day <= last:
        here = {at(day, hour) for hour in hours if days.slot(at(day, hour)) is not None}
        found |= here if day.weekday() in weekdays else set()
        day += timedelta(days=1)
    return found


def is_silent(habit: Habit, days: Workdays, last: datetime, now: datetime) -> bool:
    return habit.silence(days, last, now) >= habit.limit


OFFICE = frozenset(range(9, 18))
busy_hours = st.frozensets(st.integers(7, 21), min_size=2, max_size=12)


@given(hours=busy_hours, late=st.integers(0, 400))
def test_who_keeps_its_habit_is_never_silent(hours: frozenset[int], late: int) -> None:
    """Whenever one looks: by night, on a weekend, in the holidays, in summer."""
    days = workdays(HOLIDAYS)
    now = at(date(2026, 3, 2), 0) + late * timedelta(hours=11)
    heard = {h for h in kept(date(2025, 11, 3), date(2026, 12, 1), hours, days) if h < now}
    last = max(heard)
    habit = learnt(heard, days, last + HOUR)
    assert habit is not None
    assert not is_silent(habit, days, last, now)


@given(hours=busy_hours, stopped=st.dates(date(2026, 2, 2), date(2026, 5, 12)))
def test_who_stops_for_its_usual_hours_is_always_silent(
    hours: frozenset[int], stopped: date
) -> None:
    days = workdays(HOLIDAYS)
    heard = {h for h in kept(date(2025, 11, 3), stopped, hours, days) if h < at(stopped, 0)}
    last = max(heard)
    habit = learnt(heard, days, last + HOUR)
    assert habit is not None
    moment, usual = last + HOUR, 0
    while usual < ENOUGH:
        slot = days.slot(moment)
        usual += slot is not None and slot[1] in hours
        moment += HOUR
    assert not is_silent(habit, days, last, moment - HOUR)
    assert is_silent(habit, days, last, moment)


@given(late=st.integers(0, 24 * 7))
def test_closed_days_are_silent(late: int) -> None:
    days = workdays(HOLIDAYS)
    heard = kept(date(2025, 11, 3), date(2026, 3, 27), OFFICE, days)
    habit = learnt(heard, days, max(heard) + HOUR)
    assert habit is not None
    now = min(at(date(2026, 3, 28), 0) + late * HOUR, at(date(2026, 4, 6), 9))
    assert habit.silence(days, max(heard), now) == 0


def test_the_summer_alarms_nobody_and_does_not_make_forget() -> None:
    days = workdays()
    heard = kept(date(2026, 2, 2), date(2026, 5, 29), OFFICE, days)
    habit = learnt(heard, days, max(heard) + HOUR)
    assert habit is not None
    assert not is_silent(habit, days, max(heard), at(date(2026, 9, 1), 9))
    assert is_silent(habit, days, max(heard), at(date(2026, 9, 1), 16))
    # One message in July is no habit, and the habit of spring is still known.
    heard.add(at(date(2026, 7, 15), 12))
    again = learnt(heard, days, max(heard) + HOUR)
    assert again is not None
    assert is_silent(again, days, max(heard), at(date(2026, 9, 2), 12))


def test_a_new_source_has_no_habit() -> None:
    days = workdays()
    few = kept(date(2026, 3, 2), date(2026, 3, 12), OFFICE, days)
    assert learnt(few, days, max(few) + HOUR) is None
    assert learnt((), days, at(date(2026, 3, 12), 0)) is None
    rare = kept(date(2026, 2, 2), date(2026, 4, 10), frozenset({12}), days, range(1))
    assert learnt(list(rare)[:9], days, max(rare) + HOUR) is None


def test_who_is_heard_once_a_week_has_weeks_of_patience() -> None:
    days = workdays()
    heard = kept(date(2025, 9, 1), date(2026, 3, 2), frozenset({9, 10, 11}), days, range(1))
    habit = learnt(heard, days, max(heard) + HOUR)
    assert habit is not None
    assert not is_silent(habit, days, max(heard), at(date(2026, 3, 13), 18))
    assert is_silent(habit, days, max(heard), at(date(2026, 3, 16), 13))


def test_hours_of_the_night_without_messages_say_nothing() -> None:
    days = workdays()
    heard = kept(date(2025, 11, 3), date(2026, 3, 10), OFFICE, days)
    habit = learnt(heard, days, max(heard) + HOUR)
    assert habit is not None
    assert habit.silence(days, max(heard), at(date(2026, 3, 11), 9)) == 0


def test_a_known_outage_does_not_become_the_habit() -> None:
    days = workdays()
    heard = kept(date(2025, 11, 3), date(2026, 3, 20), OFFICE, days)
    begun, over = at(date(2026, 3, 3), 0), at(date(2026, 3, 10), 0)
    heard = {hour for hour in heard if not begun <= hour < over}
    until = max(heard) + HOUR
    spoilt, known = learnt(heard, days, until), learnt(heard, days, until, [(begun, over)])
    assert spoilt is not None
    assert known is not None
    assert known.limit == pytest.approx(ENOUGH)
    assert spoilt.limit > 50


def test_while_one_municipality_has_holidays_a_shared_source_may_be_quiet() -> None:
    plain = WorkCalendar(YEAR[0], YEAR[-1], WEEKENDS)
    closed = WorkCalendar(YEAR[0], YEAR[-1], WEEKENDS, [HOLIDAYS])
    both = Workdays(((MOSCOW, plain), (ZoneInfo("Asia/Vladivostok"), closed)))
    assert both.slot(at(date(2026, 4, 1), 10)) is None
    assert both.slot(at(date(2026, 4, 8), 10)) == (2, 10)
    assert Workdays(()).slot(at(date(2026, 4, 8), 10)) is None
