"""Who knows of a stalled route by what the outbox holds, and who should and does not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connector.domain.owed import Circle, Recipient
from connector.domain.progress import RouteProgress
from connector.domain.stall_answers import AnswerKind, StallAnswer
from connector.domain.stall_episodes import Episode
from connector.domain.stall_notices import ROUTE_STALLED, STALL_HANDED
from connector.domain.stall_policy import Rung
from connector.domain.stall_telling import Known, Telling, Untold, who_does_not, who_knows
from connector.domain.stalls import StallReason
from tests.unit.domain.builders import person, route

DAY = timedelta(days=1)
FIRST = date(2026, 3, 30)
HEADS_ON, SPECIALIST_ON = FIRST + 7 * DAY, FIRST + 14 * DAY
MORNING = datetime(2026, 4, 13, 5, tzinfo=UTC)
METHODIST, HEAD, SPECIALIST = Recipient.METHODIST, Recipient.HEAD, Recipient.SPECIALIST
CIRCLE = Circle(
    heads={"a1": person("head")},
    methodists=(person("methodist"),),
    specialists=(person("specialist"),),
    colleagues={n: (person(n),) for n in ("methodist", "head", "other")},
)


def telling(role: Recipient, told_on: date | None = None, **more: Any) -> Telling:
    state = "sent" if told_on else "waiting"
    one = Telling(ROUTE_STALLED, role, str(role), state, None, MORNING, told_on)
    return replace(one, **more)


def handed(to: str, role: Recipient, told_on: date | None = None, **more: Any) -> Telling:
    return telling(role, told_on, kind=STALL_HANDED, recipient=to, **more)


def episode(*rungs: Rung, to: str | None = None) -> Episode:
    days = {Rung.METHODIST: FIRST, Rung.HEAD: HEADS_ON, Rung.SPECIALIST: SPECIALIST_ON}
    given = (
        StallAnswer(1, "1", AnswerKind.HANDED_OVER, FIRST, "methodist", "Методист", METHODIST,
                    to=to, to_name="Белов Артём"),
    )  # fmt: skip
    return Episode(
        RouteProgress(route(), (), None, None),
        FIRST,
        StallReason.IDLE,
        FIRST,
        20,
        reached=tuple((rung, days[rung]) for rung in rungs),
        answers=given if to else (),
    )


EVERY_RUNG = episode(*Rung)


def test_a_role_knows_from_the_day_its_letter_went_out_whenever_the_rung_was_reached() -> None:
    tellings = [
        telling(HEAD, HEADS_ON + 2 * DAY),
        telling(METHODIST, FIRST + DAY),
        telling(METHODIST, FIRST + 3 * DAY, recipient="second"),
    ]
    assert [*who_knows(tellings, CIRCLE, EVERY_RUNG)] == [
        Known(METHODIST, FIRST + DAY),
        Known(HEAD, HEADS_ON + 2 * DAY),
    ]


def test_whose_letter_is_held_or_waits_or_was_never_written_does_not_know() -> None:
    held = telling(HEAD, state="held", reason="no_address")
    waiting = telling(SPECIALIST)
    tellings = [telling(METHODIST, FIRST), held, waiting]
    assert [one.role for one in who_knows(tellings, CIRCLE, EVERY_RUNG)] == [METHODIST]
    assert [*who_does_not(tellings, CIRCLE, EVERY_RUNG)] == [
        Untold(HEAD, held),
        Untold(SPECIALIST, waiting),
    ]
    assert [*who_does_not([], CIRCLE, EVERY_RUNG)] == [
        Untold(METHODIST, None),
        Untold(HEAD, None),
        Untold(SPECIALIST, None),
    ]


def test_nobody_is_missed_whose_rung_was_not_reached_or_whom_there_is_not() -> None:
    early = episode(Rung.METHODIST)
    assert [one.role for one in who_does_not([], CIRCLE, early)] == [METHODIST]
    nobody = Circle()
    alone = telling(METHODIST, recipient=None, state="held", reason="no_recipient")
    assert [*who_does_not([alone], nobody, EVERY_RUNG)] == []


def test_the_letter_nearest_to_being_read_stands_for_a_role() -> None:
    two = replace(CIRCLE, heads={"a1": person("head"), "a2": person("second")})
    held = telling(HEAD, state="held", reason="stopped")
    waiting = telling(HEAD, recipient="second")
    tellings = [telling(METHODIST, FIRST), held, waiting]
    reached = episode(Rung.METHODIST, Rung.HEAD)
    assert [*who_does_not(tellings, two, reached)] == [Untold(HEAD, waiting)]
    # One of them knows: the role does.
    told = replace(waiting, state="sent", told_on=HEADS_ON)
    assert [*who_does_not([tellings[0], held, told], two, reached)] == []


def test_what_was_withdrawn_is_not_written_unless_somebody_refused_it() -> None:
    old = telling(METHODIST, state="withdrawn")
    early = episode(Rung.METHODIST)
    assert [*who_does_not([old], CIRCLE, early)] == [Untold(METHODIST, None)]
    refused = replace(old, reason="discarded")
    assert [*who_does_not([refused], CIRCLE, early)] == [Untold(METHODIST, refused)]


def test_a_colleague_to_whom_it_was_handed_knows_by_name() -> None:
    given = episode(Rung.METHODIST, to="other")
    tellings = [telling(METHODIST, FIRST), handed("other", METHODIST, FIRST + DAY)]
    assert [*who_knows(tellings, CIRCLE, given)] == [
        Known(METHODIST, FIRST),
        Known(METHODIST, FIRST + DAY, "Белов Артём"),
    ]
    waiting = handed("other", METHODIST)
    tellings = [telling(METHODIST, FIRST), waiting]
    assert [*who_does_not(tellings, CIRCLE, given)] == [Untold(METHODIST, waiting, "Белов Артём")]


def test_whoever_is_both_is_named_once_and_not_missed_in_the_other_role() -> None:
    # Handed to the head before the heads' rung, and reached by it later; and the other way round.
    given = episode(Rung.METHODIST, Rung.HEAD, to="head")
    for at_once, by_rung in ((FIRST + DAY, HEADS_ON), (HEADS_ON, FIRST + DAY)):
        tellings = [telling(METHODIST, FIRST), handed("head", HEAD, at_once)]
        assert [*who_does_not([*tellings, telling(HEAD)], CIRCLE, given)] == []
        assert [*who_knows([*tellings, telling(HEAD, by_rung)], CIRCLE, given)] == [
            Known(METHODIST, FIRST),
            Known(HEAD, FIRST + DAY, "Белов Артём"),
        ]
    # Another head is still a head who knows.
    second = telling(HEAD, HEADS_ON, recipient="second")
    assert Known(HEAD, HEADS_ON) in who_knows([*tellings, second], CIRCLE, given)
    # The methodist is the head as well, and has read of it as a methodist.
    same = replace(CIRCLE, heads={"a1": person("methodist")})
    waiting = telling(HEAD, recipient="methodist")
    reached = episode(Rung.METHODIST, Rung.HEAD)
    assert [*who_does_not([telling(METHODIST, FIRST), waiting], same, reached)] == []
