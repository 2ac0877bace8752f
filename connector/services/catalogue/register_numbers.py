"""Programmes whose entry in the federal register is missing or over while people finish them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from connector.domain.catalogue import Audience, Programme
from connector.domain.dates import local_day
from connector.domain.dossier import Setting
from connector.domain.evidence import Evidence, Kind, Statement, standing
from connector.domain.facts import CourseCompletion
from connector.models import Account, EvidenceSlot, Subject
from connector.services.folding.evidence import statement_of
from connector.services.sources.identity import HELD


class Trouble(StrEnum):
    """What is amiss with a programme's entry."""

    MISSING = "missing"
    NOT_YET = "not_yet"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Unregistered:
    """completions: since `since`, on days on which the programme did not stand in the register;
    last: the day of the latest."""

    programme: Programme
    trouble: Trouble
    completions: int
    last: date


def unregistered(session: Session, setting: Setting, since: date) -> list[Unregistered]:
    """Programmes for staff with such completions, those with the most first. Reads only.

    What is unregistered on its day counts for no "programme by diagnosis" (domain 5).
    """
    doubtful = [p for p in setting.catalogue.programmes if _is_doubtful(p)]
    found: dict[tuple[str, str, Trouble], tuple[Programme, list[date]]] = {}
    for evidence in _completions(session, setting, doubtful):
        day = local_day(evidence.happened_at, setting.zone)
        completion = CourseCompletion.from_body(evidence.body)
        programme = setting.catalogue.programme(evidence.source, completion)
        if programme is None or day < since or programme.is_registered(day):
            continue
        if programme.audience is not Audience.STAFF:
            continue
        trouble = _trouble(programme, day)
        key = (programme.source, programme.course, trouble)
        found.setdefault(key, (programme, []))[1].append(day)
    told = [
        Unregistered(programme, trouble, len(days), max(days))
        for (_, _, trouble), (programme, days) in found.items()
    ]
    return sorted(told, key=lambda one: (-one.completions, one.programme.title))


def _is_doubtful(programme: Programme) -> bool:
    is_open = programme.register_from is None and programme.register_until is None
    is_safe = bool(programme.register_no) and is_open
    return programme.audience is Audience.STAFF and not is_safe


def _trouble(programme: Programme, day: date) -> Trouble:
    if not programme.register_no:
        return Trouble.MISSING
    if programme.register_from is not None and day < programme.register_from:
        return Trouble.NOT_YET
    return Trouble.OVER


def _completions(
    session: Session, setting: Setting, programmes: Sequence[Programme]
) -> Iterable[Evidence]:
    """What stands of completions of these courses, by people of the municipality."""
    by_source: dict[str, list[str]] = {}
    for programme in programmes:
        by_source.setdefault(programme.source, []).append(programme.course)
    for source, courses in sorted(by_source.items()):
        rows = session.scalars(
            select(EvidenceSlot)
            .join(
                Account,
                (Account.source == EvidenceSlot.source) & (Account.user_id == EvidenceSlot.user_id),
            )
            .join(Subject, Subject.id == Account.subject_id)
            .where(
                EvidenceSlot.source == source,
                EvidenceSlot.kind == str(Kind.COMPLETION),
                or_(
                    EvidenceSlot.object_ref.in_([f"course:{one}" for one in courses]),
                    EvidenceSlot.body["course"]["idnumber"].as_string().in_(courses),
                ),
                Subject.municipality == setting.municipality,
                Account.match.in_(HELD),
            )
        )
        registers: dict[str, list[Statement]] = {}
        for row in rows:
            registers.setdefault(row.register, []).append(statement_of(row))
        for slots in registers.values():
            yield from standing(slots, setting.zone).evidence
