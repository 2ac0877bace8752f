"""Words about schools, teams, associations and the municipality itself."""

from datetime import date

from connector.domain.because import Because, Finding, SubjectKind
from connector.domain.cases import (
    AssociationCase,
    Case,
    Moment,
    MunicipalityCase,
    SchoolCase,
    StaffCase,
    TeamCase,
)
from connector.domain.catalogue import Audience
from connector.domain.dates import Span
from connector.domain.indicators import Condition
from connector.domain.people import AssociationLevel, Dated, School, SchoolKind
from connector.domain.records import RoadmapItem
from connector.domain.turns import next_turn
from connector.domain.words.vocabulary import Param, ParamType, Word

_KINDS = tuple(str(kind) for kind in SchoolKind)
_TRAITS = ("rural", "low_results", "biased_results")
_LEVELS = ("municipal", "regional", "federal")


def school_versions(case: Case, day: date) -> Dated[School] | None:
    """Of the school itself; of a person, of the school they work in on `day`."""
    if isinstance(case, SchoolCase):
        return case.school
    assert isinstance(case, StaffCase)
    term = case.folded.dossier.person.at(day)
    return case.setting.organisation.schools.get(term.school or "")


def school_kind(kind: str) -> Condition:
    def condition(case: Case, moment: Moment) -> Finding:
        versions = school_versions(case, moment.as_of)
        held = versions.at(moment.as_of).kind if versions else None
        # A person's case does not look at the school's later versions, so its turn is told here.
        turn = next_turn((d for d, _ in versions.versions), moment.as_of) if versions else None
        return Finding(held == SchoolKind(kind), (Because("school_kind", {"kind": held}),), turn)

    return condition


def school_is(trait: str) -> Condition:
    def condition(case: Case, moment: Moment) -> Finding:
        versions = school_versions(case, moment.as_of)
        holds = versions is not None and bool(getattr(versions.at(moment.as_of), trait))
        code = "school_is" if holds else "school_is_not"
        # A person's case does not look at the school's later versions, so its turn is told here.
        turn = next_turn((d for d, _ in versions.versions), moment.as_of) if versions else None
        return Finding(holds, (Because(code, {"trait": trait}),), turn)

    return condition


def school_since(field: str) -> Condition:
    """Since a day on or before as_of the school runs the model or takes part in the system."""

    def condition(case: Case, moment: Moment) -> Finding:
        versions = school_versions(case, moment.as_of)
        school = versions.at(moment.as_of) if versions else None
        since = getattr(school, f"{field}_since", None)
        if since is not None and since <= moment.as_of:
            return Finding(True, (Because(f"{field}_since", {"since": since.isoformat()}),))
        return Finding(False, (Because(f"no_{field}"),))

    return condition


def team_has_employed_member() -> Condition:
    def condition(case: Case, moment: Moment) -> Finding:
        assert isinstance(case, TeamCase)
        count = len(_employed(case, moment))
        return Finding(count > 0, (Because("team_members", {"count": count}),))

    return condition


def _employed(case: TeamCase, moment: Moment) -> list[StaffCase]:
    """The members employed at as_of, each once: two memberships of one person may overlap."""
    day = moment.as_of
    employed = {
        member.code: member
        for membership, member in case.members
        if day in membership.span and member.folded.dossier.person.is_employed(day)
    }
    return list(employed.values())


def team_completed_programme(members: int = 2, audience: str = "teams") -> Condition:
    """At least so many employed members, or the only one, completed a programme for this audience
    in the period up to as_of: our reading of «принявших участие» (korolev VI.4)."""
    wanted = Audience(audience)

    def condition(case: Case, moment: Moment) -> Finding:
        assert isinstance(case, TeamCase)
        window = Span(moment.period.first, moment.as_of)
        employed = _employed(case, moment)
        told: list[Because] = []
        for member in employed:
            done = [
                c
                for c in member.folded.completions
                if c.programme.audience is wanted and c.passed and c.proof.day in window
            ]
            if done:
                params = {
                    "number": member.code,
                    "title": done[0].programme.title,
                    "on": done[0].proof.day.isoformat(),
                }
                told.append(Because("team_member_completed", params, (done[0].proof.key,)))
        needed = min(members, len(employed))
        holds = needed > 0 and len(told) >= needed
        summary = Because("team_completed", {"done": len(told), "needed": needed})
        return Finding(holds, (summary, *told))

    return condition


def association_level(level: str) -> Condition:
    def condition(case: Case, moment: Moment) -> Finding:
        assert isinstance(case, AssociationCase)
        held = case.association.at(moment.as_of).level
        because = Because("association_level", {"level": str(held)})
        return Finding(held == AssociationLevel(level), (because,))

    return condition


def roadmap_in_force(levels: tuple[str, ...] = _LEVELS) -> Condition:
    """Items of every level, due in the period or without a date, one of them started or done
    (kuznetsk 4.1.1)."""

    def condition(case: Case, moment: Moment) -> Finding:
        assert isinstance(case, AssociationCase)
        items = [i for i in case.roadmap if i.due_on is None or i.due_on in moment.period.span]
        lacking = [level for level in levels if all(item.level != level for item in items)]
        if not items or lacking:
            return Finding(False, (Because("roadmap_lacks", {"levels": lacking or list(levels)}),))
        moving = [item for item in items if _is_moving(item, moment.as_of)]
        if not moving:
            return Finding(False, (Because("roadmap_not_started", {"items": len(items)}),))
        params = {"items": len(items), "moving": len(moving), "title": moving[0].title}
        return Finding(True, (Because("roadmap_in_force", params),))

    return condition


def _is_moving(item: RoadmapItem, day: date) -> bool:
    return any(d is not None and d <= day for d in (item.started_on, item.done_on))


def work_plan_published() -> Condition:
    """A plan for the academic year, published by as_of, with its link (kuznetsk 2, 1.3)."""

    def condition(case: Case, moment: Moment) -> Finding:
        assert isinstance(case, AssociationCase)
        for plan in case.work_plans:
            published = plan.published_on
            if plan.academic_year != str(moment.period) or not plan.link or published is None:
                continue
            if published <= moment.as_of:
                params = {"on": published.isoformat(), "link": plan.link}
                return Finding(True, (Because("work_plan", params),))
        return Finding(False, (Because("no_work_plan", {"period": str(moment.period)}),))

    return condition


def monitored() -> Condition:
    """A snapshot, an analysis made on or after its day, and an addressed recommendation that
    follows from the analysis, all in the period up to as_of (korolev VI)."""

    def condition(case: Case, moment: Moment) -> Finding:
        assert isinstance(case, MunicipalityCase)
        window = Span(moment.period.first, moment.as_of)
        snapshots = [s.taken_on for s in case.snapshots if s.taken_on in window]
        if not snapshots:
            return Finding(False, (Because("no_snapshot"),))
        first = min(snapshots)
        analyses = {a.number for a in case.analyses if a.made_on in window and a.made_on >= first}
        if not analyses:
            return Finding(False, (Because("no_analysis", {"snapshot": first.isoformat()}),))
        for decision in case.decisions:
            follows = decision.analysis in analyses and decision.decided_on in window
            if follows and decision.is_addressed:
                params = {"analysis": decision.analysis, "decision": decision.number}
                return Finding(True, (Because("monitored", params),))
        return Finding(False, (Because("no_recommendation", {"analyses": sorted(analyses)}),))

    return condition


_SCHOOLS = frozenset({SubjectKind.SCHOOL})
_TEAMS = frozenset({SubjectKind.TEAM})
_ASSOCIATIONS = frozenset({SubjectKind.ASSOCIATION})

WORDS = (
    Word(
        "school_kind",
        _SCHOOLS | {SubjectKind.STAFF},
        "вид образовательной организации (для работника — той, где он работает)",
        "school_kind: school",
        school_kind,
        (Param("kind", ParamType.CHOICE, "вид", required=True, choices=_KINDS),),
    ),
    Word(
        "school_is",
        _SCHOOLS | {SubjectKind.STAFF},
        "образовательная организация (для работника — где он работает) отмечена этим признаком",
        "school_is: rural",
        school_is,
        (
            Param(
                "trait",
                ParamType.CHOICE,
                "rural — сельская, low_results — с низкими результатами,"
                " biased_results — с необъективными",
                required=True,
                choices=_TRAITS,
            ),
        ),
    ),
    Word(
        "school_since",
        _SCHOOLS,
        "школа реализует целевую модель наставничества (mentoring) или менторство (internship)",
        "school_since: mentoring",
        school_since,
        (
            Param(
                "field",
                ParamType.CHOICE,
                "mentoring — наставничество, internship — стажировочные и другие площадки",
                required=True,
                choices=("mentoring", "internship"),
            ),
        ),
    ),
    Word(
        "team_has_employed_member",
        _TEAMS,
        "в управленческой команде есть работающий на отчётную дату",
        "team_has_employed_member: true",
        team_has_employed_member,
    ),
    Word(
        "team_completed_programme",
        _TEAMS,
        "столько членов команды (или единственный) освоили в периоде программу для команд",
        "team_completed_programme: {members: 2}",
        team_completed_programme,
        (
            Param("members", ParamType.INTEGER, "сколько членов команды", default=2),
            Param(
                "audience",
                ParamType.CHOICE,
                "для кого программа: teams — для команд, staff — для работников",
                default="teams",
                choices=tuple(str(audience) for audience in Audience),
            ),
        ),
    ),
    Word(
        "association_level",
        _ASSOCIATIONS,
        "уровень методического объединения",
        "association_level: municipal",
        association_level,
        (
            Param(
                "level",
                ParamType.CHOICE,
                "уровень",
                required=True,
                choices=tuple(str(level) for level in AssociationLevel),
            ),
        ),
    ),
    Word(
        "roadmap_in_force",
        _ASSOCIATIONS,
        "действует дорожная карта с мероприятиями указанных уровней, хотя бы одно начато",
        "roadmap_in_force: {levels: [municipal, regional, federal]}",
        roadmap_in_force,
        (Param("levels", ParamType.CHOICES, "уровни", default=_LEVELS, choices=_LEVELS),),
    ),
    Word(
        "work_plan_published",
        _ASSOCIATIONS,
        "план работы на учебный год опубликован, есть ссылка",
        "work_plan_published: true",
        work_plan_published,
    ),
    Word(
        "monitored",
        frozenset({SubjectKind.MUNICIPALITY}),
        "в периоде есть снимок показателей, его анализ и адресная рекомендация",
        "monitored: true",
        monitored,
    ),
)
