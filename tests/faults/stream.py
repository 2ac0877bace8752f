"""What the senders have to tell: a stream over all four dialects whose end state is known.

Native events are generated; those of the three public senders are the recorded ones of the first
sequences, each sender from a source of its own, and the fake Moodle stands where they end. So what
comes out does not depend on the order in which anything arrives.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from connector.dialects import SENDERS
from connector.domain.signals import Dialect
from tests.contract.moodle_deliveries import Recorded
from tests.contract.native_events import envelope, signed
from tests.contract.recorded import ORDER, Step
from tests.integration.distributed_town import SOURCE, event
from tests.integration.spine.foreign_town import history

FOREIGN = {
    "hooks": Dialect.LOCAL_WEBHOOKS,
    "trigger": Dialect.TOOL_TRIGGER,
    "lrs": Dialect.XAPI,
}
"""Sources that point at the fake Moodle."""
DIALECTS = {**FOREIGN, SOURCE: Dialect.NATIVE}
LAST = "06_final_quiz_failed_then_passed"
"""The sequence at whose end the fake Moodle stands."""

LEARNING = 60
"""Teachers of the town who do something: enough to share new rows, few enough for many trials."""

Headers = Callable[[datetime], dict[str, str]]
Key = tuple[str, str, str]
"""source, key, digest: one delivery."""


@dataclass(frozen=True)
class Parcel:
    """One request. headers: of the moment it is sent at; keys: of what it promises to deliver."""

    path: str
    body: bytes
    headers: Headers
    keys: frozenset[Key]


def parcels(secret: str, seed: int) -> list[Parcel]:
    """Everything there is to tell, shuffled; some of it is told twice."""
    chance = random.Random(seed)
    told = [*native_parcels(secret, chance), *foreign_parcels()]
    told += chance.sample(told, len(told) // 10)
    chance.shuffle(told)
    return told


def native_parcels(secret: str, chance: random.Random, most: int = 6) -> list[Parcel]:
    """The events of every teacher, a few in each request. most: events of one request."""
    events = [one for teacher in range(LEARNING) for one in events_of(teacher)]
    chance.shuffle(events)
    made = []
    while events:
        size = chance.randint(1, most)
        made.append(native_parcel(secret, events[:size], f"m{len(events)}"))
        events = events[size:]
    return made


def native_parcel(secret: str, events: list[dict[str, Any]], message: str) -> Parcel:
    body = envelope(*events)

    def headers(now: datetime) -> dict[str, str]:
        return signed(body, secret, now, message)

    return Parcel(f"/hooks/{SOURCE}", body, headers, _keys(SOURCE, Dialect.NATIVE, body))


def events_of(teacher: int) -> list[dict[str, Any]]:
    """A diagnostic of yesterday and its regrade; its retraction and return, or a programme."""
    first = 1 + 4 * teacher
    made = [_graded(first + n, teacher, n, (teacher % 5) / 4, n) for n in (0, 1)]
    if teacher % 3 == 0:
        quiz = {"id": 7, "cmid": 70, "idnumber": "DIAG", "name": "Диагностика"}
        made.append(
            event("quiz.attempt_retracted", first + 2, teacher, "2026-11-23T09:30:00Z",
                  quiz=quiz, attempt={"id": teacher})
        )  # fmt: skip
        made.append(_graded(first + 3, teacher, 2, (teacher % 4) / 3, 0))
    else:
        done = f"2026-11-{10 + teacher % 9}T10:00:00Z"
        made.append(event("course.completed", first + 2, teacher, done, completed_at=done))
    return made


def _graded(serial: int, teacher: int, hour: int, first: float, second: float) -> dict[str, Any]:
    def question(slot: int, mark: float) -> dict[str, Any]:
        return {"slot": slot, "mark": mark, "max_mark": 1, "category": None, "tags": []}

    attempt = {
        "id": teacher,
        "number": 1,
        "state": "finished",
        "started_at": "2026-11-23T07:00:00Z",
        "finished_at": "2026-11-23T08:00:00Z",
        "grade": 50 * (first + second),
        "max_grade": 100,
        "provisional": False,
        "questions": [question(1, first), question(2, second)],
    }
    quiz = {"id": 7, "cmid": 70, "idnumber": "DIAG", "name": "Диагностика"}
    when = f"2026-11-23T{8 + hour:02}:00:{teacher % 60:02}Z"
    return event("quiz.attempt_graded", serial, teacher, when, quiz=quiz, attempt=attempt)


@cache
def foreign_parcels() -> tuple[Parcel, ...]:
    """What each of the public senders sent until the end of LAST."""
    return tuple(
        _recorded(source, dialect, request)
        for source, dialect in FOREIGN.items()
        for step, requests in history(dialect)
        if _is_over(step)
        for request in requests
    )


def _is_over(step: Step) -> bool:
    return ORDER.index(step.sequence) <= ORDER.index(LAST)


@cache
def last_step() -> Step:
    """Where the fake Moodle stands."""
    return next(step for step, _ in reversed(history(Dialect.XAPI)) if _is_over(step))


def _recorded(source: str, dialect: Dialect, request: Recorded) -> Parcel:
    kept = {k: v for k, v in request.headers.items() if k not in ("Host", "Content-Length")}
    kept["Content-Type"] = request.content_type
    path = f"/hooks/{source}" + ("/statements" if dialect is Dialect.XAPI else "")
    return Parcel(path, request.raw, lambda now: kept, _keys(source, dialect, request.raw))


def _keys(source: str, dialect: Dialect, body: bytes) -> frozenset[Key]:
    cut = SENDERS[dialect].cut(body)
    return frozenset((source, a.key, a.digest) for a in cut.arrivals if a.relevant)
