"""The fold loop: ready deliveries become evidence, memberships, shares and notices.

A batch is claimed, understood delivery by delivery with its faults caught, judged outside any
transaction, and written in one short one that is refused if the claim was lost meanwhile.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from connector.clock import Clock
from connector.db import Database
from connector.domain.dates import local_day
from connector.domain.evidence import Statement
from connector.domain.signals import Dialect
from connector.errors import LostLease, StaleRead
from connector.models import Account, Delivery, Source, Subject
from connector.rulebook.rulebook import Rulebook
from connector.runtime.claims import Claim, claim_deliveries, claim_subjects, finish_deliveries
from connector.runtime.pauses import pause
from connector.services.folding import Batch, Folded, FoldService
from connector.services.identity import (
    HELD,
    MATCH_PROPOSED,
    UNKNOWN_PERSON,
    IdentityService,
)
from connector.services.reading_deliveries import (
    NOT_UNDERSTOOD,
    StoredDelivery,
    Understood,
    load,
    subject_matter,
    understand,
)
from connector.services.setting import Settings

log = logging.getLogger(__name__)

BATCH = 100
TERM = timedelta(seconds=120)
MOST_TRIES = 8
RULES_PAUSE = timedelta(minutes=5)
STALE_TRIES = 6


@dataclass(slots=True)
class Plan:
    """What becomes of one batch's deliveries."""

    news: dict[int, list[Statement]] = field(default_factory=dict)
    outcomes: dict[int, dict[str, Any]] = field(default_factory=dict)
    pings: dict[str, datetime] = field(default_factory=dict)


class Folder:
    """Takes work until there is none. Any number may run, in threads or processes."""

    def __init__(self, db: Database, rulebook: Rulebook, settings: Settings, clock: Clock) -> None:
        self._db = db
        self._rulebook = rulebook
        self._settings = settings
        self._clock = clock
        self._fold = FoldService(rulebook, settings)

    def run_once(self) -> int:
        """One batch of deliveries and one of subjects; how many rows were taken."""
        return self.fold_deliveries() + self.judge_subjects()

    def fold_deliveries(self) -> int:
        now = self._clock.now()
        with self._db.writing() as session:
            claim = claim_deliveries(session, "ready", BATCH, TERM, now)
        if claim:
            self._fold_claim(claim, claim.ids)
        return len(claim.ids)

    def judge_subjects(self) -> int:
        """Judges what was marked dirty: by imports, by the tick, by other subjects."""
        with self._db.writing() as session:
            claim = claim_subjects(
                session, self._rulebook.municipalities(), BATCH, TERM, self._clock.now()
            )
        if claim:
            self._retried(lambda: self._write(Plan(), claim.ids, None, ()))
        return len(claim.ids)

    def _fold_claim(self, claim: Claim, ids: Sequence[int]) -> None:
        try:
            self._try_claim(claim, ids)
        except LostLease:
            log.warning("fold.lost_lease deliveries=%d", len(ids))
        except (DataError, IntegrityError) as err:
            # The database refuses the batch for one delivery's sake: halve it until that one stands
            # alone.
            if len(ids) == 1:
                log.error("fold.refused delivery=%d error=%s", ids[0], type(err.orig).__name__)
                self._set_aside(claim, ids[0], "storage_refused", type(err.orig).__name__)
                return
            middle = len(ids) // 2
            self._fold_claim(claim, ids[:middle])
            self._fold_claim(claim, ids[middle:])

    def _try_claim(self, claim: Claim, ids: Sequence[int]) -> None:
        with self._db.reading() as session:
            dialects = {
                code: Dialect(dialect)
                for code, dialect in session.execute(select(Source.code, Source.dialect))
            }
            stored = load(session, dialects, ids)
            attempts = dict(
                session.execute(
                    select(Delivery.id, Delivery.attempts).where(Delivery.id.in_(ids))
                ).all()
            )
        understood, failed = self._understand(stored, attempts)
        seen = [u.seen for u in understood if u.seen is not None]
        if seen:
            with self._db.writing() as session:
                self._identity(session).observe(seen, self._clock.now())
        self._retried(lambda: self._write_claim(claim, ids, understood, failed))

    def _understand(
        self, stored: Sequence[StoredDelivery], attempts: Mapping[int, int]
    ) -> tuple[list[Understood], dict[int, dict[str, Any]]]:
        understood: list[Understood] = []
        failed: dict[int, dict[str, Any]] = {}
        for delivery in stored:
            try:
                understood.append(understand(delivery))
            except NOT_UNDERSTOOD as err:
                reason = getattr(err, "reason", "readings_missing")
                detail = {"fields": list(getattr(err, "fields", ()))}
                failed[delivery.id] = _aside(reason, detail)
            # Whatever else one delivery trips over must not hold up the other ninety-nine; it is
            # tried again, and in the end set aside where people see it.
            except Exception as err:
                tries = attempts.get(delivery.id, 0) + 1
                log.exception("fold.fault delivery=%d try=%d", delivery.id, tries)
                failed[delivery.id] = self._again(tries, type(err).__name__)
        return understood, failed

    def _again(self, tries: int, error: str) -> dict[str, Any]:
        if tries >= MOST_TRIES:
            return {**_aside("internal_error", {"error": error}), "attempts": tries}
        return {
            "state": "ready",
            "reason": "internal_error",
            "detail": {"error": error},
            "attempts": tries,
            "next_try_at": self._clock.now() + pause(tries),
        }

    def _write_claim(
        self,
        claim: Claim,
        ids: Sequence[int],
        understood: Sequence[Understood],
        failed: Mapping[int, dict[str, Any]],
    ) -> None:
        with self._db.reading() as session:
            plan = self._plan(session, understood)
        plan.outcomes.update(failed)
        for gone in set(ids) - plan.outcomes.keys():
            plan.outcomes[gone] = _aside("gone", {})
        self._write(plan, sorted(plan.news), claim, ids)

    def _plan(self, session: Session, understood: Sequence[Understood]) -> Plan:
        """Whose each delivery is, and whether it concerns anything known."""
        plan = Plan()
        identity = self._identity(session)
        owners = identity.owners((u.source, u.user_id) for u in understood if u.user_id)
        subjects = self._subjects(session, owners)
        for one in understood:
            if one.is_ping:
                plan.pings[one.source] = self._clock.now()
            account = owners.get((one.source, one.user_id or ""))
            plan.outcomes[one.delivery] = self._outcome(session, plan, one, account, subjects)
        return plan

    def _outcome(
        self,
        session: Session,
        plan: Plan,
        one: Understood,
        account: Account | None,
        subjects: Mapping[int, str],
    ) -> dict[str, Any]:
        now = self._clock.now()
        done = {"state": "done", "reason": one.nothing, "detail": _warned(one), "done_at": now}
        if one.user_id is None or account is None:
            return done
        if account.subject_id is None or account.match not in HELD:
            # Their zone is not known yet, and UTC will do to see whether anything is said at all.
            if not one.says(UTC):
                return {**done, "user_id": one.user_id}
            proposed = account.match == "proposed"
            reason = MATCH_PROPOSED if proposed else UNKNOWN_PERSON
            return {"state": "parked", "reason": reason, "user_id": one.user_id}
        municipality = subjects[account.subject_id]
        if municipality not in self._rulebook.municipalities():
            # Its rule files are faulty, or its plugin is gone: the others must not wait for that.
            return {"state": "ready", "reason": "rules_refused", "next_try_at": now + RULES_PAUSE}
        zone = self._rulebook.rules(municipality).zone
        said = one.says(zone)
        known = self._settings.known(session, municipality, local_day(now, zone))
        for statement in said:
            matter = subject_matter(statement)
            if matter is not None and not known.covers(matter[0], one.source, matter[1]):
                return {
                    "state": "parked",
                    "reason": f"unknown_{matter[0]}",
                    "detail": {"names": list(matter[1]), "title": matter[2]},
                    "object_ref": f"{matter[0]}:{matter[1][0]}"[:200],
                    "user_id": one.user_id,
                    "subject_id": account.subject_id,
                }
        if said:
            plan.news.setdefault(account.subject_id, []).extend(said)
        return {**done, "user_id": one.user_id, "subject_id": account.subject_id}

    def _write(
        self,
        plan: Plan,
        subject_ids: Sequence[int],
        claim: Claim | None,
        delivery_ids: Sequence[int],
    ) -> None:
        now = self._clock.now()
        with self._db.reading() as session:
            rows = self._fold.rows(session, subject_ids)
            batches = self._fold.load(session, rows, plan.news, now)
        folded: list[tuple[Batch, list[Folded]]] = [(b, self._fold.judge(b)) for b in batches]
        with self._db.writing() as session:
            if claim is not None:
                _finish(session, claim, plan, delivery_ids)
            for batch, outcomes in folded:
                self._fold.write(session, batch, outcomes, now)
            for source, at in plan.pings.items():
                session.execute(update(Source).where(Source.code == source).values(last_ping_at=at))

    def _retried(self, work: Callable[[], None]) -> None:
        """Reads and judges again while somebody else was quicker with one of the subjects."""
        for tries in range(STALE_TRIES):
            try:
                work()
                return
            except StaleRead:
                log.info("fold.stale try=%d", tries + 1)
        log.warning("fold.stale_given_up")

    def _set_aside(self, claim: Claim, delivery: int, reason: str, error: str) -> None:
        with self._db.writing() as session:
            finish_deliveries(session, claim, [delivery], _aside(reason, {"error": error}))

    def _identity(self, session: Session) -> IdentityService:
        automatic = frozenset(
            code
            for code in self._rulebook.municipalities()
            if self._rulebook.rules(code).auto_match_email
        )
        return IdentityService(session, automatic)

    def _subjects(self, session: Session, owners: Mapping[Any, Account]) -> dict[int, str]:
        ids = {a.subject_id for a in owners.values() if a.subject_id is not None}
        rows = session.execute(select(Subject.id, Subject.municipality).where(Subject.id.in_(ids)))
        return dict(rows.all())


def _finish(session: Session, claim: Claim, plan: Plan, ids: Sequence[int]) -> None:
    """Ends the claim, opening the transaction: whoever lost the lease writes nothing at all."""
    groups: dict[str, tuple[dict[str, Any], list[int]]] = {}
    for delivery in ids:
        values = {"next_try_at": None, **plan.outcomes[delivery]}
        groups.setdefault(repr(sorted(values.items(), key=str)), (values, []))[1].append(delivery)
    for values, members in groups.values():
        finish_deliveries(session, claim, members, values)


def _aside(reason: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {"state": "set_aside", "reason": reason[:80], "detail": detail}


def _warned(one: Understood) -> dict[str, Any] | None:
    return {"warnings": list(one.warnings)} if one.warnings else None
