"""Courses and quizzes that are not for us: passed over until somebody takes that back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from connector.models import Delivery, Import, Subject, Unwanted
from connector.services.cases.known import KnownObjects
from connector.services.catalogue.unmapped import Unmapped
from connector.services.imports import gate as import_gate


@dataclass(frozen=True, slots=True)
class UnwantedService:
    """Takes a session of a writing transaction, never commits. Idempotent.

    Each change is an Import of nothing: by its number every process sees that what it remembers
    of the catalogue is old, and whoever parks a delivery that things have changed meanwhile.
    """

    session: Session = field(repr=False)
    municipality: str

    def list(self) -> Sequence[Unwanted]:
        """The latest first."""
        return self.session.scalars(
            select(Unwanted)
            .where(Unwanted.municipality == self.municipality)
            .order_by(Unwanted.decided_at.desc(), Unwanted.source, Unwanted.name)
        ).all()

    def put(self, one: Unmapped, by: str, now: datetime, today: date) -> None:
        """It is not for us."""
        import_gate.close(self.session, self.municipality)
        key = (self.municipality, one.source, one.kind, one.number)
        if self.session.get(Unwanted, key) is None:
            self.session.add(
                Unwanted(
                    municipality=self.municipality,
                    source=one.source,
                    kind=one.kind,
                    name=one.number,
                    names=list(one.names),
                    title=(one.title or "")[:1000] or None,
                    decided_at=now,
                    decided_by=by,
                )
            )
            self._tell("unwanted", one.kind, one.source, one.number, by, now, today)
        self._release(one.source, one.refs, "parked", f"unknown_{one.kind}")

    def take_back(
        self, kind: str, source: str, number: str, by: str, now: datetime, today: date
    ) -> bool:
        """It is for us after all, and waits to be mapped. False: nobody had said that it is not."""
        import_gate.close(self.session, self.municipality)
        row = self.session.get(Unwanted, (self.municipality, source, kind, number))
        if row is None:
            return False
        self._let_go(row)
        self._tell("wanted", kind, source, number, by, now, today)
        return True

    def let_go_of_mapped(self, known: KnownObjects) -> None:
        """Whatever the catalogue covers by now is wanted: somebody has mapped it."""
        for row in self.list():
            if known.covers(row.kind, row.source, row.names):
                self._let_go(row)

    def _let_go(self, row: Unwanted) -> None:
        refs = [f"{row.kind}:{name}"[:200] for name in row.names]
        self.session.delete(row)
        self.session.flush()
        self._release(row.source, refs, "done", f"unwanted_{row.kind}")

    def _release(self, source: str, refs: Iterable[str], state: str, reason: str) -> None:
        own = select(Subject.id).where(Subject.municipality == self.municipality)
        self.session.execute(
            update(Delivery)
            .where(
                Delivery.state == state,
                Delivery.reason == reason,
                Delivery.source == source,
                Delivery.object_ref.in_(sorted(refs)),
                Delivery.subject_id.in_(own),
                Delivery.body.is_not(None),
            )
            .values(state="ready", reason=None, next_try_at=None)
            .execution_options(synchronize_session=False)
        )

    def _tell(
        self, what: str, kind: str, source: str, number: str, by: str, now: datetime, today: date
    ) -> None:
        self.session.add(
            Import(
                municipality=self.municipality,
                made_at=now,
                effective_on=today,
                made_by=by[:120],
                outcome={
                    "sheets": {},
                    "faults": [],
                    what: {"kind": kind, "source": source, "name": number},
                },
            )
        )
        self.session.flush()
