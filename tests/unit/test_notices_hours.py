"""Never at night, never on closed days, in the municipality's own time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.dates import Span
from connector.domain.hours import PostHours
from tests.unit.domain.builders import MOSCOW, VLADIVOSTOK, calendar

# 9 to 11 March 2026 (Monday to Wednesday) are closed besides the weekends.
WORK = calendar(Span(date(2026, 3, 9), date(2026, 3, 11)))
HOURS = PostHours(MOSCOW, WORK)


def at(day: int, hour: int, minute: int = 0, zone: ZoneInfo = MOSCOW) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=zone)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (at(5, 12), at(5, 12)),
        (at(5, 8), at(5, 8)),
        (at(5, 7, 59), at(5, 8)),
        (at(5, 19, 59), at(5, 19, 59)),
        (at(5, 20), at(6, 8)),
        (at(5, 20, 30), at(6, 8)),
        (at(6, 23), at(12, 8)),
        (at(7, 12), at(12, 8)),
    ],
)
def test_the_next_moment_people_may_be_written_to(now: datetime, opens: datetime) -> None:
    assert HOURS.next_open(now) == opens


@pytest.mark.parametrize(
    ("now", "digest"),
    [
        (at(5, 8), at(5, 9)),
        (at(5, 9), at(5, 9)),
        (at(5, 9, 1), at(6, 9)),
        (at(6, 10), at(12, 9)),
        (at(8, 1), at(12, 9)),
    ],
)
def test_the_next_digest(now: datetime, digest: datetime) -> None:
    assert HOURS.next_digest(now) == digest


def test_hours_are_the_municipality_s_own() -> None:
    far = PostHours(VLADIVOSTOK, WORK)
    noon_in_moscow = at(5, 14)
    assert HOURS.are_open(noon_in_moscow)
    assert far.next_open(noon_in_moscow) == at(6, 8, zone=VLADIVOSTOK)


def test_a_digest_hour_in_quiet_hours_waits_for_their_end() -> None:
    early = PostHours(MOSCOW, WORK, digest=6)
    assert early.next_digest(at(5, 1)) == at(5, 8)


def test_quiet_hours_in_the_middle_of_the_day_and_none_at_all() -> None:
    siesta = PostHours(MOSCOW, WORK, quiet_from=13, quiet_until=15)
    assert siesta.next_open(at(5, 13, 30)) == at(5, 15)
    assert siesta.are_open(at(5, 3))
    assert PostHours(MOSCOW, WORK, quiet_from=0, quiet_until=0).are_open(at(5, 3))


instants = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC))


@given(instants, st.sampled_from([MOSCOW, VLADIVOSTOK, ZoneInfo("Europe/Berlin")]))
def test_the_next_moment_is_open_and_nothing_before_it_is(now: datetime, zone: ZoneInfo) -> None:
    hours = PostHours(zone, WORK)
    found = hours.next_open(now)
    assert found >= now
    assert hours.are_open(found)
    step = now
    while step < found:
        assert not hours.are_open(step)
        step += timedelta(minutes=30)
    assert hours.are_open(hours.next_digest(now))
    assert hours.next_digest(now) >= now
