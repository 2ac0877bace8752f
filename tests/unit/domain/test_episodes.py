"""Each alarm is one episode: begun once, told once, over when it has been over for a while."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.alarms import Alarm, AlarmKind
from connector.domain.episodes import PAUSED, REMINDED, SETTLED, Episode, turns

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
SILENT = Alarm(AlarmKind.SOURCE_SILENT, "lms", NOW)


def episode(kind: AlarmKind = AlarmKind.SOURCE_SILENT, **values: Any) -> Episode:
    known = {"seen_at": NOW, "told_at": NOW, "told_params": {}, **values}
    return Episode(1, f"{kind}:lms", kind, **known)


def parked(events: int) -> Alarm:
    return Alarm(AlarmKind.DELIVERIES_PARKED, "lms", NOW, params={"events": events})


def test_what_is_new_begins_and_what_is_known_lasts() -> None:
    assert turns([], [SILENT], NOW).began == (SILENT,)
    again = turns([episode()], [SILENT], NOW)
    assert (again.began, again.remind, again.over) == ((), (), ())
    assert again.lasting == ((episode(), SILENT),)


def test_an_episode_is_over_when_it_has_been_over_for_a_while() -> None:
    assert turns([episode()], [], NOW + SETTLED - timedelta(seconds=1)).over == ()
    assert turns([episode()], [], NOW + SETTLED).over == (episode(),)


def test_whoever_could_not_be_told_is_told_later() -> None:
    untold = episode(told_at=None)
    assert turns([untold], [SILENT], NOW).remind == ((untold, SILENT),)


def test_a_snoozed_alarm_comes_back_on_its_day() -> None:
    one = episode(snoozed_until=NOW + timedelta(days=3), acknowledged=True)
    assert turns([one], [SILENT], NOW + timedelta(days=2)).remind == ()
    assert turns([one], [SILENT], NOW + timedelta(days=3)).remind == ((one, SILENT),)


def test_what_waits_is_told_again_after_a_week_if_it_grew() -> None:
    kind = AlarmKind.DELIVERIES_PARKED
    one = episode(kind, told_params={"events": 20})
    later = NOW + REMINDED
    assert turns([one], [parked(40)], later - timedelta(seconds=1)).remind == ()
    assert turns([one], [parked(23)], later).remind == ()
    assert turns([one], [parked(24)], later).remind == ((one, parked(24)),)
    known = episode(kind, told_params={"events": 20}, acknowledged=True)
    assert turns([known], [parked(99)], later).remind == ()


def test_what_waits_does_not_begin_anew_within_a_week() -> None:
    assert turns([], [parked(20)], NOW, {parked(20).key}).began == ()
    assert turns([], [SILENT], NOW, {SILENT.key}).began == (SILENT,)
    assert timedelta(days=7) <= PAUSED


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 20))
def test_however_often_it_is_looked_at_each_episode_is_told_twice(
    amiss: list[bool], minutes: int
) -> None:
    """Begun and over, in turns, whatever the looks see."""
    stored: Episode | None = None
    told: list[str] = []
    now = NOW
    for is_amiss in amiss:
        now += timedelta(minutes=minutes)
        turned = turns([stored] if stored else [], [SILENT] if is_amiss else [], now)
        assert not turned.remind
        if turned.began:
            told.append("begun")
            stored = episode(seen_at=now, told_at=now)
        elif turned.over:
            told.append("over")
            stored = None
        elif turned.lasting:
            stored = episode(seen_at=now, told_at=NOW)
    assert told == ["begun", "over"] * (len(told) // 2) + ["begun"] * (len(told) % 2)
    assert bool(told) == any(amiss)
