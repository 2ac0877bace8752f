"""REST over a living Moodle: answers and errors in the captured shapes (README, 5 and 6).

Rights can be taken away (some functions then answer with an empty list), the site can be in
maintenance, without web services, slow, or send half an answer: see `Trouble`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from connector.replay import Params, Replied
from tests.contract.living_acting import ActingAnswers
from tests.contract.living_competencies import CompetencyAnswers
from tests.contract.living_errors import no_record, refusal
from tests.contract.living_moodle import Attempt, Completion, LivingMoodle, Quiz, User

READ = frozenset(
    {"viewdetails", "viewalldetails", "viewparticipants", "viewreports", "viewgrades",
     "viewcompletion", "viewcourses", "enrol", "roleassign", "cohortview", "cohortassign"}
)  # fmt: skip

MAINTENANCE = Replied(
    503, text="<!DOCTYPE html><html><body>under maintenance</body></html>",
    headers={"Retry-After": "300"},
)  # fmt: skip
SWITCHED_OFF = Replied(403, text="")


NO_ACCESS = refusal("accessexception", "webservice_access_exception", "Access control exception")


@dataclass
class LivingRest:
    """Answers one form. rights: of the service user. lacking: functions that are not in the
    service. trouble: asked first; what it gives is the answer. most: learners of one page."""

    moodle: LivingMoodle
    rights: frozenset[str] = READ
    lacking: frozenset[str] = frozenset()
    trouble: Callable[[str, Params], Replied | None] = lambda function, params: None
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __call__(self, function: str, params: Params) -> Replied:
        self.calls.append((function, dict(params)))
        reply = self.trouble(function, params)
        if reply is not None:
            return reply
        if function in self.lacking:
            return NO_ACCESS
        answers: dict[str, Callable[[Params], Replied]] = {
            "core_webservice_get_site_info": self._site,
            "core_user_get_users_by_field": self._users,
            "core_enrol_get_enrolled_users": self._learners,
            "core_course_get_courses_by_field": self._courses,
            "core_course_get_course_module_by_instance": self._module,
            "mod_quiz_get_quizzes_by_courses": self._quizzes,
            "mod_quiz_get_user_attempts": self._attempts,
            "mod_quiz_get_attempt_review": self._review,
            "gradereport_user_get_grade_items": self._grades,
            "core_completion_get_course_completion_status": self._completion,
            "core_completion_get_activities_completion_status": self._activities,
        }
        answers |= ActingAnswers(self.moodle, self.rights).by_name
        answers |= CompetencyAnswers(self.moodle).by_name
        known = answers.get(function)
        return no_record("external_functions") if known is None else known(params)

    def _site(self, params: Params) -> Replied:
        from connector.moodle.questions import Function

        functions = [{"name": str(f)} for f in Function if str(f) not in self.lacking]
        return Replied(
            200,
            {"siteurl": "http://lms.example", "release": "4.4", "userid": 3,
             "functions": functions},
        )  # fmt: skip

    def _users(self, params: Params) -> Replied:
        field_ = params["field"]
        if field_ not in ("id", "idnumber", "username", "email"):
            return refusal("invalidparameter", "invalid_parameter_exception")
        if "viewdetails" not in self.rights:
            return Replied(200, [])
        wanted = _values(params, "values")
        found = []
        for user in self.moodle.users.values():
            own = {"id": user.id, "idnumber": user.idnumber, "email": user.email}.get(field_)
            if own and own in wanted and (field_ == "id" or not user.deleted):
                found.append(self._user(user))
        return Replied(200, found)

    def _user(self, user: User) -> dict[str, Any]:
        shown: dict[str, Any] = {"id": int(user.id), "fullname": user.fullname}
        if "viewalldetails" in self.rights:
            shown |= {"username": f"u{user.id}", "email": user.email, "suspended": False}
            if user.idnumber:
                shown["idnumber"] = user.idnumber
        return shown

    def _learners(self, params: Params) -> Replied:
        course = params["courseid"]
        if course not in self.moodle.courses:
            return no_record("course")
        if "viewparticipants" not in self.rights:
            return refusal("errorcoursecontextnotvalid")
        options = {params[f"options[{n}][name]"]: params[f"options[{n}][value]"] for n in range(3)}
        assert set(options) == {"limitfrom", "limitnumber", "userfields"}
        after, number = int(options["limitfrom"]), int(options["limitnumber"])
        members = sorted(self.moodle.enrolled.get(course, {}), key=int)
        page = members[after : after + number]
        return Replied(
            200,
            [
                {"id": int(user), "fullname": self.moodle.users[user].fullname,
                 "lastcourseaccess": self.moodle.seen.get((course, user), 0)}
                for user in page
            ],
        )

    def _courses(self, params: Params) -> Replied:
        field_, value = params.get("field", ""), params.get("value", "")
        if field_ not in ("", "id", "idnumber", "shortname"):
            return refusal("invalidparameter", "invalid_parameter_exception")
        if "viewcourses" not in self.rights:
            return Replied(200, {"courses": [], "warnings": []})
        found: list[dict[str, Any]] = []
        if not field_:
            found.append({"id": 1, "fullname": "ФРДПП — лаборатория"})
        for course in self.moodle.courses.values():
            own = {"id": course.id, "idnumber": course.idnumber}.get(field_)
            if not field_ or (value and own == value):
                # The idnumber is shown to a wider role only.
                found.append({"id": int(course.id), "fullname": course.fullname})
        return Replied(200, {"courses": found, "warnings": []})

    def _module(self, params: Params) -> Replied:
        quiz = self.moodle.quizzes.get(params["instance"])
        if params["module"] != "quiz" or quiz is None:
            return no_record("course_modules")
        module = {"id": int(quiz.cmid), "course": int(quiz.course), "modname": "quiz"}
        return Replied(200, {"cm": module, "warnings": []})

    def _quizzes(self, params: Params) -> Replied:
        wanted = _values(params, "courseids")
        if "viewcourses" not in self.rights:
            warning = {"item": "course", "warningcode": "1", "message": "No access rights"}
            return Replied(200, {"quizzes": [], "warnings": [warning]})
        found = [
            {"id": int(q.id), "coursemodule": int(q.cmid), "course": int(q.course),
             "name": q.name, "grade": q.grade, "sumgrades": q.sumgrades, "decimalpoints": 2,
             "questiondecimalpoints": -1}
            for q in self.moodle.quizzes.values()
            if q.course in wanted
        ]  # fmt: skip
        return Replied(200, {"quizzes": found, "warnings": []})

    def _attempts(self, params: Params) -> Replied:
        user = self.moodle.users.get(params["userid"])
        if params["quizid"] not in self.moodle.quizzes:
            return no_record("quiz")
        if user is None:
            return refusal("invaliduser")
        if user.deleted:
            return refusal("userdeleted")
        if "viewreports" not in self.rights:
            return refusal("requireloginerror", "require_login_exception")
        rows = [
            self._row(a)
            for a in self.moodle.attempts.values()
            if (a.quiz, a.user) == (params["quizid"], user.id)
        ]
        return Replied(200, {"attempts": rows, "warnings": []})

    def _row(self, attempt: Attempt) -> dict[str, Any]:
        return {
            "id": int(attempt.id), "quiz": int(attempt.quiz), "userid": int(attempt.user),
            "attempt": attempt.number, "preview": 0, "state": attempt.state,
            "timestart": attempt.started, "timefinish": attempt.finished,
            "timemodified": attempt.modified, "sumgrades": attempt.sumgrades,
        }  # fmt: skip

    def _review(self, params: Params) -> Replied:
        attempt = self.moodle.attempts.get(params["attemptid"])
        if "viewreports" not in self.rights:
            return refusal("requireloginerror", "require_login_exception")
        if attempt is None:
            return no_record("quiz_attempts")
        quiz = self.moodle.quizzes[attempt.quiz]
        questions = [
            {"slot": slot, "state": _state(mark, most, attempt), "maxmark": most,
             "mark": "" if mark is None else f"{mark:.2f}"}
            for slot, (mark, most) in enumerate(
                zip(attempt.marks, quiz.max_marks, strict=True), start=1
            )
        ]  # fmt: skip
        return Replied(
            200,
            {"grade": _grade(attempt, quiz), "attempt": self._row(attempt),
             "questions": questions, "warnings": []},
        )  # fmt: skip

    def _grades(self, params: Params) -> Replied:
        course, user = params["courseid"], self.moodle.users.get(params["userid"])
        if course not in self.moodle.courses:
            return no_record("course")
        if user is None:
            return refusal("invaliduser")
        if user.deleted:
            return refusal("userdeleted")
        if "viewgrades" not in self.rights:
            return refusal("nopermissiontoviewgrades")
        items = [
            {"id": 9000 + int(a.cmid), "itemtype": "mod",
             "itemmodule": "quiz" if a.quiz else "assign",
             "iteminstance": int(a.quiz or a.cmid), "cmid": int(a.cmid), "itemname": "Элемент",
             "idnumber": self.moodle.quizzes[a.quiz].idnumber if a.quiz else a.idnumber}
            for a in self.moodle.activities.values()
            if a.course == course and (a.quiz or a.idnumber)
        ]  # fmt: skip
        for item in items:
            if item["itemmodule"] == "quiz":
                item["id"] = int(f"9{item['iteminstance']}")
        report = {
            "courseid": int(course),
            "courseidnumber": self.moodle.courses[course].idnumber,
            "userid": int(user.id),
            "gradeitems": items,
        }
        return Replied(200, {"usergrades": [report], "warnings": []})

    def _completion(self, params: Params) -> Replied:
        found = self._learner(params)
        if isinstance(found, Replied):
            return found
        course = self.moodle.courses[params["courseid"]]
        if not course.criteria:
            return refusal("nocriteriaset")
        if not self.moodle.enrolled.get(course.id, {}).get(found.id, False):
            return refusal("usernotenroled")
        one = self.moodle.completions.get((course.id, found.id), Completion({}))
        met = one.criteria or {}
        status = {
            "completed": one.completed,
            "aggregation": 1,
            "completions": [
                {"type": 4, "title": "Activity completion", "complete": cmid in met,
                 "timecompleted": met.get(cmid)}
                for cmid in course.criteria
            ],
        }  # fmt: skip
        return Replied(200, {"completionstatus": status, "warnings": []})

    def _activities(self, params: Params) -> Replied:
        found = self._learner(params)
        if isinstance(found, Replied):
            return found
        statuses = []
        for activity in self.moodle.activities.values():
            if activity.course == params["courseid"]:
                state, at = self.moodle.states.get((activity.cmid, found.id), (0, 0))
                statuses.append(
                    {"cmid": int(activity.cmid), "state": state, "timecompleted": at,
                     "tracking": 2, "hascompletion": True}
                )  # fmt: skip
        return Replied(200, {"statuses": statuses, "warnings": []})

    def _learner(self, params: Params) -> User | Replied:
        user = self.moodle.users.get(params["userid"])
        if params["courseid"] not in self.moodle.courses:
            return no_record("course")
        if user is None:
            return refusal("invaliduser")
        if user.deleted:
            return refusal("userdeleted")
        if "viewcompletion" not in self.rights:
            return refusal("nopermissions", "required_capability_exception")
        return user


def _values(params: Params, name: str) -> list[str]:
    return [value for key, value in params.items() if key.startswith(f"{name}[")]


def _grade(attempt: Attempt, quiz: Quiz) -> float | None:
    if attempt.sumgrades is None:
        return None
    return attempt.sumgrades / quiz.sumgrades * quiz.grade


def _state(mark: float | None, most: float, attempt: Attempt) -> str:
    if attempt.state != "finished":
        return "todo"
    if mark is None:
        return "needsgrading"
    return "gradedright" if mark == most else "gradedpartial" if mark else "gradedwrong"
