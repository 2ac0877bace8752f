"""What makes an alarm, what does not, and what is one cause."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.domain.alarms import (
    Alarm,
    AlarmKind,
    Parked,
    Refusal,
    RuleSigns,
    Signs,
    SourceSigns,
    Told,
    alarms,
)
from connector.domain.calendar import WorkCalendar
from connector.domain.habits import Habit, Workdays

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=60)
DAYS = Workdays(((UTC, WorkCalendar(LONG_AGO.date(), NOW.date(), ())),))
STEADY = Habit({(n, hour): 1.0 for n in range(7) for hour in range(24)}, 1.0)
WELL = SourceSigns(
    "lms", ("korolev",), LONG_AGO, DAYS, LONG_AGO, last_heard=NOW, habit=STEADY,
    whole=Told(500, 1), lately=Told(100, 0), compares=True, compared_at=NOW - timedelta(hours=9),
)  # fmt: skip


def found(*standing: AlarmKind, **changes: Any) -> list[AlarmKind]:
    return [a.kind for a in told(*standing, **changes)]


def told(*standing: AlarmKind, **changes: Any) -> tuple[Alarm, ...]:
    signs = Signs([replace(WELL, **changes)])
    return alarms(signs, NOW, {f"{kind}:lms" for kind in standing})


def ago(**values: float) -> datetime:
    return NOW - timedelta(**values)


def test_nothing_is_amiss_with_a_source_that_is_well() -> None:
    assert found() == []


def test_a_silence_longer_than_the_habit_is_told_with_its_beginning() -> None:
    (alarm,) = told(last_heard=ago(hours=8))
    assert (alarm.kind, alarm.since) == (AlarmKind.SOURCE_SILENT, ago(hours=8))
    assert alarm.municipalities == ("korolev",)
    assert found(last_heard=ago(hours=6)) == []
    assert found(last_heard=ago(hours=8), habit=None) == []


def test_after_our_own_sleep_a_whole_window_is_waited_for() -> None:
    assert found(last_heard=ago(hours=50), watched_from=ago(hours=6)) == []
    assert found(last_heard=ago(hours=50), watched_from=ago(hours=8)) == [AlarmKind.SOURCE_SILENT]


@pytest.mark.parametrize(
    "cause",
    [
        {"refusal": Refusal("invalidtoken", ago(days=9))},
        {"failing_since": ago(days=9), "failing_reason": "connection"},
        {"lacking": ("core_user_get_users_by_field",), "lacking_since": ago(days=9)},
    ],
)
def test_one_cause_makes_one_alarm(cause: dict[str, Any]) -> None:
    follows = {"last_heard": ago(days=9), "compared_at": ago(days=9)}
    assert len(found(**follows)) == 2
    assert len(found(**follows, **cause)) == 1


def test_an_hour_of_maintenance_is_no_alarm() -> None:
    assert found(failing_since=ago(minutes=59)) == []
    assert found(failing_since=ago(minutes=60)) == [AlarmKind.MOODLE_DOWN]


@pytest.mark.parametrize(
    ("whole", "is_alarm"),
    [
        (Told(40, 5), True),
        (Told(500, 5), False),
        (Told(10, 4), False),
        (Told(0, 5), True),
    ],
)
def test_a_share_that_was_never_delivered_is_told(whole: Told, is_alarm: bool) -> None:
    assert (found(whole=whole) == [AlarmKind.EVENTS_MISSED]) is is_alarm


def test_who_never_sent_anything_misses_nothing() -> None:
    assert found(whole=Told(0, 50), last_heard=None) == []


def test_a_quiet_weekend_ends_no_loss() -> None:
    missed = AlarmKind.EVENTS_MISSED
    assert found(missed, whole=Told(), lately=Told()) == [missed]
    assert found(missed, whole=Told(300, 80), lately=Told(20, 9)) == [missed]
    assert found(missed, whole=Told(300, 80), lately=Told(20, 0)) == []


def test_reconciliation_is_behind_after_three_days_where_it_is_wanted() -> None:
    behind = [AlarmKind.RECONCILIATION_BEHIND]
    assert found(compared_at=ago(days=3)) == behind
    assert found(compared_at=None) == behind
    assert found(compared_at=None, created_at=ago(days=2)) == []
    assert found(compared_at=ago(days=30), compares=False) == []


def test_a_clock_must_be_wrong_for_a_while() -> None:
    drift = [AlarmKind.CLOCK_DRIFT]
    assert found(ahead_s=-240.0, drifting_since=ago(minutes=10)) == drift
    assert found(ahead_s=-240.0, drifting_since=ago(minutes=9)) == []
    assert found(ahead_s=30.0, drifting_since=ago(days=1)) == []


def test_signatures_of_another_time_tell_of_a_clock_too() -> None:
    (alarm,) = told(mistimed=3)
    assert (alarm.kind, alarm.params["mistimed"]) == (AlarmKind.CLOCK_DRIFT, 3)
    assert found(mistimed=2) == []


def test_where_all_moodles_are_off_it_is_our_clock() -> None:
    off = replace(WELL, ahead_s=90.0, drifting_since=ago(days=1))
    two = [off, replace(off, source="two")]
    assert [a.params["ours"] for a in alarms(Signs(two), NOW)] == [True, True]
    assert [a.params["ours"] for a in alarms(Signs([off, replace(WELL, source="b")]), NOW)] == [
        False
    ]


def test_what_waits_for_people_is_told_in_numbers() -> None:
    parked = AlarmKind.DELIVERIES_PARKED
    (alarm,) = told(parked=Parked(12, 3, ago(days=2)))
    assert (alarm.params["events"], alarm.params["people"]) == (12, 3)
    assert found(parked=Parked(9, 3, NOW)) == []
    # Around the threshold it neither comes nor goes.
    assert found(parked, parked=Parked(9, 3, NOW)) == [parked]
    assert found(parked, parked=Parked(4, 3, NOW)) == []


def test_quizzes_that_show_their_marks_roughly_are_named() -> None:
    (alarm,) = told(rounded=("Входная",))
    assert (alarm.kind, alarm.params["quizzes"]) == (AlarmKind.MARKS_ROUNDED, ["Входная"])


def rule(**changes: Any) -> list[str]:
    signs = RuleSigns("korolev", "korolev.young", LONG_AGO, NOW - timedelta(days=2))
    found = alarms(Signs(rules=[replace(signs, **changes)]), NOW)
    assert all(alarm.municipalities == ("korolev",) for alarm in found)
    return [alarm.key for alarm in found]


def test_a_rule_that_fails_is_told_until_it_answers_again() -> None:
    key = "rule_faulty:korolev:korolev.young"
    assert rule() == []
    assert rule(failing=True) == rule(off=True) == rule(last_at=NOW) == [key]
