"""One person as the API gives them: profile, routes, evidence, notices (contract 4)."""

from marshmallow import Schema, fields

from connector.web.api.schemas import Evidence, Notice


class School(Schema):
    code = fields.String()
    name = fields.String()


class CompetencyState(Schema):
    """percent: 0..100, of the latest final result; state: none, open, addressed, closed."""

    code = fields.String()
    title = fields.String(allow_none=True)
    state = fields.String()
    level = fields.String()
    percent = fields.Float()
    on = fields.Date()


class ResultSchema(Schema):
    key = fields.String()
    title = fields.String()
    on = fields.Date()
    percent = fields.Float(allow_none=True)
    level = fields.String(allow_none=True)


class Step(Schema):
    order = fields.Integer()
    target = fields.String()
    required = fields.Boolean()
    due_on = fields.Date(allow_none=True)
    done_on = fields.Date(allow_none=True)
    evidence = fields.String(allow_none=True)


class Route(Schema):
    subject = fields.String()
    name = fields.String()
    number = fields.String()
    state = fields.String()
    starts_on = fields.Date()
    approved_on = fields.Date(allow_none=True)
    completed_on = fields.Date(allow_none=True)
    based_on_diagnosis = fields.Boolean()
    stalled_since = fields.Date(allow_none=True)
    stalled_because = fields.String(allow_none=True)
    steps = fields.List(fields.Nested(Step))


class Routes(Schema):
    municipality = fields.String()
    routes = fields.List(fields.Nested(Route))


class Staff(Schema):
    number = fields.String()
    name = fields.String()
    role = fields.String()
    position = fields.String(allow_none=True)
    school = fields.Nested(School, allow_none=True)
    associations = fields.List(fields.String())
    profile = fields.List(fields.Nested(CompetencyState))
    results = fields.List(fields.Nested(ResultSchema))
    routes = fields.List(fields.Nested(Route))
    evidence = fields.List(fields.Nested(Evidence))
    notices = fields.List(fields.Nested(Notice))
