"""The shape of examples.yaml: a small world, and cases in it with the judgement they must get."""

from marshmallow import fields

from connector.rulebook.fields import MESSAGES, Day, RuleSchema, Text, YesNo
from connector.testing.given_fields import NumberText, one
from connector.testing.given_people import (
    CompletionOfSchema,
    PersonSchema,
    RouteOfSchema,
    TeamSchema,
)
from connector.testing.given_records import (
    AnalysisOfSchema,
    AssociationSchema,
    ContestSchema,
    DocumentSchema,
    MunicipalitySchema,
    PracticeSchema,
    RoadmapItemSchema,
    SchoolSchema,
    WorldSchema,
)


class ExpectedSchema(RuleSchema):
    in_population = YesNo(required=True)
    achieved = YesNo(required=True)
    because = Text(load_default=None)


class ExampleSchema(RuleSchema):
    """One case; exactly one subject is given."""

    name = Text(required=True)
    indicator = Text(required=True)
    period = NumberText(required=True)
    as_of = Day(load_default=None)
    person = one(PersonSchema)
    team = one(TeamSchema)
    school = one(SchoolSchema)
    association = one(AssociationSchema)
    route = one(RouteOfSchema)
    completion = one(CompletionOfSchema)
    roadmap_item = one(RoadmapItemSchema)
    document = one(DocumentSchema)
    analysis = one(AnalysisOfSchema)
    practice = one(PracticeSchema)
    contest = one(ContestSchema)
    municipality = one(MunicipalitySchema)
    expected = fields.Nested(ExpectedSchema, required=True, error_messages=MESSAGES)


class ExamplesFileSchema(RuleSchema):
    world = fields.Nested(WorldSchema, required=True, error_messages=MESSAGES)
    examples = fields.List(fields.Nested(ExampleSchema), required=True, error_messages=MESSAGES)
