"""A Moodle that lives: what happens in it changes its state as the captures show (README, 4).

Every happening gives back the events that Moodle raises for it, in its order; who sends them, and
whether they arrive, is the test's business. `living_rest` answers for this state over REST.
"""

import hashlib
from dataclasses import dataclass, field

BEGAN = 1795330000  # 2026-11-22T06:06:40Z
PASS = 0.6


@dataclass(frozen=True)
class Event:
    """What a sender may tell. name: the last part of Moodle's own."""

    name: str
    at: int
    user: str
    course: str | None = None
    object_id: str | None = None
    cmid: str | None = None
    quiz: str | None = None
    item: str | None = None


@dataclass
class User:
    id: str
    idnumber: str
    email: str
    fullname: str = "Имя Фамилия"
    deleted: bool = False


@dataclass
class Course:
    """criteria: course modules that must be complete; none: no completion is tracked. manual:
    whether one can be enrolled by hand there."""

    id: str
    idnumber: str
    fullname: str
    criteria: tuple[str, ...] = ()
    manual: bool = True


@dataclass
class Activity:
    """A course module. quiz: the quiz it is, if it is one. idnumber: shown beside its grade."""

    cmid: str
    course: str
    idnumber: str = ""
    quiz: str | None = None


@dataclass
class Quiz:
    """max_marks: by slot from 1. essay: its last slot waits for a grader."""

    id: str
    cmid: str
    course: str
    name: str
    idnumber: str
    max_marks: tuple[float, ...]
    grade: float = 100.0
    essay: bool = False

    @property
    def sumgrades(self) -> float:
        return sum(self.max_marks)


@dataclass
class Attempt:
    """marks: None where not graded yet."""

    id: str
    quiz: str
    user: str
    number: int
    started: int
    finished: int
    modified: int
    marks: list[float | None]
    state: str = "finished"

    @property
    def sumgrades(self) -> float | None:
        if self.state != "finished" or None in self.marks:
            return None
        return round(sum(mark for mark in self.marks if mark is not None), 5)


@dataclass
class Completion:
    """criteria: times by course module; None: not computed (after an unlock)."""

    criteria: dict[str, int] | None = None
    completed: bool = False


@dataclass
class Cohort:
    id: str
    idnumber: str
    members: set[str] = field(default_factory=set)


@dataclass
class Competency:
    id: str
    idnumber: str
    name: str
    parent: str = "0"


@dataclass
class Plan:
    """ratings: by competency: grade (None: lifted), whether it is enough, and when."""

    id: str
    user: str
    competencies: tuple[str, ...]
    complete: bool = False
    ratings: dict[str, tuple[int | None, bool, int]] = field(default_factory=dict)


@dataclass
class LivingMoodle:
    """Numbers are texts, as the connector keeps them; times are seconds since 1970."""

    now: int = BEGAN
    users: dict[str, User] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    activities: dict[str, Activity] = field(default_factory=dict)
    quizzes: dict[str, Quiz] = field(default_factory=dict)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    enrolled: dict[str, dict[str, bool]] = field(default_factory=dict)
    """By course and user: whether the enrolment is active."""
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    """Last visits, by course and user."""
    states: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """State and time of its last change, by course module and user."""
    completions: dict[tuple[str, str], Completion] = field(default_factory=dict)
    cohorts: dict[str, Cohort] = field(default_factory=dict)
    by_role: dict[tuple[str, str], int] = field(default_factory=dict)
    """Roles given by manual enrolment, by course and user."""
    competencies: dict[str, Competency] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    next_id: int = 100

    def later(self, seconds: int) -> None:
        self.now += seconds

    def create_user(self, idnumber: str, email: str) -> list[Event]:
        user = User(self._number(), idnumber, email)
        self.users[user.id] = user
        return [self._event("user_created", user.id, object_id=user.id)]

    def change_user(self, user: str, **changes: str) -> list[Event]:
        for name, value in changes.items():
            setattr(self.users[user], name, value)
        return [self._event("user_updated", user, object_id=user)]

    def delete_user(self, user: str) -> list[Event]:
        one = self.users[user]
        one.deleted = True
        one.idnumber, one.email = "", hashlib.md5(one.email.encode()).hexdigest()
        for members in self.enrolled.values():
            members.pop(user, None)
        return [self._event("user_deleted", user, object_id=user)]

    def enrol(self, user: str, course: str) -> list[Event]:
        self.enrolled.setdefault(course, {})[user] = True
        return []

    def suspend(self, user: str, course: str, active: bool = False) -> list[Event]:
        if user in self.enrolled.get(course, {}):
            self.enrolled[course][user] = active
        return []

    def unenrol(self, user: str, course: str) -> list[Event]:
        self.enrolled.get(course, {}).pop(user, None)
        return []

    def rename(self, course: str, fullname: str) -> list[Event]:
        self.courses[course].fullname = fullname
        return []

    def start(self, user: str, quiz: str) -> Attempt:
        """An attempt in progress; `submit` ends it."""
        one = self.quizzes[quiz]
        number = 1 + sum(a.user == user and a.quiz == quiz for a in self.attempts.values())
        attempt = Attempt(
            self._number(), quiz, user, number, self.now, 0, self.now,
            [None] * len(one.max_marks), "inprogress",
        )  # fmt: skip
        self.attempts[attempt.id] = attempt
        self._visit(user, one.course)
        return attempt

    def submit(self, attempt: Attempt, marks: list[float]) -> list[Event]:
        quiz = self.quizzes[attempt.quiz]
        attempt.marks = list(marks)
        if quiz.essay:
            attempt.marks[-1] = None
        attempt.state, attempt.finished, attempt.modified = "finished", self.now, self.now
        events = self._graded(attempt)
        return [*events, self._attempt_event("attempt_submitted", attempt)]

    def take(self, user: str, quiz: str, marks: list[float]) -> list[Event]:
        return self.submit(self.start(user, quiz), marks)

    def grade_essay(self, attempt: Attempt, mark: float) -> list[Event]:
        attempt.marks[-1], attempt.modified = mark, self.now
        return [*self._graded(attempt), self._attempt_event("question_manually_graded", attempt)]

    def regrade(self, quiz: str, max_marks: tuple[float, ...]) -> list[Event]:
        """Another weight of the questions: every finished attempt is told of, changed or not."""
        one = self.quizzes[quiz]
        former, one.max_marks = one.max_marks, max_marks
        events = []
        for attempt in self._attempts(quiz):
            attempt.marks = [
                None if mark is None else mark / old * new
                for mark, old, new in zip(attempt.marks, former, max_marks, strict=True)
            ]
            attempt.modified = self.now
            events.append(self._attempt_event("attempt_regraded", attempt))
            events += self._graded(attempt)
        return events

    def delete_attempt(self, attempt: Attempt) -> list[Event]:
        del self.attempts[attempt.id]
        events = self._graded(attempt)
        return [*events, self._attempt_event("attempt_deleted", attempt)]

    def tick(self, user: str, cmid: str, state: int = 1) -> list[Event]:
        """By hand, or by viewing it. state 0: un-ticked; the course stays completed."""
        self._visit(user, self.activities[cmid].course)
        return self._become(user, cmid, state)

    def unlock(self, course: str) -> list[Event]:
        """Completion options unlocked: no event for what is deleted."""
        for key in self.completions:
            if key[0] == course:
                self.completions[key] = Completion(None, False)
        return []

    def run_task(self) -> list[Event]:
        """Cron: criteria that an unlock has deleted come back, and completions with them."""
        events = []
        for (course, user), one in self.completions.items():
            if one.criteria is None and not self.users[user].deleted:
                one.criteria = self._met(course, user)
                if self._is_complete(course, user):
                    one.completed = True
                    events.append(self._event("course_completed", user, course))
        return events

    def reset(self, course: str) -> list[Event]:
        """A course is emptied for a new run; of completions nothing is told."""
        events = []
        for key in [k for k in self.completions if k[0] == course]:
            del self.completions[key]
        for key in [k for k in self.states if self.activities[k[0]].course == course]:
            del self.states[key]
        for quiz in [q for q in self.quizzes.values() if q.course == course]:
            for attempt in self._attempts(quiz.id):
                del self.attempts[attempt.id]
                events.append(self._grade_event("grade_deleted", attempt.user, quiz))
        return events

    def rate(self, user: str, competency: str, grade: int | None, enough: bool = True) -> None:
        """In every open plan of the person that has the competency, as Moodle keeps one row."""
        for plan in self.plans.values():
            if plan.user == user and competency in plan.competencies and not plan.complete:
                plan.ratings[competency] = grade, enough and grade is not None, self.now

    def _attempts(self, quiz: str) -> list[Attempt]:
        return [a for a in self.attempts.values() if a.quiz == quiz and a.state == "finished"]

    def _graded(self, attempt: Attempt) -> list[Event]:
        """The gradebook and the activity follow the best attempt."""
        quiz = self.quizzes[attempt.quiz]
        own = [a for a in self._attempts(quiz.id) if a.user == attempt.user]
        sums = [a.sumgrades for a in own if a.sumgrades is not None]
        events = []
        if sums:
            state = 2 if max(sums) / quiz.sumgrades >= PASS else 3
            events += self._become(attempt.user, quiz.cmid, state)
        elif (quiz.cmid, attempt.user) in self.states:
            events += self._become(attempt.user, quiz.cmid, 0)
        if attempt.sumgrades is not None:
            events.append(self._grade_event("user_graded", attempt.user, quiz))
        return events

    def _become(self, user: str, cmid: str, state: int) -> list[Event]:
        held = self.states.get((cmid, user))
        if held is not None and held[0] == state:
            return []
        self.states[cmid, user] = state, self.now
        course = self.activities[cmid].course
        events = []
        one = self.completions.get((course, user), Completion({}))
        if self.courses[course].criteria and not one.completed and one.criteria is not None:
            one.criteria = self._met(course, user)
            self.completions[course, user] = one
            if self._is_complete(course, user):
                one.completed = True
                events.append(self._event("course_completed", user, course))
        told = self._event("course_module_completion_updated", user, course, cmid=cmid)
        return [*events, told]

    def _met(self, course: str, user: str) -> dict[str, int]:
        states = {c: self.states.get((c, user), (0, 0)) for c in self.courses[course].criteria}
        return {cmid: at for cmid, (state, at) in states.items() if state in (1, 2)}

    def _is_complete(self, course: str, user: str) -> bool:
        criteria = self.courses[course].criteria
        return bool(criteria) and len(self._met(course, user)) == len(criteria)

    def _visit(self, user: str, course: str) -> None:
        self.seen[course, user] = self.now

    def _attempt_event(self, name: str, attempt: Attempt) -> Event:
        quiz = self.quizzes[attempt.quiz]
        return Event(name, self.now, attempt.user, quiz.course, attempt.id, quiz.cmid, quiz.id)

    def _grade_event(self, name: str, user: str, quiz: Quiz) -> Event:
        return Event(name, self.now, user, quiz.course, item=f"9{quiz.id}")

    def _event(
        self,
        name: str,
        user: str,
        course: str | None = None,
        cmid: str | None = None,
        object_id: str | None = None,
    ) -> Event:
        return Event(name, self.now, user, course, object_id, cmid)

    def _number(self) -> str:
        self.next_id += 1
        return str(self.next_id)
