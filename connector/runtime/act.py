"""The act loop: what is owed to the Moodles is done there, one action after the other.

Claim and commit, ask and order outside any transaction, mark in one that is refused if the claim
was lost. Killed in between, the next try finds that it holds. A Moodle in trouble is left alone:
all of its actions wait, and when it is back they go as fast as its budget lets them.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from connector.clock import Clock
from connector.db import Database
from connector.domain.actions import ActionKind
from connector.errors import LostLease, StorageUnavailable
from connector.moodle.acting import Desk, Did
from connector.moodle.errors import MoodleRefused, MoodleUnavailable
from connector.rulebook import Rulebook
from connector.rulebook.faults import RulesRefused, UnknownMunicipality
from connector.runtime.cohort_rounds import CohortRounds
from connector.runtime.pauses import pause
from connector.secretbox import SecretBox
from connector.services.acting.acting import ActingService, ClaimedAction
from connector.services.acting.enrolments import EnrolmentService
from connector.services.sources.moodles import Moodles
from connector.services.sources.sources import SourceService
from connector.tallies import Tallies

log = logging.getLogger(__name__)

ACTIONS = 100
TURN = timedelta(seconds=60)
"""A turn at one Moodle ends after so many actions or so long."""
TERM = timedelta(minutes=10)
REFUSED_PAUSE = timedelta(hours=1)
LONGEST_S = 3600
NO_TOKEN = "no_token"

OF_ONE_ACTION = frozenset(
    {
        "unknown_course", "enrolment_suspended", "unknown_cohort", "member_refused",
        "wsusercannotassign", "wsnoinstance", "wscannotenrol", "manualpluginnotinstalled",
        "nopermissions", "requireloginerror", "errorcoursecontextnotvalid", "codingerror",
        "invalidparameter", "invalidrecord", "invaliduser", "userdeleted",
    }
)  # fmt: skip
"""Refusals of this course or person, or of a right that is wanted for it. With any other (a token,
an address, a function that is not in the service) the whole Moodle refuses us: then nothing is
refused, it waits until that is mended."""


class Actor:
    """Any number may run, in threads or processes."""

    def __init__(
        self,
        db: Database,
        rulebook: Rulebook,
        box: SecretBox,
        moodles: Moodles,
        clock: Clock,
        tallies: Tallies | None = None,
        new_token: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        self._db = db
        self._rulebook = rulebook
        self._box = box
        self._moodles = moodles
        self._clock = clock
        self._tallies = tallies or Tallies()
        self._new_token = new_token
        self._rounds = CohortRounds(db, rulebook, box, moodles, clock)

    def run_once(self) -> int:
        """One turn; how many actions were dealt with. Raises StorageUnavailable."""
        self._tend()
        self._rounds.run_once()
        with self._db.reading() as session:
            sources = ActingService(session).due_sources(self._clock.now())
        return sum(self._turn(source) for source in sources)

    def _tend(self) -> None:
        """Stops what is no longer wanted, and looks again at whom had no account."""
        with self._db.reading() as session:
            towns = ActingService(session).open_states()
        for town, states in sorted(towns.items()):
            try:
                wishes = self._rulebook.rules(town).moodle
            except (RulesRefused, UnknownMunicipality):
                continue
            if wishes.enrol and "held" not in states:
                continue
            with self._db.writing() as session:
                service = EnrolmentService(session, town)
                if wishes.enrol:
                    service.look_again(self._clock.now())
                else:
                    service.stop()

    def _turn(self, code: str) -> int:
        began = self._clock.now()
        with self._db.reading() as session:
            source = SourceService(session, self._box).find(code)
        client = self._moodles.client(source) if source is not None else None
        if client is None:
            self._leave_alone(code, began + REFUSED_PAUSE)
            log.warning("act.no_token source=%s", code)
            return 0
        desk = Desk(client)
        after = handled = 0
        while handled < ACTIONS and self._clock.now() - began < TURN:
            claimed = self._claim(code, after)
            if claimed is None:
                break
            after = claimed.id
            handled += 1
            try:
                if not self._act(desk, claimed):
                    break
            except LostLease:
                log.warning("act.lost_lease action=%d", claimed.id)
            except StorageUnavailable:
                raise
            # Whatever one action trips over must keep neither the others waiting, nor come back at
            # once for ever.
            except Exception:
                log.exception("act.fault action=%d", claimed.id)
                self._set_back(claimed)
        return handled

    def _claim(self, source: str, after: int) -> ClaimedAction | None:
        now = self._clock.now()
        with self._db.writing() as session:
            return ActingService(session).claim(source, after, self._new_token(), now + TERM, now)

    def _act(self, desk: Desk, claimed: ClaimedAction) -> bool:
        """Whether the Moodle can be asked for more. Raises LostLease."""
        try:
            how = _performed(desk, claimed)
        except MoodleUnavailable as err:
            asked_for = timedelta(seconds=min(err.retry_after or 0, LONGEST_S))
            self._wait(claimed, err.reason, max(pause(claimed.attempts), asked_for))
            return False
        except MoodleRefused as err:
            if err.reason not in OF_ONE_ACTION:
                self._wait(claimed, err.reason, REFUSED_PAUSE)
                return False
            with self._db.writing() as session:
                ActingService(session).refused(claimed, err.reason)
            self._told(claimed, "refused", err.reason)
            return True
        with self._db.writing() as session:
            ActingService(session).done(claimed, str(how), self._clock.now())
        self._told(claimed, "done", str(how))
        return True

    def _wait(self, claimed: ClaimedAction, reason: str, for_: timedelta) -> None:
        at = self._clock.now() + for_
        with self._db.writing() as session:
            service = ActingService(session)
            service.put_back(claimed, reason, at)
            service.postpone(claimed.source, at, reason)
        self._told(claimed, "postponed", reason)

    def _set_back(self, claimed: ClaimedAction) -> None:
        at = self._clock.now() + max(pause(claimed.attempts), timedelta(minutes=5))
        try:
            with self._db.writing() as session:
                ActingService(session).put_back(claimed, "internal_error", at)
        except LostLease:
            log.warning("act.lost_lease action=%d", claimed.id)

    def _leave_alone(self, source: str, until: datetime) -> None:
        with self._db.writing() as session:
            ActingService(session).postpone(source, until, NO_TOKEN)

    def _told(self, claimed: ClaimedAction, outcome: str, reason: str) -> None:
        self._tallies.add("actions", claimed.kind, outcome)
        log.info(
            "act.told action=%d source=%s kind=%s outcome=%s reason=%s",
            claimed.id, claimed.source, claimed.kind, outcome, reason,
        )  # fmt: skip


def _performed(desk: Desk, claimed: ClaimedAction) -> Did:
    match claimed.kind:
        case ActionKind.ENROL:
            role = int(claimed.params["role"])
            return desk.enrol(claimed.target, claimed.user_id, role, claimed.created_at)
        case ActionKind.JOIN:
            return desk.join(claimed.target, claimed.user_id)
        case ActionKind.LEAVE:
            return desk.leave(claimed.target, claimed.user_id)
        case _:
            raise ValueError(claimed.kind)
