"""Places and records as examples and scenarios write them: the columns of their sheets."""

from marshmallow import fields

from connector.domain.catalogue import Audience
from connector.domain.people import AssociationLevel, Duty, SchoolKind
from connector.rulebook.fields import MESSAGES, Choice, Day, RuleSchema, Text, YesNo
from connector.testing.given_fields import (
    NumberText,
    TargetText,
    TextList,
    choice_of,
    one,
    several,
)
from connector.testing.given_people import ColleagueSchema, PersonSchema, TermSchema

AGENDA = ("analysis", "coordination", "planning", "other")


class ProgrammeSchema(RuleSchema):
    course = Text(required=True)
    title = Text()
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


class RoadmapSchema(RuleSchema):
    number = NumberText(load_default=None)
    title = Text(required=True)
    level = Text(load_default=None)
    term = Text(load_default=None)
    occurrence = NumberText(load_default=None)
    due_on = Day(load_default=None)
    responsible = NumberText(load_default=None)
    expected_result = Text(load_default=None)
    started_on = Day(load_default=None)
    done_on = Day(load_default=None)
    proof = Text(load_default=None)
    owner = Text(load_default=None)


class RoadmapItemSchema(RoadmapSchema):
    """listed: the rules' own roadmap.yaml names it."""

    scope = Text(load_default="municipality")
    listed = YesNo(load_default=False)


class WorkPlanSchema(RuleSchema):
    academic_year = Text(required=True)
    published_on = Day(load_default=None)
    link = Text(load_default=None)


class MeetingSchema(RuleSchema):
    """association: whose meeting; of an example's association its own, unless it says otherwise."""

    association = Text(load_default=None)
    held_on = Day(required=True)
    topic = Text(load_default=None)
    agenda = fields.List(Choice(AGENDA), load_default=list, error_messages=MESSAGES)


class DecisionSchema(RuleSchema):
    number = NumberText(load_default=None)
    analysis = NumberText(load_default=None)
    scope = Text(load_default="municipality")
    decided_on = Day(required=True)
    due_on = Day(load_default=None)
    responsible = NumberText(load_default=None)
    done_on = Day(load_default=None)


class AnalysisSchema(RuleSchema):
    number = NumberText(load_default=None)
    made_on = Day(required=True)
    scope = Text(load_default="municipality")
    about = Text(load_default=None)
    link = Text(load_default=None)


class AnalysisOfSchema(AnalysisSchema):
    """An analysis with what was decided of it."""

    decisions = several(DecisionSchema)


class PlaceAnalysisSchema(RuleSchema):
    """An analysis of the place it is written under."""

    number = NumberText(load_default=None)
    made_on = Day(required=True)
    about = Text(load_default=None)
    link = Text(load_default=None)


class DocumentSchema(RuleSchema):
    """listed: the rules' own documents.yaml names it."""

    code = NumberText(load_default="1")
    title = Text(load_default="Документ")
    present_since = Day(load_default=None)
    link = Text(load_default=None)
    listed = YesNo(load_default=False)


class PracticeSchema(RuleSchema):
    title = Text(load_default="Практика")
    author = Text(load_default="1")
    school = Text(load_default=None)
    published_on = Day(load_default=None)
    link = Text(load_default=None)


class ContestSchema(RuleSchema):
    """participant: None where the staff sheet has nobody."""

    title = Text(load_default="Конкурс")
    level = Text(load_default=None)
    held_on = Day(load_default=None)
    result = Text(load_default=None)
    participant = one(ColleagueSchema)


class SchoolPlaceSchema(RuleSchema):
    code = Text(load_default="s1")
    name = Text(load_default=None)
    kind = choice_of(SchoolKind, "school")
    rural = YesNo(load_default=False)
    low_results = YesNo(load_default=False)
    biased_results = YesNo(load_default=False)
    head = NumberText(load_default=None)
    mentoring_since = Day(load_default=None)
    internship_since = Day(load_default=None)


class SchoolSchema(SchoolPlaceSchema):
    """snapshots: days on which its figures were reported. people: whoever works there."""

    analyses = several(PlaceAnalysisSchema)
    snapshots = fields.List(Day(), load_default=list, error_messages=MESSAGES)
    people = several(PersonSchema)


class AssociationPlaceSchema(RuleSchema):
    code = Text(load_default="a1")
    name = Text(load_default=None)
    level = choice_of(AssociationLevel, "municipal")
    school = Text(load_default=None)
    parent = Text(load_default=None)
    head = NumberText(load_default=None)


class AssociationSchema(AssociationPlaceSchema):
    """people: its members. meetings: its own and those of its parent."""

    head = NumberText(load_default="1")
    roadmap = several(RoadmapSchema)
    work_plans = several(WorkPlanSchema)
    meetings = several(MeetingSchema)
    analyses = several(PlaceAnalysisSchema)
    people = several(PersonSchema)


class MunicipalitySchema(RuleSchema):
    snapshots = fields.List(Day(), load_default=list, error_messages=MESSAGES)
    analyses = several(AnalysisSchema)
    decisions = several(DecisionSchema)


class DutySchema(TermSchema):
    """Who looks after a school, an association or a person."""

    number = NumberText(required=True)
    duty = choice_of(Duty, "methodist")
    of = NumberText(required=True)


class CompetencySchema(RuleSchema):
    code = Text(required=True)
    title = Text(load_default=None)
    area = Text(load_default=None)


class WorldSchema(RuleSchema):
    """Catalogue and places. Without schools or associations: s1, s2 and a1, a2, which examples
    have besides."""

    competencies = several(CompetencySchema)
    quizzes = several(QuizSchema)
    programmes = several(ProgrammeSchema)
    schools = several(SchoolPlaceSchema)
    associations = several(AssociationPlaceSchema)
    closed_days = several(TermSchema)
