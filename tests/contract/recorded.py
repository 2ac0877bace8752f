"""The recorded sequences as the connector meets them: events of three senders, and REST."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from connector.dialects import local_webhooks, tool_trigger, xapi
from connector.domain.signals import Dialect, Pointer
from connector.replay import Recording

MOODLE = Path(__file__).parent / "moodle"
ORDER = (
    "01_user_created_and_enrolled",
    "02_attempt_failed",
    "03_reattempt_better",
    "04_reattempt_worse",
    "05_course_completed_by_final_quiz",
    "06_final_quiz_failed_then_passed",
    "07_grade_override_up_and_down",
    "08_regrade",
    "09_essay_submitted_then_graded_by_hand",
    "09b_essay_graded_by_hand",
    "10_profile_updated",
    "11_suspended_and_unsuspended_enrolment",
    "12_unenrolled",
    "13_enrolled_again",
    "14_cohort",
    "15_completion_unlocked",
    "16_user_deleted",
    "15b_completion_task_after_unlock",
)
"""As recorded, each continuing from the one before (captures README, Files)."""

_DIALECTS: dict[str, tuple[Dialect, ModuleType]] = {
    "/hook/": (Dialect.LOCAL_WEBHOOKS, local_webhooks),
    "/trigger/": (Dialect.TOOL_TRIGGER, tool_trigger),
    "/xapi": (Dialect.XAPI, xapi),
}


@dataclass(frozen=True)
class Step:
    """One step of a sequence: the pointers of its events, and when it ended by Moodle's clock."""

    sequence: str
    number: int
    ended_at: datetime
    pointers: tuple[tuple[Dialect, Pointer], ...]


def recording() -> Recording:
    """A Moodle that answers as recorded, before anything happened."""
    return Recording.from_sequences(MOODLE / "sequences" / f"{name}.rest.jsonl" for name in ORDER)


@dataclass
class _Clock:
    now: datetime = field(default=datetime(2026, 11, 22, tzinfo=UTC))


def steps() -> Iterator[Step]:
    """Every step of every sequence in the order recorded; duplicates within a step are kept."""
    clock = _Clock()
    for name in ORDER:
        yield from _steps_of(name, clock)


def _steps_of(name: str, clock: _Clock) -> Iterator[Step]:
    with (MOODLE / "sequences" / f"{name}.jsonl").open(encoding="utf-8") as lines:
        head = json.loads(next(lines))
        requests = [json.loads(line) for line in lines]
    for number, _ in enumerate(head["steps"], start=1):
        pointers = [
            pair for request in requests if request["step"] == number for pair in _pointers(request)
        ]
        raised = [pointer.raised_at for _, pointer in pointers if pointer.raised_at]
        clock.now = max([clock.now, *raised]) + timedelta(seconds=1)
        yield Step(name, number, clock.now, tuple(pointers))


def _pointers(request: dict[str, Any]) -> Iterator[tuple[Dialect, Pointer]]:
    for prefix, (dialect, module) in _DIALECTS.items():
        if request["path"].startswith(prefix):
            raw = json.dumps(request["body"], ensure_ascii=False).encode()
            for arrival in module.cut(raw).arrivals:
                pointer = module.read(arrival.body) if arrival.relevant else None
                if pointer is not None:
                    yield dialect, pointer
            return
    raise AssertionError(request["path"])
