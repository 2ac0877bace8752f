"""What the municipality says about Moodle's courses and quizzes (domain 1, contract 3)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from connector.domain.dates import Span
from connector.domain.facts import Attempt, CourseCompletion, Mark

T = TypeVar("T")


class TargetKind(StrEnum):
    COURSE = "course"
    ACTIVITY = "activity"
    QUIZ = "quiz"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Target:
    """What proves a step or a final assessment: `course:X`, `activity:X`, `quiz:X>=60`, `manual`.

    mark: percent 0..100 of the quiz's own scale that must be reached; for quizzes only.
    """

    kind: TargetKind
    ref: str = ""
    mark: Decimal | None = None

    def __str__(self) -> str:
        if self.kind is TargetKind.MANUAL:
            return "manual"
        mark = "" if self.mark is None else f">={self.mark.normalize():f}"
        return f"{self.kind}:{self.ref}{mark}"


class NotATarget(ValueError):
    """A text that is none of the four forms of a target."""


def parse_target(text: str) -> Target:
    """Reads a target as spreadsheets write it (contract 3). Raises NotATarget."""
    text = text.strip()
    if text == "manual":
        return Target(TargetKind.MANUAL)
    match = re.fullmatch(r"(course|activity):(\S.*)", text)
    if match:
        return Target(TargetKind(match[1]), match[2].strip())
    match = re.fullmatch(r"quiz:(\S.*?)\s*>=\s*(\d{1,3}(?:[.,]\d{1,2})?)\s*%?", text, re.ASCII)
    if match and Decimal(match[2].replace(",", ".")) <= 100:
        return Target(TargetKind.QUIZ, match[1], Decimal(match[2].replace(",", ".")))
    raise NotATarget(text)


class Audience(StrEnum):
    STAFF = "staff"
    TEAMS = "teams"


class Policy(StrEnum):
    """Which attempt of a diagnostic counts in a period (domain 3)."""

    LAST = "last"
    BEST = "best"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class Competency:
    code: str
    title: str | None = None
    area: str | None = None

    @property
    def subject(self) -> str | None:
        """What is taught, of a subject competency titled «Математика: дроби»; None where its title
        names none."""
        if self.area != "subject" or not self.title or ":" not in self.title:
            return None
        return self.title.partition(":")[0].strip() or None


@dataclass(frozen=True, slots=True)
class Programme:
    """A professional-development programme: a Moodle course with its federal register entry."""

    source: str
    course: str
    title: str
    register_no: str | None = None
    register_from: date | None = None
    register_until: date | None = None
    hours: int | None = None
    audience: Audience = Audience.STAFF
    competencies: tuple[str, ...] = ()
    final: Target | None = None

    def is_registered(self, day: date) -> bool:
        """Whether it stood in the federal register on `day`."""
        return bool(self.register_no) and day in Span(self.register_from, self.register_until)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    source: str
    quiz: str
    title: str
    policy: Policy = Policy.LAST


@dataclass(frozen=True, slots=True)
class Question:
    """Maps a question (by slot) or a question category of a quiz to the competency it measures."""

    source: str
    quiz: str
    competency: str
    slot: int | None = None
    category: str | None = None

    def covers(self, mark: Mark) -> bool:
        if self.slot is not None:
            return self.slot == mark.slot
        return self.category is not None and self.category == mark.category


@dataclass(frozen=True, slots=True)
class QuizMap:
    """Which competencies the questions of one quiz measure, by slot and by category."""

    slots: Mapping[int, frozenset[str]] = field(default_factory=dict)
    categories: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def competencies(self, mark: Mark) -> frozenset[str]:
        """What one question measures; a question of two mappings counts once for each of them."""
        by_slot = self.slots.get(mark.slot, _NOTHING)
        if mark.category is None or not self.categories:
            return by_slot
        return by_slot | self.categories.get(mark.category, _NOTHING)


_NOTHING: frozenset[str] = frozenset()
_EMPTY = QuizMap()


def _quiz_map(questions: Iterable[Question]) -> QuizMap:
    slots: dict[int, frozenset[str]] = {}
    categories: dict[str, frozenset[str]] = {}
    for question in questions:
        code = frozenset((question.competency,))
        if question.slot is not None:
            slots[question.slot] = slots.get(question.slot, _NOTHING) | code
        elif question.category is not None:
            categories[question.category] = categories.get(question.category, _NOTHING) | code
    return QuizMap(slots, categories)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything mapped in one municipality; small enough to be held whole."""

    competencies: tuple[Competency, ...] = ()
    programmes: tuple[Programme, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    questions: tuple[Question, ...] = ()
    _by_course: dict[tuple[str, str], Programme] = field(init=False, repr=False, compare=False)
    _by_quiz: dict[tuple[str, str], Diagnostic] = field(init=False, repr=False, compare=False)
    _maps: dict[tuple[str, str], list[Question]] = field(init=False, repr=False, compare=False)
    _measured: dict[tuple[str, str], QuizMap] = field(init=False, repr=False, compare=False)
    _titles: dict[str, Competency] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_course", {(p.source, p.course): p for p in self.programmes})
        object.__setattr__(self, "_by_quiz", {(d.source, d.quiz): d for d in self.diagnostics})
        object.__setattr__(self, "_titles", {c.code: c for c in self.competencies})
        maps: dict[tuple[str, str], list[Question]] = {}
        for question in self.questions:
            maps.setdefault((question.source, question.quiz), []).append(question)
        object.__setattr__(self, "_maps", maps)
        measured = {quiz: _quiz_map(questions) for quiz, questions in maps.items()}
        object.__setattr__(self, "_measured", measured)

    def competency(self, code: str) -> Competency:
        return self._titles.get(code, Competency(code))

    def programme(self, source: str, completion: CourseCompletion) -> Programme | None:
        """The programme a completed course is, by idnumber, else by number."""
        return _first(
            self._by_course.get((source, ref))
            for ref in (completion.course_idnumber, completion.course_id)
            if ref
        )

    def programme_called(self, course: str) -> Programme | None:
        """The programme a hand-made record names; any source."""
        return _first(p for p in self.programmes if p.course == course)

    def title_of(self, target: Target) -> str | None:
        """What a step's or final assessment's course or quiz is called here, None where it is not
        known; an activity or a mark by hand has no title."""
        match target.kind:
            case TargetKind.COURSE:
                programme = self.programme_called(target.ref)
                return programme.title if programme else None
            case TargetKind.QUIZ:
                return _first(d.title for d in self.diagnostics if d.quiz == target.ref)
            case _:
                return None

    def diagnostic(self, source: str, attempt: Attempt) -> Diagnostic | None:
        """The diagnostic a quiz is; one with mapped questions is one, with the default policy."""
        listed = _first(
            self._by_quiz.get((source, ref))
            for ref in (attempt.quiz_idnumber, attempt.quiz_id)
            if ref
        )
        if listed is None and (mapped := self.questions_of(source, attempt)):
            return Diagnostic(source, mapped[0].quiz, attempt.quiz_name or mapped[0].quiz)
        return listed

    def questions_of(self, source: str, attempt: Attempt) -> list[Question]:
        """The mapped questions of a quiz, by idnumber, else by number."""
        name = self._mapped_name(source, attempt)
        return [] if name is None else self._maps[name]

    def measured_by(self, source: str, attempt: Attempt) -> QuizMap:
        """The same, as what is asked for each question of an attempt."""
        name = self._mapped_name(source, attempt)
        return _EMPTY if name is None else self._measured[name]

    def _mapped_name(self, source: str, attempt: Attempt) -> tuple[str, str] | None:
        for ref in (attempt.quiz_idnumber, attempt.quiz_id):
            if ref and (source, ref) in self._maps:
                return source, ref
        return None


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)
