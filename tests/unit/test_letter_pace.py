"""The pace of letters: never more than the limit within any minute, and not much less."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.services.notices.pace import Pace

NOON = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def gone(limit: int, asked: list[datetime]) -> list[datetime]:
    """When letters went, of senders that asked at these instants."""
    pace, taken_until, sent = Pace(limit), None, []
    for now in asked:
        if pace.free_at(taken_until, now) <= now:
            taken_until = pace.taken(taken_until, now)
            sent.append(now)
    return sent


@given(
    limit=st.integers(1, 150),
    pauses=st.lists(st.sampled_from([0, 0, 0, 0, 1, 200, 5000, 20_000]), max_size=150),
)
def test_no_minute_has_more_letters_than_the_limit(limit: int, pauses: list[int]) -> None:
    asked, now = [], NOON
    for pause in pauses:
        now += timedelta(milliseconds=pause)
        asked += [now] * 3
    sent = gone(limit, asked)
    for number, at in enumerate(sent):
        assert sum(at <= other < at + MINUTE for other in sent[number:]) <= limit


@pytest.mark.parametrize("limit", [1, 2, 7, 60, 300])
@pytest.mark.parametrize("seconds", [5, 20], ids=["embedded", "distributed"])
def test_senders_that_look_now_and_then_reach_most_of_it(limit: int, seconds: int) -> None:
    asked = [NOON + timedelta(seconds=s) for s in range(0, 3600, seconds) for _ in range(limit)]
    assert len(gone(limit, asked)) >= 0.6 * limit * 60


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=400)])
def test_a_machine_with_a_wrong_clock_silences_no_other(ahead: timedelta) -> None:
    pace = Pace(60)
    taken_until = pace.taken(None, NOON + ahead)
    assert pace.free_at(taken_until, NOON) == NOON
    # And what it left behind is put right by the next letter.
    assert pace.taken(taken_until, NOON) <= NOON + MINUTE


def test_a_machine_some_seconds_ahead_does_not_undo_the_limit() -> None:
    pace, taken_until, sent = Pace(60), None, 0
    for number in range(600):
        now = NOON + timedelta(milliseconds=50 * number, seconds=5 * (number % 2))
        if pace.free_at(taken_until, now) <= now:
            taken_until = pace.taken(taken_until, now)
            sent += 1
    assert sent <= 60
