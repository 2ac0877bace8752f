"""Events of our own Moodle plugin as contract 1 writes them, and their signatures."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from standardwebhooks.webhooks import Webhook

SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four b").decode()
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def native_event(kind: str, serial: int = 1, /, **members: Any) -> dict[str, Any]:
    """An event of that type with what every event has; `members` are added or replaced."""
    return {
        "id": f"ev-{serial}",
        "seq": serial,
        "type": kind,
        "version": 1,
        "occurred_at": "2026-11-22T07:40:56Z",
        "user": {"id": 4, "idnumber": "T-1001", "email": "m.ivanova@school.moodle.example"},
        "course": {
            "id": 2,
            "idnumber": "DIAG-2023-MATH",
            "shortname": "ДИАГ-МАТ-2023",
            "fullname": "Диагностика учителя математики",
        },
        **members,
    }


def graded(serial: int = 1, /, **attempt: Any) -> dict[str, Any]:
    """A `quiz.attempt_graded` of a finished attempt of 40 of 100."""
    return native_event(
        "quiz.attempt_graded",
        serial,
        quiz={"id": 1, "cmid": 1, "idnumber": "DIAG-Q", "name": "Входная диагностика"},
        attempt={
            "id": 41,
            "number": 1,
            "state": "finished",
            "started_at": "2026-11-22T07:20:00Z",
            "finished_at": "2026-11-22T07:40:56Z",
            "grade": 40,
            "max_grade": 100,
            "provisional": False,
            "questions": [
                {"slot": 1, "mark": 1.0, "max_mark": 1, "category": "Алгебра", "tags": ["a"]},
                {"slot": 2, "mark": None, "max_mark": 1.5, "category": None, "tags": []},
            ],
            **attempt,
        },
    )


def envelope(*events: Any) -> bytes:
    return json.dumps({"events": events}, ensure_ascii=False).encode("utf-8")


def signed(
    body: bytes, secret: str = SECRET, at: datetime = NOW, message: str = "m1"
) -> dict[str, str]:
    """Headers as the reference implementation signs them."""
    # It takes the wall clock of an aware instant for UTC.
    signature = Webhook(secret).sign(message, at.astimezone(UTC), body.decode("utf-8"))
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
        "Content-Type": "application/json",
    }


def signed_bytes(body: bytes, secret: str, at: datetime, message: str = "m1") -> dict[str, str]:
    """As `signed`, for a body that is no text, which the reference implementation cannot sign."""
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.digest(key, f"{message}.{stamp}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": message,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(mac).decode()}",
    }
