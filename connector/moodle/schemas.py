"""Answers about people, courses, grades and completions; what else is in them is passed over."""

from dataclasses import dataclass
from typing import Any

from marshmallow import fields, post_load

from connector.moodle.fields import Answer, Id, Text


@dataclass(frozen=True, slots=True)
class User:
    """idnumber None: the key is missing, as for a deleted user or a caller without rights."""

    id: str
    idnumber: str | None
    email: str | None
    fullname: str | None


class UserSchema(Answer):
    id = Id(required=True)
    idnumber = Text(load_default=None, allow_none=True)
    email = Text(load_default=None, allow_none=True)
    fullname = Text(load_default=None, allow_none=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> User:
        return User(**data)


@dataclass(frozen=True, slots=True)
class Course:
    """idnumber None: not shown to this role; "": the course has none."""

    id: str
    idnumber: str | None
    fullname: str | None


class CourseSchema(Answer):
    id = Id(required=True)
    idnumber = Text(load_default=None, allow_none=True)
    fullname = Text(load_default=None, allow_none=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> Course:
        return Course(**data)


class CoursesSchema(Answer):
    courses = fields.List(fields.Nested(CourseSchema), required=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> tuple[Course, ...]:
        return tuple(data["courses"])


class _Module(Answer):
    course = Id(required=True)


class ModuleSchema(Answer):
    """The course a course module is in."""

    cm = fields.Nested(_Module, required=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> str:
        return str(data["cm"]["course"])


@dataclass(frozen=True, slots=True)
class GradeItem:
    id: str
    itemtype: str | None
    itemmodule: str | None
    iteminstance: str | None
    cmid: str | None
    idnumber: str | None
    itemname: str | None


class GradeItemSchema(Answer):
    id = Id(required=True)
    itemtype = Text(load_default=None, allow_none=True)
    itemmodule = Text(load_default=None, allow_none=True)
    iteminstance = Id(load_default=None, allow_none=True)
    cmid = Id(load_default=None, allow_none=True)
    idnumber = Text(load_default=None, allow_none=True)
    itemname = Text(load_default=None, allow_none=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> GradeItem:
        return GradeItem(**data)


@dataclass(frozen=True, slots=True)
class GradeReport:
    """One learner's grade items in one course."""

    courseidnumber: str | None
    items: tuple[GradeItem, ...]

    def quiz(self, quiz_id: str) -> GradeItem | None:
        """The item of a quiz; None for a quiz without a grade."""
        return next(
            (i for i in self.items if i.itemmodule == "quiz" and i.iteminstance == quiz_id), None
        )

    def module(self, cmid: str) -> GradeItem | None:
        return next((item for item in self.items if item.cmid == cmid), None)


class _UserGradesSchema(Answer):
    courseidnumber = Text(load_default=None, allow_none=True)
    gradeitems = fields.List(fields.Nested(GradeItemSchema), required=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> GradeReport:
        return GradeReport(data["courseidnumber"], tuple(data["gradeitems"]))


class GradeReportSchema(Answer):
    usergrades = fields.List(fields.Nested(_UserGradesSchema), required=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> GradeReport:
        if not data["usergrades"]:
            return GradeReport(None, ())
        report: GradeReport = data["usergrades"][0]
        return report


@dataclass(frozen=True, slots=True)
class Criterion:
    complete: bool
    timecompleted: int | None


class CriterionSchema(Answer):
    complete = fields.Boolean(required=True)
    timecompleted = fields.Integer(load_default=None, allow_none=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> Criterion:
        # Moodle writes "never" as null and as 0.
        return Criterion(data["complete"], data["timecompleted"] or None)


@dataclass(frozen=True, slots=True)
class CompletionStatus:
    """aggregation 1: all criteria are needed; 2: any."""

    completed: bool
    aggregation: int
    criteria: tuple[Criterion, ...]

    @property
    def latest(self) -> int | None:
        """The latest time among the criteria that are complete (domain 2)."""
        times = [c.timecompleted for c in self.criteria if c.complete and c.timecompleted]
        return max(times, default=None)

    @property
    def meets_criteria(self) -> bool:
        """Whether only Moodle's own completion task is still to come."""
        met = [criterion.complete for criterion in self.criteria]
        return bool(met) and (all(met) if self.aggregation == 1 else any(met))


class _CompletionStatusSchema(Answer):
    completed = fields.Boolean(required=True)
    aggregation = fields.Integer(load_default=1)
    completions = fields.List(fields.Nested(CriterionSchema), required=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> CompletionStatus:
        return CompletionStatus(data["completed"], data["aggregation"], tuple(data["completions"]))


class CourseCompletionSchema(Answer):
    completionstatus = fields.Nested(_CompletionStatusSchema, required=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> CompletionStatus:
        status: CompletionStatus = data["completionstatus"]
        return status


@dataclass(frozen=True, slots=True)
class ActivityStatus:
    """timecompleted: the last change of the record, whatever the state; 0 where there is none."""

    cmid: str
    state: int
    timecompleted: int
    hascompletion: bool


class ActivityStatusSchema(Answer):
    cmid = Id(required=True)
    state = fields.Integer(required=True)
    timecompleted = fields.Integer(load_default=0, allow_none=True)
    hascompletion = fields.Boolean(load_default=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> ActivityStatus:
        data["timecompleted"] = data["timecompleted"] or 0
        return ActivityStatus(**data)


class ActivityCompletionSchema(Answer):
    statuses = fields.List(fields.Nested(ActivityStatusSchema), required=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> tuple[ActivityStatus, ...]:
        return tuple(data["statuses"])


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """functions: what the token's service contains."""

    siteurl: str
    release: str | None
    userid: str
    functions: frozenset[str]


class _FunctionSchema(Answer):
    name = Text(required=True)


class SiteInfoSchema(Answer):
    siteurl = Text(required=True)
    release = Text(load_default=None, allow_none=True)
    userid = Id(required=True)
    functions = fields.List(fields.Nested(_FunctionSchema), required=True)

    @post_load
    def _made(self, data: dict[str, Any], **kwargs: Any) -> SiteInfo:
        names = frozenset(function["name"] for function in data["functions"])
        return SiteInfo(data["siteurl"], data["release"], data["userid"], names)
