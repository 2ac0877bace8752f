"""Answers about quizzes and attempts, as far as they are read."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from marshmallow import fields, post_load, pre_load

from connector.moodle.fields import Answer, Id, Number, Text


@dataclass(frozen=True, slots=True)
class Quiz:
    id: str
    coursemodule: str
    course: str
    name: str | None
    grade: Decimal | None
    decimalpoints: int
    questiondecimalpoints: int

    @property
    def shown_decimals(self) -> int:
        """Decimals of a question's mark (captures README, 6)."""
        return self.questiondecimalpoints if self.questiondecimalpoints > 0 else self.decimalpoints


class QuizSchema(Answer):
    id = Id(required=True)
    coursemodule = Id(required=True)
    course = Id(required=True)
    name = Text(load_default=None, allow_none=True)
    grade = Number(load_default=None, allow_none=True)
    decimalpoints = fields.Integer(load_default=2)
    questiondecimalpoints = fields.Integer(load_default=-1)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> Quiz:
        return Quiz(**data)


class QuizzesSchema(Answer):
    quizzes = fields.List(fields.Nested(QuizSchema), required=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> tuple[Quiz, ...]:
        return tuple(data["quizzes"])


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """timefinish 0: not finished. Times are seconds since 1970, UTC."""

    id: str
    quiz: str
    userid: str
    attempt: int
    preview: int
    state: str
    timestart: int
    timefinish: int
    timemodified: int
    sumgrades: Decimal | None


class AttemptSchema(Answer):
    id = Id(required=True)
    quiz = Id(required=True)
    userid = Id(required=True)
    attempt = fields.Integer(required=True)
    preview = fields.Integer(load_default=0)
    state = Text(required=True)
    timestart = fields.Integer(required=True)
    timefinish = fields.Integer(required=True)
    timemodified = fields.Integer(load_default=0)
    sumgrades = Number(load_default=None, allow_none=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> AttemptRow:
        return AttemptRow(**data)


class AttemptsSchema(Answer):
    attempts = fields.List(fields.Nested(AttemptSchema), required=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> tuple[AttemptRow, ...]:
        return tuple(data["attempts"])


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """is_shown False: Moodle kept the mark back; None: not answered or not graded yet."""

    slot: int
    state: str
    mark: Decimal | None
    maxmark: Decimal
    is_shown: bool


class QuestionSchema(Answer):
    slot = fields.Integer(required=True)
    state = Text(load_default="", allow_none=True)
    mark = Number(load_default=None, allow_none=True)
    maxmark = Number(load_default=None, allow_none=True)
    is_shown = fields.Boolean(load_default=True)

    @pre_load
    def _told(self, data: Any, **kwargs: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {**data, "is_shown": data.get("mark") is not None and "maxmark" in data}

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> QuestionRow:
        data["maxmark"] = data["maxmark"] or Decimal(0)
        data["state"] = data["state"] or ""
        return QuestionRow(**data)


@dataclass(frozen=True, slots=True)
class Review:
    """grade: on the quiz's scale, None before it is graded."""

    grade: Decimal | None
    attempt: AttemptRow
    questions: tuple[QuestionRow, ...]


class ReviewSchema(Answer):
    grade = Number(load_default=None, allow_none=True)
    attempt = fields.Nested(AttemptSchema, required=True)
    questions = fields.List(fields.Nested(QuestionSchema), required=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> Review:
        return Review(data["grade"], data["attempt"], tuple(data["questions"]))
