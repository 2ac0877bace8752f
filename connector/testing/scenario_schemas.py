"""The shape of scenarios.yaml: a municipality, what happened in it, what must come out."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields

from connector.rulebook.fields import MESSAGES, Day, RuleSchema, Text, Whole, YesNo
from connector.testing.given_fields import NumberText, Percents, TextList, one, several
from connector.testing.given_people import PersonSchema, TermSchema
from connector.testing.given_records import (
    AnalysisSchema,
    ContestSchema,
    DecisionSchema,
    DocumentSchema,
    DutySchema,
    MeetingSchema,
    PracticeSchema,
    RoadmapItemSchema,
    WorkPlanSchema,
    WorldSchema,
)

NOBODY = "никто"
"""The recipient of a notice for whom nobody was found."""


class Told(fields.Field[Mapping[str, tuple[str, ...]]]):
    """By kind of notice, the personnel numbers of all who are told."""

    default_error_messages = MESSAGES

    def _deserialize(
        self, value: Any, attr: Any, data: Any, **kwargs: Any
    ) -> dict[str, tuple[str, ...]]:
        if not isinstance(value, dict) or not all(_is_list(told) for told in value.values()):
            raise ValidationError('ожидались табельные номера по видам: {deficits_found: ["2"]}')
        return {kind: tuple(str(one) for one in told) for kind, told in value.items()}


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(type(one) in (str, int) for one in value)


class SatSchema(RuleSchema):
    quiz = Text(load_default="diagnostic")
    percent = Percents(required=True)
    final = YesNo(load_default=True)


class EventSchema(RuleSchema):
    """One thing that Moodle tells: exactly one of attempt, completed (a course), activity."""

    on = Day(required=True)
    person = NumberText(required=True)
    attempt = one(SatSchema)
    completed = Text(load_default=None)
    activity = Text(load_default=None)
    state = Whole(0, 3, load_default=1)


class MemberRowSchema(TermSchema):
    school = Text(load_default="s1")
    person = NumberText(required=True)


class WorkPlanRowSchema(WorkPlanSchema):
    association = Text(load_default="a1")


class ContestRowSchema(ContestSchema):
    person = NumberText(required=True)


class SnapshotRowSchema(RuleSchema):
    """schools: whose own figures were reported with it."""

    on = Day(required=True)
    schools = TextList(load_default=())


class ShareSchema(RuleSchema):
    """Of the municipality, or of one school or association."""

    indicator = Text(required=True)
    school = Text(load_default=None)
    association = Text(load_default=None)
    population = Whole(0, 1_000_000, required=True)
    achieved = Whole(0, 1_000_000, required=True)


class MembershipSchema(RuleSchema):
    indicator = Text(required=True)
    subject = NumberText(required=True)
    in_population = YesNo(load_default=True)
    achieved = YesNo(required=True)
    because = Text(load_default=None)


class OutcomeSchema(RuleSchema):
    """notices: of each kind that is named, all who are told, and nobody else."""

    period = NumberText(required=True)
    as_of = Day(load_default=None)
    shares = several(ShareSchema)
    memberships = several(MembershipSchema)
    notices = Told(load_default=dict)


class ScenarioSchema(RuleSchema):
    name = Text(required=True)
    people = several(PersonSchema)
    teams = several(MemberRowSchema)
    assignments = several(DutySchema)
    roadmap = several(RoadmapItemSchema)
    work_plans = several(WorkPlanRowSchema)
    meetings = several(MeetingSchema)
    analyses = several(AnalysisSchema)
    decisions = several(DecisionSchema)
    documents = several(DocumentSchema)
    practices = several(PracticeSchema)
    contests = several(ContestRowSchema)
    snapshots = several(SnapshotRowSchema)
    events = several(EventSchema)
    expected = fields.List(fields.Nested(OutcomeSchema), required=True, error_messages=MESSAGES)


class ScenariosFileSchema(RuleSchema):
    world = fields.Nested(WorldSchema, required=True, error_messages=MESSAGES)
    scenarios = fields.List(fields.Nested(ScenarioSchema), required=True, error_messages=MESSAGES)
