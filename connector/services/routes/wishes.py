"""Who is to be looked at for a draft: marked by the fold, taken up by the loop that proposes.

A mark is one row a person, so that a burst of events of one teacher is one look, and marking a
batch is one statement. Nothing here waits for the municipality's rules: they are asked later,
outside.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from connector.models import DraftWish, Subject
from connector.models.among import among
from connector.models.inserting import insert_into

FULL = 500
"""Rows of one INSERT; SQLite takes 32,766 values at most."""


def is_worth_a_look(state: Mapping[str, Any] | None) -> bool:
    """Whether a person's state (services.folding.person_state) tells of a deficit, even a closed
    one, or of a draft: one may be due, or have to go. After a regrade there may be a draft for a
    deficit that never was."""
    told = state or {}
    deficits = told.get("deficits") or {}
    return any(one.get("state") != "none" for one in deficits.values()) or any(
        route.get("state") == "draft" for route in told.get("routes") or ()
    )


@dataclass(frozen=True, slots=True)
class Wish:
    person: str
    asks: int


@dataclass(frozen=True, slots=True)
class WishService:
    """Takes a session, never commits."""

    session: Session = field(repr=False)

    def ask(self, municipality: str, people: Collection[str], now: datetime) -> None:
        """Has these people looked at (again), in one order for everybody."""
        ordered = sorted(set(people))
        for start in range(0, len(ordered), FULL):
            rows = [
                {"municipality": municipality, "person": one, "asked_at": now, "asks": 1}
                for one in ordered[start : start + FULL]
            ]
            statement = insert_into(self.session, DraftWish).values(rows)
            self.session.execute(
                statement.on_conflict_do_update(
                    index_elements=["municipality", "person"],
                    set_={"asks": DraftWish.asks + 1},
                )
            )

    def ask_all(self, municipality: str, now: datetime) -> int:
        """Has everybody looked at who has, or had, a deficit or has a draft; how many."""
        rows = self.session.execute(
            select(Subject.code, Subject.state).where(
                Subject.municipality == municipality, Subject.kind == "staff"
            )
        )
        people = [code for code, state in rows if is_worth_a_look(state)]
        self.ask(municipality, people, now)
        return len(people)

    def waiting(self, municipality: str) -> int:
        """How many are still to be looked at."""
        query = select(DraftWish.person).where(DraftWish.municipality == municipality)
        return len(self.session.scalars(query).all())

    def is_anybody_free(self, municipalities: Collection[str], now: datetime) -> bool:
        """Whether there is anybody to be taken."""
        return self._oldest(municipalities, now) is not None

    def _oldest(self, municipalities: Collection[str], now: datetime) -> str | None:
        """The municipality of whoever waits longest and is free."""
        free = or_(DraftWish.lease_until.is_(None), DraftWish.lease_until < now)
        towns = among(self.session, DraftWish.municipality, sorted(municipalities))
        return self.session.scalar(
            select(DraftWish.municipality).where(free, towns).order_by(DraftWish.asked_at).limit(1)
        )

    def claim(
        self, municipalities: Collection[str], limit: int, term: timedelta, now: datetime
    ) -> tuple[str, Sequence[Wish]] | None:
        """Takes up to `limit` people of one municipality, the longest waiting first."""
        free = or_(DraftWish.lease_until.is_(None), DraftWish.lease_until < now)
        municipality = self._oldest(municipalities, now)
        if municipality is None:
            return None
        here = DraftWish.municipality == municipality
        rows = self.session.execute(
            select(DraftWish.person, DraftWish.asks)
            .where(here, free)
            .order_by(DraftWish.asked_at, DraftWish.person)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).all()
        if not rows:
            # Somebody else is taking them at this moment.
            return None
        taken = [Wish(person, asks) for person, asks in rows]
        self.session.execute(
            update(DraftWish)
            .where(here, among(self.session, DraftWish.person, [one.person for one in taken]))
            .values(lease_until=now + term)
            .execution_options(synchronize_session=False)
        )
        return municipality, taken

    def fulfil(self, municipality: str, wishes: Collection[Wish]) -> None:
        """Ends these looks; whoever was asked about again meanwhile stays, and is free."""
        here = DraftWish.municipality == municipality
        people = sorted(wish.person for wish in wishes)
        held = self.session.execute(
            select(DraftWish.person, DraftWish.asks)
            .where(here, among(self.session, DraftWish.person, people))
            .order_by(DraftWish.person)
            .with_for_update()
        )
        asked = {wish.person: wish.asks for wish in wishes}
        over = [person for person, asks in held if asked[person] == asks]
        self.session.execute(
            update(DraftWish)
            .where(here, among(self.session, DraftWish.person, people))
            .values(lease_until=None)
            .execution_options(synchronize_session=False)
        )
        self.session.execute(
            delete(DraftWish)
            .where(here, among(self.session, DraftWish.person, over))
            .execution_options(synchronize_session=False)
        )
