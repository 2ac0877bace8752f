"""Events of our own Moodle plugin as hypothesis draws them: a year of twelve people."""

import json
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from connector.dialects import native
from connector.domain.signals import Arrival
from tests.integration.spine.spine_town import TEACHERS

Event = dict[str, Any]
_MOMENTS = (
    datetime(2025, 12, 20, 9, 0),
    datetime(2025, 12, 31, 20, 59, 59),
    datetime(2025, 12, 31, 21, 0),
    datetime(2026, 2, 3, 12, 0),
    datetime(2026, 8, 20, 8, 0),
    datetime(2026, 11, 20, 8, 0),
    datetime(2026, 11, 20, 8, 0, 1),
    datetime(2026, 12, 24, 8, 0),
)
"""UTC; the new year of Moscow begins between the second and the third; the last is to come."""

moments = st.sampled_from(_MOMENTS)
people = st.sampled_from((*TEACHERS, "STRANGER"))
marks = st.sampled_from((0, 0.25, 0.5, 0.85, 1))


def user_of(number: str) -> dict[str, Any]:
    """Moodle numbers people 100…; one account of each."""
    place = TEACHERS.index(number) + 100 if number in TEACHERS else 999
    return {"id": str(place), "idnumber": number, "email": f"{number.lower()}@ex.ru"}


def event(kind: str, number: str, at: datetime, **members: Any) -> Event:
    return {
        "type": kind,
        "version": 1,
        "occurred_at": _text(at),
        "user": user_of(number),
        "course": {"id": "5", "idnumber": "KPK", "shortname": "kpk", "fullname": "Курс"},
        **members,
    }


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


_QUIZ = {"id": "7", "cmid": "70", "idnumber": "DIAG", "name": "Диагностика"}


def graded(
    number: str,
    serial: int,
    finished: datetime,
    first: float,
    second: float,
    later: timedelta = timedelta(0),
    **members: Any,
) -> Event:
    """The attempt `serial` of a person, as of `later` after its end."""
    attempt = {
        "id": str(attempt_id(number, serial)),
        "number": serial,
        "state": "finished",
        "started_at": _text(finished - timedelta(minutes=20)),
        "finished_at": _text(finished),
        "grade": 50 * (first + second),
        "max_grade": 100,
        "provisional": False,
        "questions": [
            {"slot": 1, "mark": first, "max_mark": 1, "category": None, "tags": []},
            {"slot": 2, "mark": second, "max_mark": 1, "category": None, "tags": []},
        ],
        **members,
    }
    return event("quiz.attempt_graded", number, finished + later, quiz=dict(_QUIZ), attempt=attempt)


def attempt_id(number: str, serial: int) -> int:
    return int(user_of(number)["id"]) * 10 + serial


@st.composite
def _attempts(draw: st.DrawFn) -> Event:
    later = timedelta(days=draw(st.sampled_from((0, 0, 1, 400))))
    state = draw(st.sampled_from(({}, {}, {}, {"provisional": True}, {"state": "abandoned"})))
    return graded(
        draw(people),
        draw(st.integers(1, 2)),
        draw(moments),
        draw(marks),
        draw(marks),
        later,
        **state,
    )


@st.composite
def _attempts_retracted(draw: st.DrawFn) -> Event:
    number, serial = draw(people), draw(st.integers(1, 2))
    at = draw(moments) + timedelta(days=draw(st.sampled_from((0, 2, 60))))
    attempt = {"id": str(attempt_id(number, serial))}
    return event("quiz.attempt_retracted", number, at, quiz=dict(_QUIZ), attempt=attempt)


@st.composite
def _courses(draw: st.DrawFn) -> Event:
    completed, kind = draw(moments), draw(st.sampled_from(("completed", "completion_retracted")))
    at = completed + timedelta(days=draw(st.sampled_from((0, 3, 60))))
    return event(f"course.{kind}", draw(people), at, completed_at=_text(completed))


@st.composite
def _activities(draw: st.DrawFn) -> Event:
    state = draw(st.integers(0, 3))
    kind = (
        "activity.completed"
        if state
        else draw(st.sampled_from(("activity.completed", "activity.retracted")))
    )
    at = draw(moments)
    module = {"cmid": "71", "idnumber": None, "name": "Задание", "state": state}
    return event(kind, draw(people), at, activity=module, completed_at=_text(at))


@st.composite
def _users(draw: st.DrawFn) -> Event:
    """A profile that changes, an account that goes and has lost its names."""
    number, at = draw(people), draw(moments)
    if draw(st.booleans()):
        return event("user.updated", number, at)
    nameless = {"id": user_of(number)["id"], "idnumber": None, "email": None}
    return event("user.deleted", number, at, user=nameless)


@st.composite
def _oddities(draw: st.DrawFn) -> Event:
    number, at = draw(people), draw(moments)
    odd = graded(number, 3, at, 1, 1)
    match draw(st.integers(0, 3)):
        case 0:
            odd["quiz"] = {"id": "8", "cmid": "80", "idnumber": "OTHER", "name": "Опрос"}
        case 1:
            odd["attempt"] = {"id": "сорок"}
        case 2:
            odd["occurred_at"] = "вчера"
        case _:
            odd = event("ping", number, at)
    return odd


@st.composite
def streams(draw: st.DrawFn, most: int = 40) -> list[Event]:
    """Events with ids and sequence numbers in the order in which Moodle raised them."""
    kinds = st.one_of(
        _attempts(), _attempts(), _attempts_retracted(), _courses(), _activities(), _users(),
        _oddities(),
    )  # fmt: skip
    found = draw(st.lists(kinds, min_size=3, max_size=most))
    return [{"id": f"e{number}", "seq": number, **one} for number, one in enumerate(found, 1)]


def envelope(events: Sequence[Event]) -> bytes:
    return json.dumps({"events": list(events)}, ensure_ascii=False).encode()


def arrivals(events: Sequence[Event]) -> list[Arrival]:
    """As the hook cuts them out of requests, which hold a hundred at most."""
    parts = [events[at : at + 100] for at in range(0, len(events), 100)]
    return [one for part in parts for one in native.cut(envelope(part)).arrivals]


def busy_year(events: int, seed: int) -> list[Event]:
    """Plain attempts, regrades, deletions and completions, the same for the same seed."""
    chance = random.Random(seed)
    told: list[Event] = []
    for number in range(1, events + 1):
        who, serial = chance.choice(TEACHERS), chance.randint(1, 2)
        at = chance.choice(_MOMENTS[3:7])
        match chance.randrange(5):
            case 0:
                attempt = {"id": str(attempt_id(who, serial))}
                at += timedelta(days=chance.randint(0, 2))
                one = event("quiz.attempt_retracted", who, at, quiz=dict(_QUIZ), attempt=attempt)
            case 1:
                one = event("course.completed", who, at, completed_at=_text(at))
            case _:
                first, second = chance.random(), chance.random()
                later = timedelta(days=chance.choice((0, 1, 2)))
                one = graded(who, serial, at, round(first, 2), round(second, 2), later)
        told.append({"id": f"e{number}", "seq": number, **one})
    return told
