"""Courses and quizzes that people finish and that count for nothing, because nobody mapped them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connector.domain.evidence import Kind
from connector.domain.facts import Attempt
from connector.domain.signals import Dialect
from connector.models import Delivery, Source, Subject
from connector.services.inbox.reading_deliveries import (
    NOT_UNDERSTOOD,
    load,
    subject_matter,
    understand,
)

REASONS = {"unknown_course": "course", "unknown_quiz": "quiz"}
LOOKED_AT = 5
"""So many of the latest attempts are asked what questions a quiz has: one may have fewer."""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A course or quiz of one source. kind: `course` or `quiz`.

    names: idnumber, if it has one, and Moodle's number, by which a catalogue may call it; called:
    the one to map it by, because all that waits bears it; title: as Moodle has it. people: of the
    municipality who finished it; events: deliveries that wait. first, last: when these came.
    """

    kind: str
    source: str
    names: tuple[str, ...]
    called: str
    title: str | None
    people: int
    events: int
    first: datetime
    last: datetime

    @property
    def number(self) -> str:
        """Moodle's own, which stays."""
        return self.names[-1]

    @property
    def refs(self) -> list[str]:
        return [f"{self.kind}:{name}"[:200] for name in self.names]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a quiz as an attempt shows it. max_mark: of the question."""

    slot: int
    max_mark: str
    category: str | None


@dataclass(frozen=True, slots=True)
class UnmappedService:
    """Reads only, of one municipality."""

    session: Session = field(repr=False)
    municipality: str

    def list(self) -> Sequence[Unmapped]:
        """Those most people wait for first. One that was given an idnumber meanwhile is one."""
        rows = self.session.execute(
            self._waiting(
                Delivery.source,
                Delivery.reason,
                Delivery.object_ref,
                Delivery.detail,
                func.count().label("events"),
                func.count(Delivery.subject_id.distinct()).label("people"),
                func.min(Delivery.received_at).label("earliest"),
                func.max(Delivery.received_at).label("latest"),
            ).group_by(Delivery.source, Delivery.reason, Delivery.object_ref, Delivery.detail)
        )
        alike: dict[tuple[str, str, str], list[Any]] = {}
        for row in rows:
            names = (row.detail or {}).get("names") or [row.object_ref.partition(":")[2]]
            alike.setdefault((row.source, REASONS[row.reason], names[-1]), []).append((names, row))
        found = [self._one(kind, source, group) for (source, kind, _), group in alike.items()]
        return sorted(found, key=lambda one: (-one.people, -one.events, one.source, one.number))

    def find(self, kind: str, source: str, number: str) -> Unmapped | None:
        wanted = (kind, source, number)
        return next((o for o in self.list() if (o.kind, o.source, o.number) == wanted), None)

    def questions(self, quiz: Unmapped) -> Sequence[Asked]:
        """The questions that the latest attempts show, by slot; empty where none does."""
        ids = self.session.scalars(
            self._waiting(Delivery.id)
            .where(Delivery.source == quiz.source, Delivery.object_ref.in_(quiz.refs))
            .order_by(Delivery.id.desc())
            .limit(LOOKED_AT)
        ).all()
        dialects = {
            code: Dialect(dialect)
            for code, dialect in self.session.execute(select(Source.code, Source.dialect))
        }
        found: dict[int, Asked] = {}
        for stored in load(self.session, dialects, ids):
            try:
                said = understand(stored).says(UTC)
            except NOT_UNDERSTOOD:
                continue
            for statement in said:
                matter = subject_matter(statement)
                if statement.kind is Kind.ATTEMPT and matter and quiz.number in matter[1]:
                    for mark in Attempt.from_body(statement.body).marks:
                        most = format(mark.max_mark.normalize(), "f")
                        found[mark.slot] = Asked(mark.slot, most, mark.category)
        return [found[slot] for slot in sorted(found)]

    def _waiting(self, *columns: Any) -> Any:
        return (
            select(*columns)
            .join(Subject, Subject.id == Delivery.subject_id)
            .where(
                Delivery.state == "parked",
                Delivery.reason.in_(tuple(REASONS)),
                Subject.municipality == self.municipality,
            )
        )

    def _one(self, kind: str, source: str, group: Sequence[Any]) -> Unmapped:
        latest_names, latest = max(group, key=lambda one: (one[1].latest, len(one[0])))
        names = tuple(
            dict.fromkeys(name for names, _ in [(latest_names, latest), *group] for name in names)
        )
        number = latest_names[-1]
        ordered = (*(name for name in names if name != number), number)
        rows = [row for _, row in group]
        people = rows[0].people
        if len(rows) > 1:
            people = self._people(source, {row.object_ref for row in rows})
        return Unmapped(
            kind,
            source,
            ordered,
            next(name for name in ordered if all(name in names for names, _ in group)),
            (latest.detail or {}).get("title"),
            people,
            sum(row.events for row in rows),
            min(row.earliest for row in rows),
            max(row.latest for row in rows),
        )

    def _people(self, source: str, refs: Iterable[str]) -> int:
        query = self._waiting(func.count(Delivery.subject_id.distinct())).where(
            Delivery.source == source, Delivery.object_ref.in_(sorted(refs))
        )
        return self.session.scalar(query) or 0
