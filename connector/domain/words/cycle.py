"""Words about the monitoring cycle: snapshots, analyses, decisions, meetings
(verkhnyaya-pyshma 2.1-5.2)."""

from datetime import date, timedelta

from connector.domain.because import Because, Finding, SubjectKind
from connector.domain.cases import (
    AnalysisCase,
    AssociationCase,
    Case,
    Moment,
    MunicipalityCase,
    SchoolCase,
)
from connector.domain.dates import Span
from connector.domain.indicators import Condition
from connector.domain.people import AssociationLevel
from connector.domain.quarters import Quarter
from connector.domain.records import Analysis, Meeting, Snapshot
from connector.domain.turns import next_turn
from connector.domain.words.vocabulary import Param, ParamType, Word

_AGENDA = ("analysis", "coordination", "planning")
_WHOSE = ("own", "above")


def has_snapshot() -> Condition:
    """In the period up to as_of the figures were written down; of a school: its own with them."""

    def condition(case: Case, moment: Moment) -> Finding:
        window = Span(moment.period.first, moment.as_of)
        found = [snapshot for snapshot in _snapshots(case) if snapshot.taken_on in window]
        if not found:
            return Finding(False, (Because("no_snapshot"),))
        last = found[-1]
        params = {"on": last.taken_on.isoformat(), "period": last.period}
        return Finding(True, (Because("snapshot", params),))

    return condition


def _snapshots(case: Case) -> tuple[Snapshot, ...]:
    assert isinstance(case, SchoolCase | MunicipalityCase)
    return case.snapshots


def analysed() -> Condition:
    """An analysis of the school, the association or the municipality itself, made in the period."""

    def condition(case: Case, moment: Moment) -> Finding:
        window = Span(moment.period.first, moment.as_of)
        found = [analysis for analysis in _analyses(case) if analysis.made_on in window]
        if not found:
            return Finding(False, (Because("not_analysed"),))
        last = max(found, key=lambda analysis: (analysis.made_on, analysis.number))
        params = {"number": last.number, "on": last.made_on.isoformat()}
        return Finding(True, (Because("analysed", params),))

    return condition


def _analyses(case: Case) -> tuple[Analysis, ...]:
    if isinstance(case, MunicipalityCase):
        return tuple(a for a in case.analyses if a.scope == "municipality")
    assert isinstance(case, SchoolCase | AssociationCase)
    return case.analyses


def made_in_period() -> Condition:
    """The analysis was made in the period up to as_of."""

    def condition(case: Case, moment: Moment) -> Finding:
        assert isinstance(case, AnalysisCase)
        made_on = case.analysis.made_on
        holds = made_on in Span(moment.period.first, moment.as_of)
        code = "made_in_period" if holds else "not_made_in_period"
        return Finding(holds, (Because(code, {"on": made_on.isoformat()}),))

    return condition


def followed_by_decision(days: int) -> Condition:
    """A decision that names the analysis, made on its day or within so many days after it."""

    def condition(case: Case, moment: Moment) -> Finding:
        assert isinstance(case, AnalysisCase)
        made_on = case.analysis.made_on
        last = made_on + timedelta(days=days)
        known = [d for d in case.decisions if made_on <= d.decided_on <= moment.as_of]
        if not known:
            return Finding(False, (Because("no_decision", {"until": last.isoformat()}),))
        first = min(known, key=lambda decision: (decision.decided_on, decision.number))
        holds = first.decided_on <= last
        params = {
            "number": first.number,
            "on": first.decided_on.isoformat(),
            "until": last.isoformat(),
        }
        return Finding(holds, (Because("decision" if holds else "decision_late", params),))

    return condition


def tied_to_association(levels: tuple[str, ...]) -> Condition:
    """At as_of the association belongs to one of these levels (its `parent`)."""

    def condition(case: Case, moment: Moment) -> Finding:
        assert isinstance(case, AssociationCase)
        parent = case.association.at(moment.as_of).parent
        versions = case.setting.organisation.associations.get(parent or "")
        if versions is None:
            return Finding(False, (Because("tied_to_none"),))
        above = versions.at(moment.as_of)
        turn = next_turn((day for day, _ in versions.versions), moment.as_of)
        params = {"name": above.name, "level": str(above.level)}
        return Finding(str(above.level) in levels, (Because("tied_to", params),), turn)

    return condition


def meeting_held(
    agenda: tuple[str, ...] = _AGENDA,
    within: str = "quarter",
    whose: tuple[str, ...] = _WHOSE,
) -> Condition:
    """A meeting up to as_of, in its quarter or in the period, whose agenda had one of these."""

    def condition(case: Case, moment: Moment) -> Finding:
        assert isinstance(case, AssociationCase)
        quarter = Quarter.of(moment.as_of)
        first, turn = moment.period.first, None
        if within == "quarter":
            first, turn = max(first, quarter.first), quarter.next.first
        window = Span(first, moment.as_of)
        found = sorted(_meetings(case, whose, moment.as_of), key=_held_on, reverse=True)
        for meeting in found:
            treated = [item for item in meeting.agenda if item in agenda]
            if meeting.held_on in window and treated:
                params = {
                    "association": _name(case, meeting.association, moment.as_of),
                    "on": meeting.held_on.isoformat(),
                    "agenda": treated,
                }
                return Finding(True, (Because("meeting", params),), turn)
        params = {"since": first.isoformat(), "agenda": list(agenda)}
        return Finding(False, (Because("no_meeting", params),), turn)

    return condition


def _meetings(case: AssociationCase, whose: tuple[str, ...], day: date) -> list[Meeting]:
    """Its own, and those of the association it belongs to on `day`, as far as they are wanted."""
    codes = set()
    if "own" in whose:
        codes.add(case.code)
    if "above" in whose and (parent := case.association.at(day).parent):
        codes.add(parent)
    return [meeting for meeting in case.meetings if meeting.association in codes]


def _held_on(meeting: Meeting) -> tuple[date, str]:
    return meeting.held_on, meeting.association


def _name(case: AssociationCase, code: str, day: date) -> str:
    if code == case.code:
        return case.association.at(day).name
    found = case.setting.organisation.association(code, day)
    return found.name if found else code


_ASSOCIATIONS = frozenset({SubjectKind.ASSOCIATION})
_ANALYSES = frozenset({SubjectKind.ANALYSIS})
_LEVELS = tuple(str(level) for level in AssociationLevel)

WORDS = (
    Word(
        "has_snapshot",
        frozenset({SubjectKind.SCHOOL, SubjectKind.MUNICIPALITY}),
        "в периоде зафиксированы показатели мониторинга (для школы — и её собственные)",
        "has_snapshot: true",
        has_snapshot,
    ),
    Word(
        "analysed",
        frozenset({SubjectKind.SCHOOL, SubjectKind.ASSOCIATION, SubjectKind.MUNICIPALITY}),
        "в периоде составлен анализ этой школы, этого объединения, муниципалитета",
        "analysed: true",
        analysed,
    ),
    Word(
        "made_in_period",
        _ANALYSES,
        "анализ составлен в периоде",
        "made_in_period: true",
        made_in_period,
    ),
    Word(
        "followed_by_decision",
        _ANALYSES,
        "по анализу принято решение не позднее стольких дней",
        "followed_by_decision: 30",
        followed_by_decision,
        (Param("days", ParamType.INTEGER, "календарных дней после анализа", required=True),),
    ),
    Word(
        "tied_to_association",
        _ASSOCIATIONS,
        "входит в объединение одного из уровней (вышестоящее объединение)",
        "tied_to_association: [municipal, community]",
        tied_to_association,
        (
            Param(
                "levels",
                ParamType.CHOICES,
                "municipal — муниципальное, community — профессиональное сообщество",
                required=True,
                choices=_LEVELS,
            ),
        ),
    ),
    Word(
        "meeting_held",
        _ASSOCIATIONS,
        "было заседание, в повестке которого есть один из вопросов",
        "meeting_held: {within: quarter, agenda: [analysis, coordination, planning]}",
        meeting_held,
        (
            Param(
                "agenda",
                ParamType.CHOICES,
                "analysis — анализ, coordination — координация, planning — планирование",
                default=_AGENDA,
                choices=_AGENDA,
            ),
            Param(
                "within",
                ParamType.CHOICE,
                "quarter — в квартале отчётной даты, period — в отчётном периоде",
                default="quarter",
                choices=("quarter", "period"),
            ),
            Param(
                "whose",
                ParamType.CHOICES,
                "own — своё, above — объединения, в которое входит",
                default=_WHOSE,
                choices=_WHOSE,
            ),
        ),
    ),
)
