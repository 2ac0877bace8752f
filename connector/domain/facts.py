"""The bodies of evidence: what an attempt, a completion, an activity state consist of.

Bodies are stored as JSON; decimals and instants travel as text so that both databases and every
worker write the same bytes. Registers are named here and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

FINISHED = "finished"
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Mark:
    """One question's result. mark None: not answered or not graded; both count as 0 (domain 3)."""

    slot: int
    mark: Decimal | None
    max_mark: Decimal
    category: str | None = None
    hundredths: tuple[int, int] = field(init=False, repr=False, compare=False)
    """The two marks as they count, in hundredths: sums of integers are exact and quick."""

    def __post_init__(self) -> None:
        counted = _hundredths(self.mark), _hundredths(self.max_mark)
        object.__setattr__(self, "hundredths", counted)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A quiz attempt as Moodle has it. grade is on the quiz's own scale, 0..max_grade."""

    quiz_id: str
    quiz_cmid: str | None
    quiz_idnumber: str | None
    quiz_name: str | None
    attempt_id: str
    number: int
    state: str
    provisional: bool
    started_at: datetime | None
    finished_at: datetime | None
    grade: Decimal | None
    max_grade: Decimal | None
    marks: tuple[Mark, ...]
    course_id: str | None = None

    @property
    def is_final(self) -> bool:
        """Whether it counts anywhere (domain 2)."""
        return self.state == FINISHED and not self.provisional

    def is_called(self, quiz: str) -> bool:
        """Whether a spreadsheet's `quiz` means this one: idnumber, else number (contract 3)."""
        return bool(quiz) and quiz in (self.quiz_idnumber, self.quiz_id)

    def as_body(self) -> dict[str, Any]:
        return {
            "quiz": {
                "id": self.quiz_id,
                "cmid": self.quiz_cmid,
                "idnumber": self.quiz_idnumber,
                "name": self.quiz_name,
            },
            "course": {"id": self.course_id},
            "attempt": {
                "id": self.attempt_id,
                "number": self.number,
                "state": self.state,
                "provisional": self.provisional,
                "started_at": _text(self.started_at),
                "finished_at": _text(self.finished_at),
                "grade": _plain(self.grade),
                "max_grade": _plain(self.max_grade),
                "questions": [
                    {
                        "slot": mark.slot,
                        "mark": _plain(mark.mark),
                        "max_mark": _plain(mark.max_mark),
                        "category": mark.category,
                    }
                    for mark in self.marks
                ],
            },
        }

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "Attempt":
        quiz, attempt = body["quiz"], body["attempt"]
        return cls(
            quiz_id=quiz["id"],
            quiz_cmid=quiz["cmid"],
            quiz_idnumber=quiz["idnumber"],
            quiz_name=quiz["name"],
            attempt_id=attempt["id"],
            number=attempt["number"],
            state=attempt["state"],
            provisional=attempt["provisional"],
            started_at=_instant(attempt["started_at"]),
            finished_at=_instant(attempt["finished_at"]),
            grade=_decimal(attempt["grade"]),
            max_grade=_decimal(attempt["max_grade"]),
            marks=tuple(
                _mark(q["slot"], q["mark"], q["max_mark"], q["category"])
                for q in attempt["questions"]
            ),
            course_id=body["course"]["id"],
        )


@lru_cache(maxsize=16_384)
def _mark(slot: int, mark: str | None, max_mark: str | None, category: str | None) -> Mark:
    """Everybody answers the same questions, and the same few marks come back all the time."""
    return Mark(slot, _decimal(mark), _decimal(max_mark) or Decimal(0), category)


@dataclass(frozen=True, slots=True)
class CourseCompletion:
    """A course completed; the time is Moodle's stored one, never an event's (domain 2)."""

    course_id: str
    course_idnumber: str | None
    course_name: str | None

    def is_called(self, course: str) -> bool:
        """Whether a spreadsheet's `course` means this one (contract 3)."""
        return bool(course) and course in (self.course_idnumber, self.course_id)

    def as_body(self) -> dict[str, Any]:
        return {
            "course": {
                "id": self.course_id,
                "idnumber": self.course_idnumber,
                "name": self.course_name,
            }
        }

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "CourseCompletion":
        course = body["course"]
        return cls(course["id"], course["idnumber"], course["name"])


@dataclass(frozen=True, slots=True)
class ActivityState:
    """The completion state of a course module: 1 and 2 are complete, 0 and 3 are not (domain 2)."""

    cmid: str
    idnumber: str | None
    course_id: str | None
    state: int

    @property
    def is_complete(self) -> bool:
        return self.state in (1, 2)

    def is_called(self, activity: str) -> bool:
        """Whether a spreadsheet's `activity` means this one (contract 3)."""
        return bool(activity) and activity in (self.idnumber, self.cmid)

    def as_body(self) -> dict[str, Any]:
        return {
            "activity": {"cmid": self.cmid, "idnumber": self.idnumber, "state": self.state},
            "course": {"id": self.course_id},
        }

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "ActivityState":
        activity = body["activity"]
        return cls(activity["cmid"], activity["idnumber"], body["course"]["id"], activity["state"])


@dataclass(frozen=True, slots=True)
class CompetencyRating:
    """What a person was rated in a competency in Moodle, by somebody there or by a course.

    code: the competency's idnumber, which is its code in the sheet `competencies`. value: the word
    of Moodle's scale; proficient: whether that scale calls it enough.
    """

    competency_id: str
    code: str
    value: str | None
    proficient: bool

    def as_body(self) -> dict[str, Any]:
        return {
            "competency": {"id": self.competency_id, "idnumber": self.code},
            "rating": {"value": self.value, "proficient": self.proficient},
        }

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "CompetencyRating":
        competency, rating = body["competency"], body["rating"]
        return cls(
            competency["id"], competency["idnumber"], rating["value"], rating["proficient"]
        )


def attempt_register(source: str, attempt_id: str) -> str:
    """An attempt's number is unique at its site; a deletion does not always tell the quiz."""
    return f"attempt:{source}:{attempt_id}"


def completion_register(source: str, course_id: str, user_id: str) -> str:
    return f"completion:{source}:{course_id}:{user_id}"


def activity_register(source: str, cmid: str, user_id: str, year: int) -> str:
    """year: local calendar year of the state's time (domain 2)."""
    return f"activity:{source}:{cmid}:{user_id}:{year}"


def rating_register(source: str, competency_id: str, user_id: str) -> str:
    """A person has one rating of a competency at a site, whichever plan or course it came from."""
    return f"rating:{source}:{competency_id}:{user_id}"


def rounded_mark(mark: Decimal | None) -> Decimal:
    """A mark as it counts: half up to two decimals, a missing one is 0 (domain 3)."""
    return (mark or Decimal(0)).quantize(_HUNDREDTH, rounding=ROUND_HALF_UP)


def _hundredths(mark: Decimal | None) -> int:
    return int(rounded_mark(mark).scaleb(2))


def _plain(value: Decimal | None) -> str | None:
    if value is None:
        return None
    text = format(value.normalize(), "f")
    return "0" if text in ("-0", "0") else text


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).isoformat()


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
