"""The resolve loop: where a foreign sender points, Moodle is asked, outside any transaction.

What Moodle answered is stored as readings, and the delivery becomes ready to be folded. An event
that came before Moodle's commit is looked at again; a Moodle that is away or refuses keeps its
deliveries waiting, with the reason to be seen.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connector.clock import Clock
from connector.db import Database
from connector.dialects import POINTER_READERS
from connector.dialects.envelope import Unreadable
from connector.domain.signals import Pointer
from connector.errors import LostLease, StorageUnavailable
from connector.models import Delivery, EvidenceSlot, Reading
from connector.models.inserting import insert_into
from connector.moodle import answers as moodle
from connector.moodle.errors import MoodleRefused, MoodleUnavailable
from connector.moodle.reading import Asked, Asks, interpret, read
from connector.runtime.claims import Claim, claim_deliveries, finish_deliveries
from connector.runtime.pauses import pause
from connector.secretbox import SecretBox
from connector.services.inbox.reading_deliveries import reading_rows
from connector.services.sources.moodles import Moodles
from connector.services.sources.sources import SourceDetails, SourceService

log = logging.getLogger(__name__)

BATCH = 20
TERM = timedelta(minutes=10)
LOOKS = 6
"""How often an event is looked at that Moodle does not show yet; the last look is believed."""
REFUSED_PAUSE = timedelta(minutes=15)
LONGEST_S = 3600
"""However long a site asks to be left alone, it is looked at again within the hour."""
_OWN_FAULTS = frozenset({"unexpected_answer", "too_many_questions"})
"""Refusals that no administrator of a Moodle can mend: after the last look it is set aside."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A claimed delivery that points somewhere."""

    id: int
    source: str
    body: bytes
    attempts: int


@dataclass(frozen=True, slots=True)
class Twin:
    """A delivery of this batch that was read well, for others that point to the same place."""

    id: int
    readings: tuple[moodle.Reading, ...]

    def speaks_for(self, pointer: Pointer, source: str) -> bool:
        """Whether these readings show the change `pointer` tells of; else its commit may be yet to
        come, however well they answer the earlier event."""
        try:
            found = interpret(pointer, self.readings, source, UTC, self.id)
        except (moodle.Missing, MoodleRefused):
            return False
        return found.not_yet is None


Twins = dict[tuple[str, Pointer], Twin]


class Resolver:
    """Takes pointers until there are none that are due."""

    def __init__(
        self,
        db: Database,
        box: SecretBox,
        moodles: Moodles,
        clock: Clock,
        term: timedelta = TERM,
    ) -> None:
        self._db = db
        self._box = box
        self._moodles = moodles
        self._clock = clock
        self._term = term

    def run_once(self) -> int:
        """Looks at one batch; how many deliveries were taken."""
        with self._db.writing() as session:
            claim = claim_deliveries(session, "new", BATCH, self._term, self._clock.now())
        if not claim:
            return 0
        with self._db.reading() as session:
            waiting = _waiting(session, claim.ids)
            codes = {one.source for one in waiting}
            service = SourceService(session, self._box)
            sources = {code: service.get(code) for code in codes}
        asked = {code: Asked() for code in codes}
        twins: Twins = {}
        for one in waiting:
            self._resolve(claim, one, sources[one.source], asked[one.source], twins)
        return len(claim.ids)

    def _resolve(
        self,
        claim: Claim,
        one: Waiting,
        source: SourceDetails,
        asked: Asked,
        twins: Twins,
    ) -> None:
        try:
            self._look(claim, one, source, asked, twins)
        except LostLease:
            log.warning("resolve.lost_lease delivery=%d", one.id)
        except StorageUnavailable:
            raise
        # Whatever one delivery trips over must not hold up the others of its batch.
        except Exception as err:
            log.exception("resolve.fault delivery=%d", one.id)
            self._fail(claim, one, type(err).__name__)

    def _fail(self, claim: Claim, one: Waiting, error: str) -> None:
        """Tries again as often as a look is taken; then people see it."""
        values = self._later("internal_error", one, pause(one.attempts + 1))
        if one.attempts + 1 >= LOOKS:
            values = _aside("internal_error", {"error": error})
        try:
            self._finish(claim, one, values)
        except LostLease:
            log.warning("resolve.lost_lease delivery=%d", one.id)

    def _look(
        self,
        claim: Claim,
        one: Waiting,
        source: SourceDetails,
        asked: Asked,
        twins: Twins,
    ) -> None:
        try:
            pointer = POINTER_READERS[source.dialect](one.body)
        except Unreadable as err:
            self._finish(claim, one, _aside(err.reason, {"fields": list(err.fields)}))
            return
        if pointer is None:
            self._finish(claim, one, self._done("irrelevant"))
            return
        twin = twins.get((source.code, _place(pointer)))
        if twin is not None and twin.speaks_for(pointer, source.code):
            # Moodle raises several events for one happening, and two services may send each: what
            # was read for the first of the batch, after all of them had come, speaks for all.
            self._finish(claim, one, {**self._done("same_as"), "detail": {"same_as": twin.id}})
            return
        client = self._moodles.client(source)
        if client is None:
            self._finish(claim, one, self._later("no_rest", one, REFUSED_PAUSE))
            return
        self._ask(claim, one, source, pointer, client, asked, twins)

    def _ask(
        self,
        claim: Claim,
        one: Waiting,
        source: SourceDetails,
        pointer: Pointer,
        client: Asks,
        asked: Asked,
        twins: Twins,
    ) -> None:
        final = one.attempts + 1 >= LOOKS
        try:
            readings = read(client, pointer, asked, self._known_attempts(source.code), final)
            found = interpret(pointer, readings, source.code, UTC, one.id, final)
        except MoodleUnavailable as err:
            asked_for = timedelta(seconds=min(err.retry_after or 0, LONGEST_S))
            wait = max(pause(one.attempts + 1), asked_for)
            # Not a look: however long Moodle is away, its answer is awaited.
            values = self._later("moodle_unavailable", one, wait, looked=False)
            values["detail"] = {"error": err.reason}
            self._finish(claim, one, values)
            return
        except MoodleRefused as err:
            is_own = err.reason.partition(":")[0] in _OWN_FAULTS
            values = self._later(err.reason, one, REFUSED_PAUSE, looked=is_own)
            if is_own and final:
                values = _aside(err.reason, {})
            # Whoever mends the service user's role must know what was refused.
            values["detail"] = {"function": err.function} if err.function else None
            self._finish(claim, one, values)
            return
        if found.not_yet is not None:
            values = self._later(found.not_yet, one, pause(one.attempts + 1))
        else:
            values = {"state": "ready", "reason": None, "attempts": 0, "next_try_at": None}
            values["detail"] = None
            twins[source.code, _place(pointer)] = Twin(one.id, readings)
        self._finish(claim, one, values, readings)

    def _finish(
        self,
        claim: Claim,
        one: Waiting,
        values: dict[str, Any],
        readings: Sequence[moodle.Reading] = (),
    ) -> None:
        with self._db.writing() as session:
            finish_deliveries(session, claim, [one.id], values)
            if readings:
                former = select(func.max(Reading.try_no)).where(Reading.delivery_id == one.id)
                rows = list(reading_rows(one.id, (session.scalar(former) or 0) + 1, readings))
                session.execute(insert_into(session, Reading), rows)

    def _done(self, reason: str) -> dict[str, Any]:
        return {"state": "done", "reason": reason, "done_at": self._clock.now()}

    def _later(
        self, reason: str, one: Waiting, wait: timedelta, looked: bool = True
    ) -> dict[str, Any]:
        return {
            "state": "new",
            "reason": reason[:80],
            "attempts": one.attempts + looked,
            "next_try_at": self._clock.now() + wait,
        }

    def _known_attempts(self, source: str) -> Callable[[str, str], Iterable[str]]:
        def known(quiz_id: str, user_id: str) -> Iterable[str]:
            with self._db.reading() as session:
                registers = session.scalars(
                    select(EvidenceSlot.register).where(
                        EvidenceSlot.source == source,
                        EvidenceSlot.kind == "attempt",
                        EvidenceSlot.object_ref == f"quiz:{quiz_id}",
                        EvidenceSlot.user_id == user_id,
                        EvidenceSlot.slot == "so",
                    )
                ).all()
            return sorted(register.rpartition(":")[2] for register in registers)

        return known


def _waiting(session: Session, ids: Sequence[int]) -> list[Waiting]:
    rows = session.execute(
        select(Delivery.id, Delivery.source, Delivery.body, Delivery.attempts)
        .where(Delivery.id.in_(ids))
        .order_by(Delivery.id)
    )
    return [Waiting(id_, source, body or b"", attempts) for id_, source, body, attempts in rows]


def _place(pointer: Pointer) -> Pointer:
    """The same place, whenever and as whatever kind of change it was announced."""
    return Pointer(
        about=pointer.about,
        user_id=pointer.user_id,
        user_idnumber=pointer.user_idnumber,
        course_id=pointer.course_id,
        course_idnumber=pointer.course_idnumber,
        attempt_id=pointer.attempt_id,
        quiz_id=pointer.quiz_id,
        cmid=pointer.cmid,
        grade_item_id=pointer.grade_item_id,
        expects=pointer.expects,
    )


def _aside(reason: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {"state": "set_aside", "reason": reason[:80], "detail": detail}
