"""A year of signed native deliveries: what our own Moodle plugin would have sent (contract 1)."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connector.demo.catalogue import course_called, quiz_called
from connector.demo.learning import Completion, Learning, Sitting
from connector.demo.staff import Person
from connector.dialects.native import MAX_EVENTS

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Post:
    """One HTTP request of a sender: where it goes, its headers and its body to the byte."""

    path: str
    headers: dict[str, str]
    body: bytes


def events_of(learning: Learning) -> list[Event]:
    """In the order in which they happened, with a growing `seq`."""
    told: list[tuple[datetime, str, Event]] = []
    numbers: dict[tuple[str, str], int] = {}
    for sitting in sorted(learning.sittings, key=lambda s: (s.finished_at, s.person.number)):
        number = numbers.get((sitting.person.number, sitting.quiz), 0) + 1
        numbers[sitting.person.number, sitting.quiz] = number
        told.append((sitting.finished_at, sitting.person.number, _graded(sitting, number)))
    for done in learning.completions:
        told.append((done.completed_at, done.person.number, _completed(done)))
    told.sort(key=lambda one: one[:2])
    return [_numbered(seq, at, event) for seq, (at, _, event) in enumerate(told, start=1)]


def posts(events: Sequence[Event], source: str, secret: str, now: datetime) -> Iterator[Post]:
    """The events as Standard Webhooks requests, signed at `now`."""
    for start in range(0, len(events), MAX_EVENTS):
        batch = events[start : start + MAX_EVENTS]
        body = json.dumps({"events": batch}, ensure_ascii=False).encode()
        message = f"msg_{source}_{start}"
        yield Post(f"/hooks/{source}", _signed(body, message, secret, now), body)


def _signed(body: bytes, message: str, secret: str, now: datetime) -> dict[str, str]:
    timestamp = str(int(now.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join((message.encode(), timestamp.encode(), body))
    signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return {
        "webhook-id": message,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1,{signature}",
        "Content-Type": "application/json",
    }


def _numbered(seq: int, at: datetime, event: Event) -> Event:
    return {"id": f"ev-{seq}", "seq": seq, "version": 1, "occurred_at": _instant(at), **event}


def _graded(sitting: Sitting, number: int) -> Event:
    quiz = quiz_called(sitting.quiz)
    total = sum(sitting.marks)
    return {
        "type": "quiz.attempt_graded",
        "user": _user(sitting.person),
        "course": {"id": 100 + quiz.number, "idnumber": quiz.idnumber, "fullname": quiz.title},
        "quiz": {
            "id": quiz.number,
            "cmid": 200 + quiz.number,
            "idnumber": quiz.idnumber,
            "name": quiz.title,
        },
        "attempt": {
            "id": f"{sitting.person.number}-{quiz.number}-{number}",
            "number": number,
            "state": "finished",
            "started_at": _instant(sitting.finished_at - timedelta(minutes=40)),
            "finished_at": _instant(sitting.finished_at),
            "grade": round(100 * total / len(sitting.marks), 2),
            "max_grade": 100,
            "provisional": False,
            "questions": [
                {"slot": slot, "mark": mark, "max_mark": 1, "category": None, "tags": []}
                for slot, mark in enumerate(sitting.marks, start=1)
            ],
        },
    }


def _completed(done: Completion) -> Event:
    course = course_called(done.course)
    return {
        "type": "course.completed",
        "user": _user(done.person),
        "course": {"id": course.number, "idnumber": course.idnumber, "fullname": course.title},
        "completed_at": _instant(done.completed_at),
    }


def _user(person: Person) -> dict[str, Any]:
    digits = "".join(filter(str.isdigit, person.number))
    return {"id": int(digits), "idnumber": person.number, "email": person.email}


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
