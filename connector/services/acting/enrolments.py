"""Enrolments owed by approved routes: what the pure core says becomes rows, once a business key.

As with notices a comparison, not an event: what is missing is added, what waits and is no longer
owed is withdrawn, what was done stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from connector.domain.actions import (
    Account as Owned,
)
from connector.domain.actions import (
    ActionKind,
    CourseWanted,
    EnrolUser,
    courses_wanted,
    enrolments_owed,
)
from connector.domain.cases import Case, StaffCase
from connector.domain.wishes import MoodleWishes
from connector.models import Account, Action, Source, SourceMunicipality, Subject
from connector.models.among import among
from connector.models.many import insert_many, update_many
from connector.services.sources.identity import HELD

NO_ACCOUNT = "no_account"
NO_SOURCE = "no_source"

UNDONE = ("waiting", "refused", "held", "withdrawn")
"""What may still be changed by a new fold."""
_IS_UNDONE = f"actions.state IN {UNDONE}"
_ONCE = "ON CONFLICT (municipality, key) DO NOTHING"
_OPEN = ("waiting", "refused", "held")


@dataclass(frozen=True, slots=True)
class EnrolmentService:
    """Takes a session, never commits."""

    session: Session = field(repr=False)
    municipality: str

    def keep(
        self, wishes: MoodleWishes, cases: Mapping[int, Case | None], day: date, now: datetime
    ) -> None:
        """Makes the outbox say what is owed for these people (cases by subject id). Idempotent.

        Nothing where the municipality does not want it: what still waits there is withdrawn by
        whoever would act (connector.runtime.act).
        """
        if not wishes.enrol:
            return
        people = {id_: case for id_, case in cases.items() if isinstance(case, StaffCase)}
        gone = [id_ for id_, case in cases.items() if case is None]
        if not (people or gone):
            return
        wanted = {id_: courses_wanted(case, day) for id_, case in people.items()}
        owed = self._owed(people, {id_: found for id_, found in wanted.items() if found})
        rows = self._undone([*people, *gone])
        self._withdraw([row.id for row in rows if row.key not in owed and row.state in _OPEN])
        self._bring_back([(row.id, owed[row.key][1]) for row in rows if row.key in owed], now, rows)
        there = {row.key for row in rows}
        news = [(key, *owed[key]) for key in sorted(owed) if key not in there]
        role = wishes.student_role
        insert_many(
            self.session,
            Action,
            [_row(self.municipality, key, subject, one, role, now) for key, subject, one in news],
            _ONCE,
        )

    def _owed(
        self, people: Mapping[int, StaffCase], wanted: Mapping[int, Sequence[CourseWanted]]
    ) -> dict[str, tuple[int, EnrolUser]]:
        """By key, of whom and what."""
        if not wanted:
            return {}
        accounts = self._accounts(wanted)
        sources = acting_sources(self.session, self.municipality)
        return {
            one.key: (id_, one)
            for id_, courses in wanted.items()
            for one in enrolments_owed(
                people[id_].folded.dossier.person.personnel_no,
                courses,
                accounts.get(id_, ()),
                sources,
            )
        }

    def _accounts(self, subjects: Iterable[int]) -> dict[int, list[Owned]]:
        found: dict[int, list[Owned]] = {}
        rows = self.session.execute(
            select(Account.subject_id, Account.source, Account.user_id).where(
                among(self.session, Account.subject_id, sorted(subjects)),
                Account.match.in_(HELD),
                Account.deleted.is_(False),
            )
        )
        for subject, source, user_id in rows:
            assert subject is not None
            found.setdefault(subject, []).append(Owned(source, user_id))
        return found

    def _undone(self, subjects: Sequence[int]) -> Sequence[Any]:
        return self.session.execute(
            select(Action.id, Action.key, Action.state, Action.reason)
            .where(
                among(self.session, Action.about_subject, sorted(subjects)),
                Action.municipality == self.municipality,
                Action.kind == str(ActionKind.ENROL),
                Action.state.in_(UNDONE),
            )
            .order_by(Action.id)
        ).all()

    def _withdraw(self, ids: Sequence[int]) -> None:
        self._change([(id_, {"state": "withdrawn", "reason": None}) for id_ in ids])

    def _bring_back(
        self, pairs: Sequence[tuple[int, EnrolUser]], now: datetime, rows: Sequence[Any]
    ) -> None:
        withdrawn = {row.id for row in rows if row.state == "withdrawn"}
        changes = []
        for id_, one in pairs:
            if id_ in withdrawn:
                state, reason = state_of(one)
                values = {"state": state, "reason": reason, "not_before": now, "attempts": 0}
                changes.append((id_, values))
        self._change(changes)

    def _change(self, changes: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
        keys = [{"id": id_} for id_, _ in changes]
        update_many(self.session, Action, keys, [values for _, values in changes], _IS_UNDONE)

    def look_again(self, now: datetime) -> int:
        """Has those judged anew who had no account and have one by now; how many people.

        An account is matched without its person being folded, where nothing waited for it.
        """
        rows = self.session.execute(
            select(Action.id, Action.about_subject)
            .join(Account, Account.subject_id == Action.about_subject)
            .where(
                Action.municipality == self.municipality,
                Action.state == "held",
                Action.about_subject.is_not(None),
                Account.match.in_(HELD),
                Account.deleted.is_(False),
                or_(Account.matched_at.is_(None), Account.matched_at >= Action.not_before),
            )
        ).all()
        if not rows:
            return 0
        keys = [{"id": id_} for id_ in sorted({row[0] for row in rows})]
        # Each account is looked at once: one in another Moodle would have them judged for ever.
        update_many(self.session, Action, keys, [{"not_before": now}] * len(keys), _IS_UNDONE)
        subjects = sorted({subject for _, subject in rows if subject is not None})
        self.session.execute(
            update(Subject)
            .where(among(self.session, Subject.id, subjects))
            .values(dirty=True, version=Subject.version + 1)
            .execution_options(synchronize_session=False)
        )
        return len(subjects)

    def stop(self) -> int:
        """Withdraws what waits of enrolments, where the municipality no longer wants them."""
        done = self.session.execute(
            update(Action)
            .where(
                Action.municipality == self.municipality,
                Action.kind == str(ActionKind.ENROL),
                Action.state.in_(_OPEN),
            )
            .values(state="withdrawn", reason=None)
            .execution_options(synchronize_session=False)
        )
        return int(done.rowcount)  # type: ignore[attr-defined]


def acting_sources(session: Session, municipality: str) -> tuple[str, ...]:
    """The municipality's Moodles that can be asked at all."""
    return tuple(
        session.scalars(
            select(Source.code)
            .join(SourceMunicipality, SourceMunicipality.source == Source.code)
            .where(
                SourceMunicipality.municipality == municipality,
                Source.url.is_not(None),
                Source.rest_token.is_not(None),
            )
            .order_by(Source.code)
        )
    )


def state_of(owed: EnrolUser) -> tuple[str, str | None]:
    if owed.source is None:
        return "held", NO_SOURCE
    return ("held", NO_ACCOUNT) if owed.user_id is None else ("waiting", None)


def _row(
    municipality: str, key: str, subject: int, owed: EnrolUser, role: int, now: datetime
) -> dict[str, Any]:
    state, reason = state_of(owed)
    return {
        "municipality": municipality,
        "key": key,
        "kind": str(ActionKind.ENROL),
        "source": owed.source,
        "user_id": owed.user_id,
        "person": owed.person,
        "target": owed.course,
        "params": {"route": owed.route, "number": owed.number, "role": role},
        "about_subject": subject,
        "state": state,
        "reason": reason,
        "created_at": now,
        "not_before": now,
        "attempts": 0,
    }
