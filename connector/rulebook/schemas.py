"""The shape of rule files: municipality.yaml and the passports of indicators."""

from collections.abc import Iterator
from typing import Any

from marshmallow import Schema, ValidationError, fields

from connector.domain.because import SubjectKind
from connector.domain.indicators import IndicatorKind
from connector.domain.people import Role
from connector.domain.periods import PeriodKind
from connector.domain.wishes import STUDENT
from connector.rulebook.documents import Node
from connector.rulebook.faults import RuleFileFault
from connector.rulebook.fields import (
    MESSAGES,
    Choice,
    Courses,
    Day,
    NoticeName,
    Percent,
    RuleSchema,
    Text,
    Whole,
    YesNo,
    Zone,
)
from connector.rulebook.stall_files import StallSchema


class DraftSchema(RuleSchema):
    """How drafts of routes are planned (domain 4); bears on no judgement."""

    begins_after = Whole(0, 250, load_default=5)
    hours_a_day = Whole(1, 24, load_default=2)
    least_days = Whole(1, 250, load_default=10)
    prerequisites = Courses(load_default=dict)


class ScaleSchema(RuleSchema):
    """Least percents of the levels, dated (domain 3)."""

    valid_from = Day(data_key="from", load_default=None)
    high_percent = Percent(required=True)
    elevated_percent = Percent(required=True)
    base_percent = Percent(required=True)
    source = Text(required=True)


class QuietSchema(RuleSchema):
    first = Whole(0, 23, data_key="from", required=True)
    until = Whole(0, 23, required=True)


class CohortMembersSchema(RuleSchema):
    """Who is in a cohort: whoever fits everything that is named."""

    role = Choice([str(role) for role in Role], load_default=None)
    school = Text(load_default=None)
    association = Text(load_default=None)
    young = Whole(18, 99, load_default=None)
    mentee = YesNo(load_default=False)


class CohortSchema(RuleSchema):
    idnumber = Text(required=True)
    source = Text(load_default=None)
    ours = YesNo(load_default=False)
    members = fields.Nested(CohortMembersSchema, required=True, error_messages=MESSAGES)


class MoodleSchema(RuleSchema):
    """What the municipality wants done in its Moodles; nothing, unless it says so."""

    enrol = YesNo(load_default=False)
    ratings = YesNo(load_default=False)
    student_role = Whole(1, 1_000_000, load_default=STUDENT)
    cohorts = fields.List(fields.Nested(CohortSchema), load_default=list, error_messages=MESSAGES)


class LettersSchema(RuleSchema):
    """What people may not switch off, and what comes only to those who switched it on."""

    forced = fields.List(NoticeName(), load_default=None, error_messages=MESSAGES)
    unasked = fields.List(NoticeName(), load_default=list, error_messages=MESSAGES)


class MunicipalitySchema(RuleSchema):
    code = Text(required=True)
    title = Text(required=True)
    timezone = Zone(required=True)
    auto_match_email = YesNo(load_default=False)
    closing_hour = Whole(0, 23, load_default=20)
    digest_hour = Whole(0, 23, load_default=9)
    quiet = fields.Nested(
        QuietSchema, load_default={"first": 20, "until": 8}, error_messages=MESSAGES
    )
    letters = fields.Nested(LettersSchema, load_default=None, error_messages=MESSAGES)
    stalls = fields.Nested(StallSchema, load_default=None, error_messages=MESSAGES)
    drafts = fields.Nested(DraftSchema, load_default=None, error_messages=MESSAGES)
    scales = fields.List(fields.Nested(ScaleSchema), load_default=list, error_messages=MESSAGES)
    moodle = fields.Nested(MoodleSchema, load_default=None, error_messages=MESSAGES)


class PlanSchema(RuleSchema):
    """A planned value, dated, with the order that set it (domain 5)."""

    valid_from = Day(data_key="from", load_default=None)
    at_least_percent = Percent(required=True)
    source = Text(required=True)


class BasisSchema(RuleSchema):
    document = Text(required=True)
    clause = Text(required=True)


class IndicatorSchema(RuleSchema):
    """An indicator after `extends` was resolved; conditions are read by the grammar."""

    code = Text(required=True)
    title = Text(required=True)
    subject = Choice([str(kind) for kind in SubjectKind], required=True)
    kind = Choice([str(kind) for kind in IndicatorKind], required=True)
    period = Choice([str(kind) for kind in PeriodKind], required=True)
    population = fields.Raw(required=True, error_messages=MESSAGES)
    achieved = fields.Raw(required=True, error_messages=MESSAGES)
    basis = fields.Nested(BasisSchema, required=True, error_messages=MESSAGES)
    plan = fields.List(fields.Nested(PlanSchema), load_default=list, error_messages=MESSAGES)
    owner = Text(load_default=None)
    note = Text(load_default=None)
    exclusions = Text(load_default=None)
    unit = Text(load_default=None)
    collected = Text(load_default=None)


class IndicatorsFileSchema(RuleSchema):
    """document: what every `basis` of the file names unless it names its own."""

    document = Text(load_default=None)
    indicators = fields.List(fields.Raw(), required=True, error_messages=MESSAGES)


class PassportsFileSchema(RuleSchema):
    passports = fields.Dict(required=True, error_messages=MESSAGES)


def load(schema: Schema, node: Node, faults: list[RuleFileFault]) -> dict[str, Any] | None:
    """What the schema makes of a node; None, with all its faults noted, where it refuses."""
    try:
        loaded: dict[str, Any] = schema.load(node.plain)
    except ValidationError as err:
        faults += faults_of(err.messages, node)
        return None
    return loaded


def faults_of(messages: Any, node: Node) -> Iterator[RuleFileFault]:
    """marshmallow's nested messages as faults, each at the line of the key it speaks of."""
    for path, message in _flat(messages, ()):
        steps = tuple(step for step in path if step not in ("_schema", "value"))
        name = ".".join(str(s + 1) if isinstance(s, int) else s for s in steps)
        yield node.at(steps).fault(f"{name}: {message}" if name else message)


def _flat(
    messages: Any, path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from _flat(inner, (*path, key))
    else:
        for message in messages:
            yield path, str(message)
