"""The shape of examples.yaml: a small world, and cases in it with the judgement they must get."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields

from connector.domain.catalogue import Audience, parse_target
from connector.domain.people import AssociationLevel, Role, SchoolKind
from connector.rulebook.fields import MESSAGES, Choice, Day, RuleSchema, Text, YesNo


class TextList(fields.Field[tuple[str, ...]]):
    """A list of texts."""

    default_error_messages = MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ValidationError("ожидался список слов в квадратных скобках")
        return tuple(value)


class Percents(fields.Field[Mapping[str, Decimal]]):
    """Percents by competency."""

    default_error_messages = MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> dict[str, Decimal]:
        if not isinstance(value, dict) or not value:
            raise ValidationError("ожидались проценты по компетенциям: {A: 70, B: 40}")
        for percent in value.values():
            if isinstance(percent, bool) or not isinstance(percent, (int, Decimal)):
                raise ValidationError("ожидалось число процентов")
        return {code: Decimal(percent) for code, percent in value.items()}


class TargetText(fields.Field[Any]):
    """A target as spreadsheets write it."""

    default_error_messages = MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        try:
            return parse_target(str(value))
        # NotATarget is a ValueError.
        except ValueError as err:
            raise ValidationError("ожидалось course:X, activity:X, quiz:X>=60 или manual") from err


class PeriodText(fields.Field[str]):
    """`2026` reads as a number in YAML, `2026/2027` as text."""

    default_error_messages = MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        return str(value)


def several(schema: type[RuleSchema]) -> Any:
    return fields.List(fields.Nested(schema), load_default=list, error_messages=MESSAGES)


def one(schema: type[RuleSchema]) -> Any:
    return fields.Nested(schema, load_default=None, error_messages=MESSAGES)


def choice_of(words: Any, default: str) -> Choice:
    return Choice([str(word) for word in words], load_default=default)


class TermSchema(RuleSchema):
    first = Day(data_key="from", load_default=None)
    last = Day(data_key="until", load_default=None)


class SupportSchema(TermSchema):
    form = Text(required=True)


class MentorSchema(TermSchema):
    mentor = Text(required=True)


class AttemptSchema(RuleSchema):
    quiz = Text(load_default="diagnostic")
    on = Day(required=True)
    percent = Percents(required=True)
    final = YesNo(load_default=True)


class CompletionSchema(RuleSchema):
    course = Text(required=True)
    on = Day(required=True)


class StepSchema(RuleSchema):
    target = TargetText(required=True)
    competencies = TextList(load_default=())
    due_on = Day(load_default=None)
    required = YesNo(load_default=True)


class RouteSchema(RuleSchema):
    starts_on = Day(required=True)
    based_on = Text(load_default=None)
    approved = YesNo(load_default=True)
    approved_on = Day(load_default=None)
    cancelled_on = Day(load_default=None)
    steps = several(StepSchema)


class ColleagueSchema(RuleSchema):
    """A person; what is left out is unknown, or holds for ever."""

    number = Text(load_default="1")
    role = choice_of(Role, "teacher")
    school = Text(load_default="s1")
    subjects = TextList(load_default=())
    associations = TextList(load_default=())
    birth_date = Day(load_default=None)
    teaching_since = Day(load_default=None)
    employed_from = Day(load_default=None)
    employed_until = Day(load_default=None)
    regional_methodist_since = Day(load_default=None)
    regional_methodist = Text(load_default=None)


class PersonSchema(ColleagueSchema):
    attempts = several(AttemptSchema)
    completions = several(CompletionSchema)
    routes = several(RouteSchema)
    support = several(SupportSchema)
    mentors = several(MentorSchema)
    looks_after = several(ColleagueSchema)
    methodists = several(ColleagueSchema)


class MemberSchema(PersonSchema):
    member_from = Day(load_default=None)
    member_until = Day(load_default=None)


class TeamSchema(RuleSchema):
    members = several(MemberSchema)


class AnalysisSchema(RuleSchema):
    number = Text(required=True)
    made_on = Day(required=True)
    scope = Text(load_default="municipality")


class SchoolKindSchema(RuleSchema):
    kind = choice_of(SchoolKind, "school")
    rural = YesNo(load_default=False)
    low_results = YesNo(load_default=False)
    biased_results = YesNo(load_default=False)


class SchoolSchema(SchoolKindSchema):
    """analyses: of this school. snapshots: days on which its figures were written down. people:
    whoever ever worked there."""

    mentoring_since = Day(load_default=None)
    internship_since = Day(load_default=None)
    analyses = several(AnalysisSchema)
    snapshots = fields.List(Day(), load_default=list, error_messages=MESSAGES)
    people = several(PersonSchema)


class RoadmapSchema(RuleSchema):
    title = Text(required=True)
    level = Text(load_default=None)
    due_on = Day(load_default=None)
    started_on = Day(load_default=None)
    done_on = Day(load_default=None)


class WorkPlanSchema(RuleSchema):
    academic_year = Text(required=True)
    published_on = Day(load_default=None)
    link = Text(load_default=None)


class MeetingSchema(RuleSchema):
    """association: its own, or the one it belongs to."""

    association = Text(load_default="a1")
    held_on = Day(required=True)
    agenda = TextList(load_default=())


class AssociationSchema(RuleSchema):
    level = choice_of(AssociationLevel, "municipal")
    parent = Text(load_default=None)
    roadmap = several(RoadmapSchema)
    work_plans = several(WorkPlanSchema)
    meetings = several(MeetingSchema)
    people = several(PersonSchema)


class MadeDecisionSchema(RuleSchema):
    number = Text(load_default="1")
    decided_on = Day(required=True)
    scope = Text(load_default="municipality")


class AnalysisCaseSchema(RuleSchema):
    """An analysis that is counted itself, with the decisions that name it."""

    made_on = Day(required=True)
    scope = Text(load_default="municipality")
    decisions = several(MadeDecisionSchema)


class DecisionSchema(RuleSchema):
    analysis = Text(required=True)
    decided_on = Day(required=True)
    scope = Text(required=True)


class MunicipalitySchema(RuleSchema):
    snapshots = fields.List(Day(), load_default=list, error_messages=MESSAGES)
    analyses = several(AnalysisSchema)
    decisions = several(DecisionSchema)


class ExpectedSchema(RuleSchema):
    in_population = YesNo(required=True)
    achieved = YesNo(required=True)
    because = Text(load_default=None)


class ExampleSchema(RuleSchema):
    """One case; exactly one of person, team, school, association, analysis, municipality is
    given."""

    name = Text(required=True)
    indicator = Text(required=True)
    period = PeriodText(required=True)
    as_of = Day(load_default=None)
    person = one(PersonSchema)
    team = one(TeamSchema)
    school = one(SchoolSchema)
    association = one(AssociationSchema)
    analysis = one(AnalysisCaseSchema)
    municipality = one(MunicipalitySchema)
    expected = fields.Nested(ExpectedSchema, required=True, error_messages=MESSAGES)


class ProgrammeSchema(RuleSchema):
    course = Text(required=True)
    competencies = TextList(load_default=())
    register_no = Text(load_default=None)
    register_from = Day(load_default=None)
    register_until = Day(load_default=None)
    audience = choice_of(Audience, "staff")
    final = TargetText(load_default=None)


class QuizSchema(RuleSchema):
    quiz = Text(required=True)
    competencies = TextList(required=True)
    policy = Choice(["last", "best", "first"], load_default="last")


class CompetencySchema(RuleSchema):
    code = Text(required=True)
    title = Text(load_default=None)
    area = Text(load_default=None)


class KnownSchoolSchema(SchoolKindSchema):
    code = Text(required=True)


class KnownAssociationSchema(RuleSchema):
    code = Text(required=True)
    level = choice_of(AssociationLevel, "municipal")


class WorldSchema(RuleSchema):
    """schools, associations: to belong to, besides the schools s1, s2 and the municipal
    associations a1, a2, or in their place."""

    quizzes = several(QuizSchema)
    programmes = several(ProgrammeSchema)
    competencies = several(CompetencySchema)
    schools = several(KnownSchoolSchema)
    associations = several(KnownAssociationSchema)


class ExamplesFileSchema(RuleSchema):
    world = fields.Nested(WorldSchema, required=True, error_messages=MESSAGES)
    examples = fields.List(fields.Nested(ExampleSchema), required=True, error_messages=MESSAGES)
