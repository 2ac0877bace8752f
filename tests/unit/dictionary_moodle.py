"""A Moodle of a few dictionaries, for tests of what readings prove."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from connector.domain.signals import About, Pointer
from connector.moodle.answers import Reading
from connector.moodle.interpretation import Interpretation
from connector.moodle.questions import Function, Question
from connector.moodle.reading import interpret, read

ZONE = ZoneInfo("Asia/Vladivostok")
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
STARTED, FINISHED = 1767225600, 1767229200  # 2026-01-01T00:00:00Z and an hour later

USER = {"id": 7, "idnumber": "T-7", "email": "t7@school.example", "fullname": "Т. Седьмая"}
ROW = {
    "id": 41,
    "quiz": 3,
    "userid": 7,
    "attempt": 2,
    "preview": 0,
    "state": "finished",
    "timestart": STARTED,
    "timefinish": FINISHED,
    "timemodified": FINISHED,
    "sumgrades": 6.6,
}
REVIEW = {
    "grade": 73.33333333333333,
    "attempt": ROW,
    "questions": [
        {"slot": 1, "state": "gradedpartial", "mark": "1,60", "maxmark": 2},
        {"slot": 2, "state": "gaveup", "mark": "", "maxmark": 7},
    ],
}
QUIZ = {
    "id": 3,
    "coursemodule": 12,
    "course": 5,
    "name": "Диагностика",
    "grade": 100,
    "decimalpoints": 2,
    "questiondecimalpoints": -1,
}
ITEM = {
    "id": 90,
    "itemtype": "mod",
    "itemmodule": "quiz",
    "iteminstance": 3,
    "cmid": 12,
    "idnumber": "DIAG",
    "itemname": "Диагностика",
}
GRADES = {"usergrades": [{"courseidnumber": "C-5", "gradeitems": [ITEM]}]}
COURSE = {"id": 5, "fullname": "Курс"}
MODULE = {"cm": {"id": 12, "course": 5}}
STATUS = {
    "completed": True,
    "aggregation": 1,
    "completions": [
        {"complete": True, "timecompleted": STARTED},
        {"complete": True, "timecompleted": FINISHED},
    ],
}
ACTIVITY = {"cmid": 12, "state": 2, "timecompleted": FINISHED, "hascompletion": True}


@dataclass
class Moodle:
    """Answers by function; a text is an error's code; asked is what was asked."""

    answers: dict[Function, Any] = field(
        default_factory=lambda: {
            Function.USERS: [USER],
            Function.REVIEW: REVIEW,
            Function.MODULE: MODULE,
            Function.QUIZZES: {"quizzes": [QUIZ]},
            Function.GRADE_ITEMS: GRADES,
            Function.ATTEMPTS: {"attempts": [ROW]},
            Function.COURSES: {"courses": [COURSE]},
            Function.COURSE_COMPLETION: {"completionstatus": STATUS},
            Function.ACTIVITY_COMPLETION: {"statuses": [ACTIVITY]},
        }
    )
    asked: list[Question] = field(default_factory=list)

    def call(self, question: Question) -> Reading:
        self.asked.append(question)
        answer = self.answers[question.function]
        if callable(answer):
            answer = answer(dict(question.params))
        params = dict(question.params)
        if isinstance(answer, str):
            table = "quiz_attempts" if answer == "invalidrecord" else None
            body = {"errorcode": answer, "table": table}
            return Reading(question.function.value, params, "error", body, NOW)
        body = json.loads(json.dumps(answer))
        return Reading(question.function.value, params, "answer", body, NOW)


def look(moodle: Moodle, pointer: Pointer, final: bool = False) -> Interpretation:
    readings = read(moodle, pointer, final=final)
    return interpret(pointer, readings, "lms", ZONE, 1, final)


def with_row(**changes: Any) -> dict[str, Any]:
    return {**REVIEW, "attempt": {**ROW, **changes}}


SUBMITTED = Pointer(About.ATTEMPT, attempt_id="41", course_id="5", expects="finished")
REGRADED = Pointer(About.ATTEMPT, user_id="7", attempt_id="41", course_id="5")
GRADED = Pointer(About.GRADE, user_id="7", course_id="5", grade_item_id="90")
COMPLETED = Pointer(About.COURSE_COMPLETION, user_id="7", course_id="5", expects="completed")
TICKED = Pointer(About.ACTIVITY_COMPLETION, user_id="7", course_id="5", cmid="12")
CHANGED = Pointer(About.USER, user_id="7")
