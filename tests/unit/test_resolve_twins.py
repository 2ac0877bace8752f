"""When what was read for one event of a batch speaks for the next one about the same place."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connector.domain.signals import Pointer
from connector.moodle.questions import Function
from connector.moodle.reading import read
from connector.runtime.resolve import Twin
from tests.unit.dictionary_moodle import ACTIVITY, FINISHED, REGRADED, TICKED, Moodle

RAISED = datetime.fromtimestamp(FINISHED, UTC)


def raised(pointer: Pointer, seconds: float) -> Pointer:
    return replace(pointer, raised_at=RAISED + timedelta(seconds=seconds))


def twin_of(moodle: Moodle, pointer: Pointer) -> Twin:
    return Twin(1, read(moodle, pointer))


@pytest.mark.parametrize("pointer", [REGRADED, TICKED])
def test_events_of_one_happening_share_a_look(pointer: Pointer) -> None:
    twin = twin_of(Moodle(), raised(pointer, 0))
    assert twin.speaks_for(raised(pointer, 1), "lms")


@pytest.mark.parametrize("pointer", [REGRADED, TICKED])
def test_a_later_change_may_not_be_committed_when_the_earlier_is(pointer: Pointer) -> None:
    """Regraded, then deleted; failed, then passed: Moodle was asked in between the two."""
    twin = twin_of(Moodle(), raised(pointer, 0))
    assert not twin.speaks_for(raised(pointer, 4), "lms")


def test_what_is_gone_is_gone_for_every_event() -> None:
    moodle = Moodle()
    moodle.answers[Function.REVIEW] = "invalidrecord"
    twin = twin_of(moodle, raised(REGRADED, 0))
    assert twin.speaks_for(raised(REGRADED, 9), "lms")


def test_readings_that_do_not_suffice_speak_for_nobody() -> None:
    moodle = Moodle()
    moodle.answers[Function.ACTIVITY_COMPLETION] = {"statuses": [{**ACTIVITY, "cmid": 13}]}
    assert not Twin(1, read(moodle, TICKED)[:1]).speaks_for(raised(TICKED, 0), "lms")
