"""Streams of signed native events: made beforehand, so that sending them costs next to nothing."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

SOURCE = "moodle"
DIAGNOSTIC, PROGRAMME = "DIAG", "KPK"

ATTEMPT, REGRADE, COMPLETION = range(3)
ATTEMPTS = (ATTEMPT,)
OF_A_LEARNER = (ATTEMPT, REGRADE, COMPLETION)


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody in the register: the personnel number, and the number in Moodle."""

    number: str
    user_id: int


class Stream:
    """Never the same event twice: some about each learner in turn, then the next learner's.

    Usually an attempt at the diagnostic, its regrade, the programme's completion; each later round
    about the same learner is another attempt.
    """

    def __init__(
        self,
        learners: Callable[[int], Learner],
        size: int,
        kinds: Sequence[int] = OF_A_LEARNER,
    ) -> None:
        self._kinds = kinds
        self._learners = learners
        self._size = size
        self._run = uuid4().hex[:8]
        self._serials = count(1)
        self._base = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=30)

    def events(self, number: int) -> list[dict[str, Any]]:
        return [self._event(next(self._serials)) for _ in range(number)]

    def _event(self, serial: int) -> dict[str, Any]:
        turn, place = divmod(serial - 1, len(self._kinds))
        kind = self._kinds[place]
        learner = self._learners(turn % self._size)
        at = self._base + timedelta(seconds=serial % 80_000)
        common = {
            "id": f"{self._run}-{serial}",
            "seq": serial,
            "version": 1,
            "occurred_at": _text(at),
            "user": {"id": learner.user_id, "idnumber": learner.number, "email": None},
            "course": {"id": 5, "idnumber": PROGRAMME, "shortname": "kpk", "fullname": "Курс"},
        }
        if kind == COMPLETION:
            return {**common, "type": "course.completed", "completed_at": _text(at)}
        return {
            **common,
            "type": "quiz.attempt_graded",
            "quiz": {"id": 7, "cmid": 70, "idnumber": DIAGNOSTIC, "name": "Диагностика"},
            "attempt": self._attempt(turn, kind, at),
        }

    def _attempt(self, turn: int, regrade: int, at: datetime) -> dict[str, Any]:
        questions = [
            {"slot": 1, "mark": (turn % 5) / 4, "max_mark": 1, "category": None, "tags": []},
            {"slot": 2, "mark": regrade, "max_mark": 1, "category": None, "tags": []},
        ]
        return {
            "id": int(self._run, 16) * 1000 + turn,
            "number": turn // self._size + 1,
            "state": "finished",
            "started_at": _text(at - timedelta(minutes=40)),
            "finished_at": _text(at),
            "grade": (turn % 5) * 10 + regrade * 50,
            "max_grade": 100,
            "provisional": False,
            "questions": questions,
        }


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def bodies(events: Sequence[dict[str, Any]], per_delivery: int = 1) -> Iterator[bytes]:
    """Envelopes as the Moodle plugin sends them."""
    for at in range(0, len(events), per_delivery):
        whole = {"events": events[at : at + per_delivery]}
        yield json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def requests(
    events: Sequence[dict[str, Any]], secret: str, path: str, per_delivery: int = 1
) -> list[bytes]:
    """Whole HTTP requests, signed now: they are good for the five minutes that signatures are."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    stamp = str(int(time.time()))
    made = []
    for body in bodies(events, per_delivery):
        message = uuid4().hex
        signed = f"{message}.{stamp}.".encode() + body
        signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\nwebhook-id: {message}\r\n"
            f"webhook-timestamp: {stamp}\r\nwebhook-signature: v1,{signature}\r\n\r\n"
        )
        made.append(head.encode() + body)
    return made
