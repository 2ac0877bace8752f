"""What is amiss with what leaves: when it makes an alarm, and what is one cause."""

from datetime import UTC, datetime, timedelta

import pytest

from connector.domain.alarms import Alarm, AlarmKind, Signs, alarms
from connector.domain.outgoing_alarms import (
    EventSigns,
    LostLetters,
    MailSigns,
    OutgoingSigns,
    RefusedActions,
    WebhookSigns,
)

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def told(*standing: str, **signs: object) -> tuple[Alarm, ...]:
    outgoing = OutgoingSigns(**signs)  # type: ignore[arg-type]
    return alarms(Signs(outgoing=outgoing), NOW, standing)


def test_nothing_that_leaves_well_makes_an_alarm() -> None:
    assert told() == ()
    assert told(letters=[LostLetters("korolev", 0, 500, NOW)]) == ()


def test_refused_actions_make_one_alarm_a_source() -> None:
    many = RefusedActions("lms", 12, NOW - HOUR, ("nopermissions",), ("korolev", "kuznetsk"))
    one, other = told(actions=[many, RefusedActions("other", 1, NOW)])
    assert (one.key, one.since) == ("actions_refused:lms", NOW - HOUR)
    assert one.municipalities == ("korolev", "kuznetsk")
    assert one.params == {"source": "lms", "count": 12, "reasons": ["nopermissions"]}
    assert other.key == "actions_refused:other"


def test_a_webhook_is_one_alarm_however_it_failed() -> None:
    gone = WebhookSigns(7, "edu.example", NOW, gone=True, municipality="korolev")
    (alarm,) = told(webhooks=[gone])
    assert (alarm.key, alarm.municipalities) == ("webhook_failing:7", ("korolev",))
    (given_up,) = told(webhooks=[WebhookSigns(7, "edu.example", NOW)])
    assert (given_up.key, given_up.municipalities) == (alarm.key, ())


@pytest.mark.parametrize(("minutes", "count"), [(59, 0), (60, 1)])
def test_events_that_wait_for_the_broker_beyond_an_hour(minutes: int, count: int) -> None:
    found = told(events=EventSigns(3, NOW - timedelta(minutes=minutes)))
    assert [alarm.kind for alarm in found] == [AlarmKind.BROKER_AWAY] * count


def test_mail_is_down_when_it_was_tried_in_vain_for_hours_and_something_waits() -> None:
    def mail(hours: float, waiting: int = 1) -> list[AlarmKind]:
        tried = NOW - 9 * HOUR
        signs = MailSigns(tried - hours * HOUR, tried, waiting)
        return [alarm.kind for alarm in told(mail=signs)]

    assert mail(2) == [AlarmKind.MAIL_DOWN]
    # One vain try in the evening is no night without mail.
    assert mail(0) == mail(1.9) == []
    assert mail(2, waiting=0) == []


def test_letters_that_do_not_arrive_are_told_by_their_share_of_a_week() -> None:
    def lost(count: int, sent: int, *standing: str) -> tuple[Alarm, ...]:
        return told(*standing, letters=[LostLetters("korolev", count, sent, NOW)])

    (alarm,) = lost(10, 90)
    assert (alarm.key, alarm.municipalities) == ("letters_failing:letters", ("korolev",))
    assert alarm.params == {"lost": 10, "whole": 100, "share": 0.1}
    assert [*lost(9, 0), *lost(10, 91)] == []
    # What has begun is over at half of it.
    assert len(lost(6, 100, alarm.key)) == 1
    assert [*lost(5, 100, alarm.key), *lost(4, 10, alarm.key)] == []


def test_two_municipalities_are_one_cause_and_so_is_mail_that_is_down() -> None:
    letters = [LostLetters(code, 20, 20, NOW) for code in ("kuznetsk", "korolev")]
    (alarm,) = told(letters=letters)
    assert alarm.municipalities == ("korolev", "kuznetsk")
    assert alarm.params["lost"] == 40
    mail = MailSigns(NOW - 3 * HOUR, NOW, 5)
    assert [a.kind for a in told(letters=letters, mail=mail)] == [AlarmKind.MAIL_DOWN]
