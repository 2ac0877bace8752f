"""What becomes of a notice by the reader's choices and the municipality's policy."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.calendar import WorkCalendar
from connector.domain.hours import PostHours
from connector.domain.preferences import (
    EVERY_DAY,
    EVERY_KIND,
    STANDARD,
    Choice,
    LetterPolicy,
    Preference,
    settle,
)

KINDS = ("route_stalled", "deficits_found", "plan_met")
ROLES = ("teacher", "mentor", "head", "methodist", "specialist", "administrator")
NAMES = st.sampled_from(
    [*KINDS, *(f"{k}.{r}" for k in KINDS for r in ROLES), *(f"*.{r}" for r in ROLES)]
)
PREFERENCES = st.builds(
    Preference,
    st.none() | st.sampled_from(Choice),
    st.none() | st.sampled_from(["email", "max"]),
    st.none() | st.integers(0, 23),
    st.none() | st.integers(EVERY_DAY, 6),
)
CHOSEN = st.dictionaries(st.sampled_from([*KINDS, EVERY_KIND]), PREFERENCES)
POLICIES = st.builds(LetterPolicy, st.frozensets(NAMES), st.frozensets(NAMES))
DELAY = {Choice.AT_ONCE: 0, Choice.DIGEST: 1, Choice.OFF: 2}


@given(st.sampled_from(KINDS), st.sampled_from(ROLES), st.booleans(), CHOSEN, POLICIES)
def test_a_forced_kind_is_neither_silenced_nor_put_off(
    kind: str, role: str, urgent: bool, chosen: dict[str, Preference], policy: LetterPolicy
) -> None:
    settled = settle(kind, role, urgent, chosen, policy)
    without = settle(kind, role, urgent, {}, policy)
    if policy.forces(kind, role):
        assert settled.choice is not Choice.OFF
        assert DELAY[settled.choice] <= DELAY[without.choice]
    else:
        assert not settled.bound
        own = chosen.get(kind, Preference()).choice
        assert own is None or settled.choice is own


@given(st.sampled_from(KINDS), st.sampled_from(ROLES), st.booleans(), POLICIES)
def test_without_a_choice_the_municipality_decides(
    kind: str, role: str, urgent: bool, policy: LetterPolicy
) -> None:
    settled = settle(kind, role, urgent, {}, policy)
    assert settled.choice is policy.starts(kind, role, urgent)
    assert (settled.channel, settled.hour, settled.weekday) == ("email", None, None)


@pytest.mark.parametrize(
    ("kind", "role", "urgent", "chosen", "choice"),
    [
        ("plan_met", "head", False, {EVERY_KIND: Preference(Choice.OFF)}, Choice.OFF),
        ("plan_met", "head", False, {EVERY_KIND: Preference(Choice.AT_ONCE)}, Choice.AT_ONCE),
        ("deficits_found", "teacher", False, {EVERY_KIND: Preference(Choice.DIGEST)}, "digest"),
        # An alert is put off by its own name only.
        ("route_stalled", "head", True, {EVERY_KIND: Preference(Choice.DIGEST)}, "at_once"),
        ("route_stalled", "head", True, {"route_stalled": Preference(Choice.DIGEST)}, "digest"),
        ("route_stalled", "head", True, {EVERY_KIND: Preference(Choice.OFF)}, "off"),
        ("route_stalled", "methodist", True, {"route_stalled": Preference(Choice.OFF)}, "at_once"),
    ],
)
def test_a_choice_about_one_kind_wins_over_the_one_about_all(
    kind: str, role: str, urgent: bool, chosen: dict[str, Preference], choice: Choice
) -> None:
    assert settle(kind, role, urgent, chosen, STANDARD).choice == choice


def test_what_nobody_asked_for_comes_by_its_own_name_only() -> None:
    policy = LetterPolicy(unasked=frozenset({"plan_met.head"}))
    everything = {EVERY_KIND: Preference(Choice.AT_ONCE)}
    assert settle("plan_met", "head", False, everything, policy).choice is Choice.OFF
    asked = {"plan_met": Preference(Choice.DIGEST)}
    assert settle("plan_met", "head", False, asked, policy).choice is Choice.DIGEST


def test_parts_that_a_kind_leaves_open_are_those_of_all() -> None:
    chosen = {EVERY_KIND: Preference(None, "max", 15, 4), "plan_met": Preference(hour=0)}
    settled = settle("plan_met", "head", False, chosen, STANDARD)
    assert (settled.channel, settled.hour, settled.weekday) == ("max", 0, 4)


ZONE = ZoneInfo("Asia/Vladivostok")
HOLIDAYS = tuple(date(2026, 1, 1) + timedelta(n) for n in range(11))
HOURS = PostHours(ZONE, WorkCalendar(date(2026, 1, 1), date(2026, 1, 11), HOLIDAYS))


def local(*when: int) -> datetime:
    return datetime(*when, tzinfo=ZONE)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "hour", "weekday", "at"),
    [
        (local(2026, 3, 10, 12), 15, None, local(2026, 3, 10, 15)),
        (local(2026, 3, 10, 15, 1), 15, None, local(2026, 3, 11, 15)),
        (local(2026, 3, 10, 12), 9, 1, local(2026, 3, 17, 9)),
        (local(2026, 3, 10, 8), 9, 1, local(2026, 3, 10, 9)),
        # The quiet hours end at eight.
        (local(2026, 3, 10, 12), 5, 4, local(2026, 3, 13, 8)),
        # A Monday in the holidays: the first working day after them.
        (local(2026, 1, 3, 12), 9, 0, local(2026, 1, 12, 9)),
        (local(2026, 1, 12, 10), 9, 0, local(2026, 1, 19, 9)),
        # Saturday is no working day: the weekly letter comes on Monday.
        (local(2026, 3, 15, 12), 9, 5, local(2026, 3, 16, 9)),
    ],
)
def test_a_digest_comes_at_the_chosen_hour_and_weekday(
    now: datetime, hour: int, weekday: int | None, at: datetime
) -> None:
    assert HOURS.next_digest(now, hour, weekday) == at.astimezone(UTC)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 11, 30), timezones=st.just(UTC)),
    st.none() | st.integers(0, 23),
    st.none() | st.integers(EVERY_DAY, 6),
)
def test_a_digest_never_comes_in_the_past_at_night_or_on_a_closed_day(
    now: datetime, hour: int | None, weekday: int | None
) -> None:
    at = HOURS.next_digest(now, hour, weekday)
    assert now <= at <= now + timedelta(days=19)
    assert HOURS.are_open(at)
