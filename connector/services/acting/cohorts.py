"""Cohorts kept in step: who is to be in which, and the rows by which it comes to be so."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from connector.domain.actions import ActionKind
from connector.domain.cohort_steps import Membership, next_step
from connector.domain.wishes import CohortWish, members_wanted
from connector.models import Account, Action, CohortRound, Import, Record, Subject
from connector.models.inserting import insert_into
from connector.models.many import insert_many, update_many
from connector.services.records import reading as records
from connector.services.sources.identity import HELD

EVERY = timedelta(hours=1)
_ONCE = "ON CONFLICT (municipality, key) DO NOTHING"
_NOT_DOING = "actions.state <> 'doing'"


@dataclass(frozen=True, slots=True)
class Wanted:
    """One cohort of one Moodle: people by user number. is_ours: see domain.wishes."""

    idnumber: str
    is_ours: bool
    people: Mapping[str, str]
    known: Mapping[str, str]
    """Everybody of the municipality who has an account there."""


@dataclass(frozen=True, slots=True)
class CohortService:
    """Takes a session, never commits."""

    session: Session = field(repr=False)
    municipality: str

    def begin(
        self, source: str, wishes: Sequence[CohortWish], day: date, term: timedelta, now: datetime
    ) -> str | None:
        """Takes up a round where one is due: after its time, and at once after a change of rules,
        records or day. What it is made from, to be given to `end`; None: nothing is due."""
        latest = self.session.scalar(
            select(func.max(Import.id)).where(Import.municipality == self.municipality)
        )
        text = json.dumps([[asdict(wish) for wish in wishes], latest, day], default=str)
        told = hashlib.sha256(text.encode()).hexdigest()
        here = and_(CohortRound.municipality == self.municipality, CohortRound.source == source)
        self.session.execute(
            insert_into(self.session, CohortRound)
            .values(municipality=self.municipality, source=source, next_at=now, missing=[])
            .on_conflict_do_nothing(index_elements=["municipality", "source"])
        )
        changed = and_(
            or_(CohortRound.told.is_(None), CohortRound.told != told), CohortRound.error.is_(None)
        )
        done = self.session.execute(
            update(CohortRound)
            .where(here, or_(CohortRound.next_at <= now, changed))
            .values(next_at=now + term, told=told)
            .execution_options(synchronize_session=False)
        )
        return told if done.rowcount == 1 else None  # type: ignore[attr-defined]

    def end(self, source: str, missing: Sequence[str], now: datetime) -> None:
        """The round is done. missing: cohorts that are not there."""
        self._note(source, next_at=now + EVERY, done_at=now, error=None, missing=list(missing))

    def failed(self, source: str, reason: str, at: datetime) -> None:
        self._note(source, next_at=at, error=reason[:80])

    def rounds(self) -> Sequence[CohortRound]:
        return self.session.scalars(
            select(CohortRound)
            .where(CohortRound.municipality == self.municipality)
            .order_by(CohortRound.source)
        ).all()

    def wanted(self, source: str, wishes: Sequence[CohortWish], day: date) -> list[Wanted]:
        """By idnumber. Several wishes for one cohort: whoever fits any of them."""
        own = [wish for wish in wishes if wish.source in (None, source)]
        people = list(records.staff(self.session, self.municipality).values())
        mentees = self._mentees(day) if any(wish.mentee for wish in own) else frozenset()
        accounts = self._accounts(source)
        found = []
        for idnumber in sorted({wish.idnumber for wish in own}):
            alike = [wish for wish in own if wish.idnumber == idnumber]
            numbers = frozenset[str]().union(
                *(members_wanted(wish, people, mentees, day) for wish in alike)
            )
            fitting = {user: code for user, code in accounts.items() if code in numbers}
            is_ours = any(wish.is_ours for wish in alike)
            found.append(Wanted(idnumber, is_ours, fitting, accounts))
        return found

    def keep(self, source: str, cohort: Wanted, members: frozenset[str], now: datetime) -> None:
        """Makes the rows of a cohort say what is to be done. members: as Moodle shows them.

        now: of no later than they were asked for. Members whose account belongs to nobody here are
        left alone, whosever the cohort is: nothing is known of them.
        """
        rows = self._rows(source, cohort.idnumber)
        changes: list[tuple[int, dict[str, Any]]] = []
        news: list[dict[str, Any]] = []
        for user in sorted({*cohort.people, *(members & cohort.known.keys()), *rows}):
            row = rows.get(user)
            if row is not None and row.done_at is not None and row.done_at > now:
                # Done there since: it would look as if somebody had undone it by hand.
                continue
            former = None if row is None else _membership(row)
            step = next_step(former, user in members, user in cohort.people, cohort.is_ours)
            if step is None:
                continue
            values = {
                "kind": str(step.kind),
                "state": step.state,
                "reason": step.reason or ("done" if step.state == "done" else None),
                "params": {"added": step.added},
                "not_before": now,
                "attempts": 0,
            }
            if row is not None:
                changes.append((row.id, values))
            else:
                person = cohort.people.get(user) or cohort.known[user]
                news.append({**self._named(source, cohort.idnumber, user, person, now), **values})
        keys = [{"id": id_} for id_, _ in changes]
        update_many(self.session, Action, keys, [values for _, values in changes], _NOT_DOING)
        insert_many(self.session, Action, news, _ONCE)

    def _named(
        self, source: str, cohort: str, user: str, person: str, now: datetime
    ) -> dict[str, Any]:
        return {
            "municipality": self.municipality,
            "key": f"cohort:{source}:{cohort}:{user}",
            "source": source,
            "user_id": user,
            "person": person,
            "target": cohort,
            "about_subject": None,
            "created_at": now,
        }

    def _rows(self, source: str, cohort: str) -> dict[str, Any]:
        rows = self.session.execute(
            select(
                Action.id, Action.user_id, Action.kind, Action.state, Action.reason, Action.params,
                Action.done_at,
            ).where(
                Action.municipality == self.municipality,
                Action.source == source,
                Action.target == cohort,
                Action.kind.in_((str(ActionKind.JOIN), str(ActionKind.LEAVE))),
            )
        )  # fmt: skip
        return {row.user_id: row for row in rows}

    def _accounts(self, source: str) -> dict[str, str]:
        """Personnel numbers by user number."""
        rows = self.session.execute(
            select(Account.user_id, Subject.code)
            .join(Subject, Subject.id == Account.subject_id)
            .where(
                Account.source == source,
                Account.match.in_(HELD),
                Account.deleted.is_(False),
                Subject.municipality == self.municipality,
                Subject.kind == "staff",
            )
        )
        return dict(rows.all())

    def _mentees(self, day: date) -> frozenset[str]:
        numbers = self.session.scalars(
            select(Record.related)
            .where(Record.municipality == self.municipality, Record.sheet == "mentorships")
            .distinct()
        ).all()
        mentors = [number for number in numbers if number]
        held = records.mentorships_of_mentors(self.session, self.municipality, mentors)
        return frozenset(m.mentee for found in held.values() for m in found if day in m.span)

    def _note(self, source: str, **values: Any) -> None:
        self.session.execute(
            update(CohortRound)
            .where(CohortRound.municipality == self.municipality, CohortRound.source == source)
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _membership(row: Any) -> Membership:
    was_added = row.kind == ActionKind.JOIN and row.state == "done" and row.reason == "done"
    is_in = not (row.kind == ActionKind.LEAVE and row.state == "done")
    added = is_in and (was_added or bool(row.params.get("added")))
    return Membership(ActionKind(row.kind), row.state, added, row.reason)
