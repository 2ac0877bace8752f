"""What somebody was rated in Moodle's learning plans (domain 2).

Of a completed plan Moodle tells a copy that bears the day of its completion, not of the rating; it
proves nothing here. A rating that was lifted is told by an open plan that shows the competency
without one.
"""

from dataclasses import dataclass
from typing import Any

from marshmallow import fields, post_load

from connector.domain.evidence import Kind, Says, Statement
from connector.domain.facts import CompetencyRating, rating_register
from connector.domain.signals import Pointer
from connector.moodle.accounts import account_of, user_id_of, why_nobody
from connector.moodle.answers import Answers, Reading
from connector.moodle.competency_functions import CompetencyFunction
from connector.moodle.fields import Answer, Id, Text
from connector.moodle.interpretation import Context, Interpretation, instant
from connector.moodle.questions import Question

_COMPLETE = 2
"""Moodle's status of a plan that is over."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    id: str
    status: int


@dataclass(frozen=True, slots=True)
class RatedRow:
    """One competency of an open plan. grade None: not rated. rated: seconds since 1970."""

    competency_id: str
    code: str | None
    grade: int | None
    value: str | None
    proficient: bool
    rated: int


class PlanSchema(Answer):
    id = Id(required=True)
    status = fields.Integer(required=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> PlanRow:
        return PlanRow(**data)


class _Competency(Answer):
    id = Id(required=True)
    idnumber = Text(load_default=None, allow_none=True)


class _Rated(Answer):
    grade = fields.Integer(load_default=None, allow_none=True)
    proficiency = fields.Boolean(load_default=None, allow_none=True)
    gradename = Text(load_default=None, allow_none=True)
    timemodified = fields.Integer(load_default=0)


class RatedSchema(Answer):
    """None for a copy in a plan that was completed while it was being asked for."""

    competency = fields.Nested(_Competency, required=True)
    usercompetency = fields.Nested(_Rated, load_default=None, allow_none=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> RatedRow | None:
        rated, competency = data["usercompetency"], data["competency"]
        if rated is None:
            return None
        return RatedRow(
            competency["id"],
            (competency["idnumber"] or "").strip() or None,
            rated["grade"],
            rated["gradename"] if rated["grade"] is not None else None,
            bool(rated["proficiency"]),
            rated["timemodified"],
        )


_PLANS, _RATED = PlanSchema(many=True), RatedSchema(many=True)


def plans_of(user_id: str) -> Question:
    return Question.of(CompetencyFunction.PLANS, userid=user_id)


def competencies_of_plan(plan_id: str) -> Question:
    return Question.of(CompetencyFunction.PLAN_COMPETENCIES, id=plan_id)


def interpret_ratings(pointer: Pointer, answers: Answers, context: Context) -> Interpretation:
    """Every rating that the open plans of a person show. An error says nothing of any."""
    user_id = user_id_of(pointer, answers)
    if user_id is None:
        return Interpretation(nothing=why_nobody(pointer, answers))
    reading = answers.to(plans_of(user_id))
    if reading.status == "error":
        return Interpretation(nothing=reading.errorcode)
    plans: list[PlanRow] = answers.load(reading, _PLANS, list)
    said: dict[str, Statement] = {}
    for plan in sorted(plans, key=lambda one: int(one.id)):
        if plan.status == _COMPLETE:
            continue
        shown = answers.to(competencies_of_plan(plan.id))
        if shown.status == "error":
            continue
        for row in answers.load(shown, _RATED, list):
            # Never touched, so nothing was ever said of it, and nothing is withdrawn.
            if row is not None and row.code is not None and row.rated:
                # The same row in each plan that has the competency; the last one read is newest.
                said[row.competency_id] = _statement(row, user_id, shown, context)
    return Interpretation(account_of(user_id, answers), tuple(said.values()))


def _statement(row: RatedRow, user_id: str, reading: Reading, context: Context) -> Statement:
    assert row.code is not None
    rating = CompetencyRating(row.competency_id, row.code, row.value, row.proficient)
    is_rated = row.grade is not None
    return context.statement(
        Kind.RATING,
        rating_register(context.source, row.competency_id, user_id),
        user_id,
        Says.SO if is_rated else Says.NOT_SO,
        instant(row.rated) if is_rated else None,
        rating.as_body(),
        reading,
    )
