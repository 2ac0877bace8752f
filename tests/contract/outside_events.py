"""Events of our own Moodle plugin, in contract 1's words, for two municipalities on one site.

A learner's Moodle number is made from the personnel number, so that one person is one account.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

Event = dict[str, Any]


@dataclass
class Site:
    """A site that numbers its events in the order in which they are caused."""

    events: list[Event] = field(default_factory=list)

    def attempt(
        self,
        who: str,
        quiz: str,
        finished: str,
        *marks: tuple[float | None, float],
        number: int = 1,
        seen: str | None = None,
        state: str = "finished",
        provisional: bool = False,
        grade: tuple[float, float] | None = None,
        user: Mapping[str, Any] | None = None,
    ) -> Event:
        """A graded attempt; `seen` is when Moodle reached this state, if not at the finish.

        The attempt's id grows with its number, in a range of its own for person and quiz.
        """
        questions: list[Event] = [
            {"slot": slot, "mark": mark, "max_mark": top, "category": "Алгебра", "tags": []}
            for slot, (mark, top) in enumerate(marks, 1)
        ]
        got = sum(mark or 0 for mark, _ in marks)
        return self._cause(
            "quiz.attempt_graded",
            seen or finished,
            user or account(who),
            quiz=_quiz(quiz),
            attempt={
                "id": _serial(who + quiz) * 1000 + number,
                "number": number,
                "state": state,
                "started_at": finished,
                "finished_at": finished,
                "grade": grade[0] if grade else got,
                "max_grade": grade[1] if grade else sum(top for _, top in marks),
                "provisional": provisional,
                "questions": questions,
            },
        )

    def retract_attempt(self, who: str, quiz: str, seen: str, number: int = 1) -> Event:
        gone = {"id": _serial(who + quiz) * 1000 + number}
        return self._cause(
            "quiz.attempt_retracted", seen, account(who), quiz=_quiz(quiz), attempt=gone
        )

    def complete(self, who: str, course: str, at: str, seen: str | None = None) -> Event:
        return self._cause(
            "course.completed", seen or at, account(who), course=course, completed_at=at
        )

    def retract_completion(self, who: str, course: str, at: str, seen: str) -> Event:
        return self._cause(
            "course.completion_retracted", seen, account(who), course=course, completed_at=at
        )

    def activity(self, who: str, name: str, at: str, state: int = 1) -> Event:
        body = {"cmid": _serial(name), "idnumber": name, "state": state, "modified_at": at}
        return self._cause("activity.completed", at, account(who), activity=body)

    def updated(self, who: str, at: str) -> Event:
        return self._cause("user.updated", at, account(who))

    def _cause(
        self, kind: str, at: str, user: Mapping[str, Any], *, course: str = "C-0", **members: Any
    ) -> Event:
        seq = len(self.events) + 1
        event = {
            "id": f"ev-{seq}",
            "seq": seq,
            "type": kind,
            "version": 1,
            "occurred_at": at,
            "user": user,
            "course": {
                "id": _serial(course),
                "idnumber": course,
                "shortname": course,
                "fullname": f"Курс {course}",
            },
            **members,
        }
        self.events.append(event)
        return event


def account(who: str) -> dict[str, Any]:
    return {"id": _serial(who), "idnumber": who, "email": f"{who.lower()}@town.example"}


def _quiz(name: str) -> dict[str, Any]:
    return {"id": _serial(name), "cmid": _serial(name) + 1, "idnumber": name, "name": name}


def _serial(name: str) -> int:
    """The same number for the same name always, as a database would keep it."""
    return crc32(name.encode()) % 1_000_000 + 1000
