"""A person as examples and scenarios write one; what is left out is unknown, or holds for ever."""

from marshmallow import fields

from connector.domain.people import Role
from connector.rulebook.fields import MESSAGES, Choice, Day, RuleSchema, Text, Whole, YesNo
from connector.testing.given_fields import (
    NumberText,
    Percents,
    TargetText,
    TextList,
    choice_of,
    several,
)


class TermSchema(RuleSchema):
    """From–until, both included."""

    first = Day(data_key="from", load_default=None)
    last = Day(data_key="until", load_default=None)


class SupportSchema(TermSchema):
    form = Text(required=True)


class MentorSchema(TermSchema):
    mentor = NumberText(required=True)


class AttemptSchema(RuleSchema):
    """percent: of each competency. final: no essay waits for its grader."""

    quiz = Text(load_default="diagnostic")
    on = Day(required=True)
    percent = Percents(required=True)
    final = YesNo(load_default=True)


class CompletionSchema(RuleSchema):
    """A course completed."""

    course = Text(required=True)
    on = Day(required=True)


class ActivitySchema(RuleSchema):
    """An activity's completion, with Moodle's number of its state."""

    activity = Text(required=True)
    on = Day(required=True)
    state = Whole(0, 3, load_default=1)


class HandmadeSchema(RuleSchema):
    """Evidence entered by hand, as in the sheet `evidence`."""

    kind = choice_of(("programme", "step"), "programme")
    target = Text(required=True)
    on = Day(required=True)
    document = Text(load_default=None)


class StepSchema(RuleSchema):
    target = TargetText(required=True)
    competencies = TextList(load_default=())
    due_on = Day(load_default=None)
    required = YesNo(load_default=True)


class PauseSchema(TermSchema):
    reason = Text(load_default=None)


class RouteSchema(RuleSchema):
    number = NumberText(load_default=None)
    starts_on = Day(required=True)
    based_on = Text(load_default=None)
    approved = YesNo(load_default=True)
    approved_on = Day(load_default=None)
    cancelled_on = Day(load_default=None)
    cancel_reason = Text(load_default=None)
    steps = several(StepSchema)
    pauses = several(PauseSchema)


class AssessmentSchema(RuleSchema):
    """A head's assessment on one criterion."""

    criterion = Text(required=True)
    on = Day(required=True)
    result = Text(load_default=None)
    recommendation = Text(load_default=None)


class ChangeSchema(RuleSchema):
    """What is otherwise from a day on; what is left out stays as it was."""

    valid_from = Day(data_key="from", required=True)
    role = Choice([str(role) for role in Role])
    school = Text()
    position = Text()
    subjects = TextList()
    associations = TextList()
    regional_methodist_since = Day()
    regional_methodist = NumberText()


class ColleagueSchema(RuleSchema):
    """Who somebody is; nothing of what they did."""

    number = NumberText(load_default=None)
    last_name = Text(load_default="Фамилия")
    first_name = Text(load_default="Имя")
    middle_name = Text(load_default=None)
    email = Text(load_default=None)
    role = choice_of(Role, "teacher")
    position = Text(load_default=None)
    school = Text(load_default="s1", allow_none=True)
    subjects = TextList(load_default=())
    associations = TextList(load_default=None)
    birth_date = Day(load_default=None)
    teaching_since = Day(load_default=None)
    attestation_on = Day(load_default=None)
    employed_from = Day(load_default=None)
    employed_until = Day(load_default=None)
    regional_methodist_since = Day(load_default=None)
    regional_methodist = NumberText(load_default=None)
    changes = several(ChangeSchema)


class PersonSchema(ColleagueSchema):
    """looks_after: those whose regional methodist the person is; methodists: the person's own."""

    attempts = several(AttemptSchema)
    completions = several(CompletionSchema)
    activities = several(ActivitySchema)
    evidence = several(HandmadeSchema)
    routes = several(RouteSchema)
    support = several(SupportSchema)
    mentors = several(MentorSchema)
    assessments = several(AssessmentSchema)
    looks_after = several(ColleagueSchema)
    methodists = several(ColleagueSchema)


class MemberSchema(PersonSchema):
    """A person of a management team."""

    member_from = Day(load_default=None)
    member_until = Day(load_default=None)


class TeamSchema(RuleSchema):
    school = Text(load_default="s1")
    members = several(MemberSchema)


class RouteOfSchema(RuleSchema):
    """One of a person's routes, by its number (the first is 1)."""

    person = fields.Nested(PersonSchema, required=True, error_messages=MESSAGES)
    number = NumberText(load_default="1")


class CompletionOfSchema(RuleSchema):
    """One of a person's completions, by the course and, where there are several, the day."""

    person = fields.Nested(PersonSchema, required=True, error_messages=MESSAGES)
    course = Text(required=True)
    on = Day(load_default=None)
