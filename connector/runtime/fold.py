"""The fold loop: ready deliveries become evidence, memberships, shares and notices.

A batch is claimed, understood delivery by delivery with its faults caught, judged outside any
transaction, and written in one short one that is refused if the claim was lost meanwhile. What a
batch trips over is found by halving it: the one that is to blame stands alone, the others go on.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from connector.clock import Clock
from connector.db import Database
from connector.domain.signals import Dialect
from connector.errors import LostLease, StaleRead, StorageUnavailable
from connector.models import Delivery, Source, Subject
from connector.rulebook.faults import RuleFault
from connector.rulebook.rulebook import Rulebook
from connector.runtime.claims import (
    Claim,
    claim_deliveries,
    claim_subjects,
    finish_deliveries,
    release_deliveries,
    release_subjects,
)
from connector.runtime.pauses import pause
from connector.runtime.planning import Outcome, Plan, Planner, aside, finish_plan
from connector.services.cases.setting import Settings
from connector.services.folding import evidence as evidence_slots
from connector.services.folding.folding import Batch, Folded, FoldService
from connector.services.folding.rule_faults import RuleFaultService
from connector.services.imports import gate as import_gate
from connector.services.imports.mapping import automatic_matches
from connector.services.inbox.reading_deliveries import (
    NOT_UNDERSTOOD,
    StoredDelivery,
    Understood,
    load,
    understand,
)
from connector.services.rules import in_force as rules_in_force
from connector.services.sources.identity import (
    ACCOUNT_IGNORED,
    HELD,
    MATCH_PROPOSED,
    UNKNOWN_PERSON,
    IdentityService,
    Owner,
)

log = logging.getLogger(__name__)

BATCH = 100
WHOLE_BATCHES = 8
"""So many in a row, a second's work, and marked subjects have their turn all the same."""
TERM = timedelta(seconds=120)
MOST_TRIES = 8
STALE_TRIES = 6
_LOST_RACES = ("DeadlockDetected", "SerializationFailure")
"""PostgreSQL's names for two transactions that could not both go on: the other one did."""


@dataclass(frozen=True, slots=True)
class Batched:
    """A claimed batch as it was read.

    imports: the latest of each municipality at that moment. parked: what is dealt with already.
    """

    understood: Sequence[Understood]
    failed: Mapping[int, Outcome]
    tries: Mapping[int, int]
    imports: Mapping[str, int]
    parked: set[int] = field(default_factory=set)


class Folder:
    """Takes work until there is none. Any number may run, in threads or processes.

    term: after which a batch is taken for abandoned and given to somebody else.
    """

    def __init__(
        self,
        db: Database,
        rulebook: Rulebook,
        settings: Settings,
        clock: Clock,
        term: timedelta = TERM,
    ) -> None:
        self._db = db
        self._rulebook = rulebook
        self._settings = settings
        self._clock = clock
        self._term = term
        self._fold = FoldService(rulebook, settings)
        self._whole = 0

    def run_once(self) -> int:
        """One batch of deliveries and one of subjects; how many rows were taken.

        While whole batches come one after the other, the subjects wait for some of them: schools
        and associations are marked by each batch with their people, and are judged once for all.
        """
        taken = self.fold_deliveries()
        self._whole = self._whole + 1 if taken == BATCH else 0
        if 0 < self._whole < WHOLE_BATCHES:
            return taken
        self._whole = 0
        return taken + self.judge_subjects()

    def fold_deliveries(self) -> int:
        with self._db.writing() as session:
            claim = claim_deliveries(session, "ready", BATCH, self._term, self._clock.now())
        if claim:
            self._fold_claim(claim, claim.ids)
        return len(claim.ids)

    def judge_subjects(self) -> int:
        """Judges what was marked dirty: by imports, by the tick, by other subjects."""
        with self._db.writing() as session:
            known = rules_in_force.by_our_rules(session, self._rulebook)
            claim = claim_subjects(session, known, BATCH, self._term, self._clock.now())
        if claim:
            self._judge_claim(claim, claim.ids)
        return len(claim.ids)

    def _judge_claim(self, claim: Claim, ids: Sequence[int]) -> None:
        try:
            self._retried(lambda: self._write(Plan(), ids, None, ()))
        except StorageUnavailable:
            raise
        # Whatever one subject's records do to us must not keep the others from being judged.
        except Exception as err:
            if len(ids) > 1:
                self._halve(self._judge_claim, claim, ids)
            elif isinstance(err, StaleRead):
                with self._db.writing() as session:
                    release_subjects(session, claim, ids)
            else:
                # Its lease stays, so that the fault is not met again at once.
                log.exception("fold.subject_fault subject=%d", ids[0])
                self._note_fault(ids[0], type(err).__name__)

    def _note_fault(self, subject: int, name: str) -> None:
        """Where people see it: nobody reads logs while the figures look well."""
        with self._db.writing() as session:
            row = session.get_one(Subject, subject)
            # The figures of everybody else are not to wait for it: it counts as it did before.
            row.by_old_rules = False
            fault = RuleFault(row.municipality, f"{row.kind} {row.code}", name)
            RuleFaultService(session).note([fault], self._clock.now())

    def _fold_claim(self, claim: Claim, ids: Sequence[int]) -> None:
        try:
            self._try_claim(claim, ids)
        except LostLease:
            log.warning("fold.lost_lease deliveries=%d", len(ids))
        except StorageUnavailable:
            raise
        # The database, a rule or a record refuses the batch, perhaps for one delivery's sake: halve
        # it until that one stands alone.
        except Exception as err:
            if len(ids) > 1:
                self._halve(self._fold_claim, claim, ids)
            else:
                self._fail(claim, ids[0], err)

    def _halve(
        self, work: Callable[[Claim, Sequence[int]], None], claim: Claim, ids: Sequence[int]
    ) -> None:
        middle = len(ids) // 2
        work(claim, ids[:middle])
        work(claim, ids[middle:])

    def _fail(self, claim: Claim, delivery: int, err: Exception) -> None:
        name = type(err).__name__
        with self._db.writing() as session:
            if isinstance(err, StaleRead):
                # Somebody is always quicker; a moment apart they will not meet again.
                at = self._clock.now() + timedelta(seconds=1)
                release_deliveries(session, claim, [delivery], at)
                return
            if isinstance(err, DataError | IntegrityError):
                name = type(err.orig).__name__
                log.error("fold.refused delivery=%d error=%s", delivery, name)
                values = aside("storage_refused", {"error": name})
            else:
                log.error("fold.fault delivery=%d error=%s", delivery, name, exc_info=err)
                former = session.scalar(select(Delivery.attempts).where(Delivery.id == delivery))
                values = self._again((former or 0) + 1, name)
            try:
                finish_deliveries(session, claim, [delivery], values)
            except LostLease:
                log.warning("fold.lost_lease deliveries=1")

    def _try_claim(self, claim: Claim, ids: Sequence[int]) -> None:
        with self._db.reading() as session:
            imports = import_gate.latest_imports(session)
            dialects = {
                code: Dialect(dialect)
                for code, dialect in session.execute(select(Source.code, Source.dialect))
            }
            stored = load(session, dialects, ids)
            tries = {one.id: one.attempts for one in stored}
        understood, failed = self._understand(stored, tries)
        seen = [u.seen for u in understood if u.seen is not None]
        if seen:
            with self._db.writing() as session:
                self._identity(session).observe(seen, self._clock.now())
        batched = Batched(understood, failed, tries, imports)
        self._retried(lambda: self._write_claim(claim, ids, batched))

    def _understand(
        self, stored: Sequence[StoredDelivery], tries: Mapping[int, int]
    ) -> tuple[list[Understood], dict[int, Outcome]]:
        understood: list[Understood] = []
        failed: dict[int, Outcome] = {}
        for delivery in stored:
            try:
                understood.append(understand(delivery))
            except NOT_UNDERSTOOD as err:
                reason = getattr(err, "reason", "readings_missing")
                detail = {"fields": list(getattr(err, "fields", ()))}
                failed[delivery.id] = aside(reason, detail)
            # Whatever else one delivery trips over must not hold up the other ninety-nine; it is
            # tried again, and in the end set aside where people see it.
            except Exception as err:
                number = tries.get(delivery.id, 0) + 1
                log.exception("fold.fault delivery=%d try=%d", delivery.id, number)
                failed[delivery.id] = self._again(number, type(err).__name__)
        return understood, failed

    def _again(self, tries: int, error: str) -> Outcome:
        if tries >= MOST_TRIES:
            return {**aside("internal_error", {"error": error}), "attempts": tries}
        return {
            "state": "ready",
            "reason": "internal_error",
            "detail": {"error": error},
            "attempts": tries,
            "next_try_at": self._clock.now() + pause(tries),
        }

    def _write_claim(self, claim: Claim, ids: Sequence[int], batched: Batched) -> None:
        now = self._clock.now()
        with self._db.reading() as session:
            planner = Planner(session, self._rulebook, self._settings, now, batched.tries)
            plan = planner.plan(
                [one for one in batched.understood if one.delivery not in batched.parked]
            )
        plan.outcomes.update(batched.failed)
        for gone in set(ids) - plan.outcomes.keys() - batched.parked:
            plan.outcomes[gone] = aside("gone", {})
        parked = plan.parked()
        if parked:
            self._park(claim, plan, parked, batched)
            batched.parked.update(parked)
        rest = sorted(set(ids) - batched.parked)
        if rest:
            self._write(plan, sorted(plan.news), claim, rest)

    def _park(self, claim: Claim, plan: Plan, ids: Sequence[int], batched: Batched) -> None:
        """In a transaction of its own: it may wait for an import, and holds nothing else then."""
        sources = {one.delivery: one.source for one in batched.understood}
        accounts = {i: (sources[i], str(plan.outcomes[i]["user_id"])) for i in ids}
        with self._db.writing() as session:
            served = import_gate.served(session)
            import_gate.enter(session, {m for i in ids for m in served.get(sources[i], ())})
            changed = {
                municipality
                for municipality, latest in import_gate.latest_imports(session).items()
                if batched.imports.get(municipality) != latest
            }
            owners = self._identity(session).held_still(accounts.values())
            for id_ in ids:
                outcome, owner = plan.outcomes[id_], owners.get(accounts[id_])
                is_changed = changed.intersection(served.get(sources[id_], ()))
                if is_changed or _is_decided_anew(outcome, owner):
                    plan.outcomes[id_] = {"state": "ready", "reason": None}
            finish_plan(session, claim, plan, ids)

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
            now = self._clock.now()
            if claim is not None:
                finish_plan(session, claim, plan, delivery_ids)
            for batch, outcomes in folded:
                self._fold.write(session, batch, outcomes, now)
            evidence_slots.write(session, plan.orphans, now)
            for source, at in plan.pings.items():
                session.execute(update(Source).where(Source.code == source).values(last_ping_at=at))

    def _retried(self, work: Callable[[], None]) -> None:
        """Reads and judges again while somebody else was quicker. Raises StaleRead in the end."""
        for tries in range(STALE_TRIES):
            try:
                work()
                return
            except StaleRead:
                log.info("fold.stale try=%d", tries + 1)
            except StorageUnavailable as err:
                if str(err) not in _LOST_RACES:
                    raise
                log.info("fold.lost_race try=%d", tries + 1)
        raise StaleRead("given up")

    def _identity(self, session: Session) -> IdentityService:
        return IdentityService(session, automatic_matches(self._rulebook))


def _is_decided_anew(outcome: Outcome, owner: Owner | None) -> bool:
    """Whether the account has become somebody else's, or nobody's, since the batch was planned."""
    if owner is None:
        return False
    if outcome["reason"] in (UNKNOWN_PERSON, MATCH_PROPOSED):
        return owner.match in (*HELD, "ignored")
    if outcome["reason"] == ACCOUNT_IGNORED:
        return owner.match != "ignored"
    return owner.match not in HELD or owner.subject_id != outcome.get("subject_id")
