"""Reconciliation: the connector goes through each Moodle and finds what no sender told.

Every sender loses events (captures README, 1 to 3), so none is relied upon: whole passes by night,
quick ones through the courses that people were in by day. One process at a time goes through a
source, in slices, under a lease; whoever comes next goes on where it stopped.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from time import monotonic

from connector.config import Config
from connector.errors import LostLease
from connector.models import Reconciliation
from connector.moodle.errors import MoodleError, MoodleRefused, MoodleUnavailable
from connector.moodle.pace import Paced
from connector.moodle.site import check_site
from connector.runtime.pauses import pause
from connector.runtime.reconcile_owners import Ground
from connector.runtime.reconcile_pass import TERM, Behind, Heartbeat, Pass, Progress
from connector.secretbox import SecretBox
from connector.services.alarms.watches import WatchService
from connector.services.sources.moodles import Moodles
from connector.services.sources.reconciliations import Hold, Kind, ReconciliationService
from connector.services.sources.sources import SourceDetails, SourceService

log = logging.getLogger(__name__)

SLICE_S = 20.0
"""After which a source is left, so that a process that is told to stop need not wait long."""
REFUSED_PAUSE = timedelta(hours=1)
BEHIND_S = 5.0
LONGEST_S = 3600
DAY_SHARE, NIGHT_SHARE = 1.0, 0.1
"""See moodle.pace."""


@dataclass(frozen=True, slots=True)
class Habit:
    """night: local hours, the first of them and the first that is no longer night; None: no whole
    passes. every: how often by day; zero: never."""

    night: tuple[int, int] | None
    every: timedelta

    @classmethod
    def of(cls, config: Config) -> "Habit":
        return cls(config.reconcile_night, timedelta(minutes=config.reconcile_minutes))

    def is_night(self, now: datetime, zone: tzinfo) -> bool:
        return self._began(now, zone) is not None

    def _began(self, now: datetime, zone: tzinfo) -> datetime | None:
        """When the present night began, None by day."""
        if self.night is None:
            return None
        first, end = self.night
        local = now.astimezone(zone)
        evening = local.replace(hour=first, minute=0, second=0, microsecond=0)
        if evening > local:
            evening -= timedelta(days=1)
        length = timedelta(hours=(end - first) % 24 or 24)
        return evening if local - evening < length else None

    def due(
        self,
        whole: Reconciliation | None,
        quick: Reconciliation | None,
        now: datetime,
        zone: tzinfo,
    ) -> Kind | None:
        """What kind of pass is to be begun, or gone on with, at present."""
        night = self._began(now, zone)
        if night is not None and (
            whole is None
            or whole.stage is not None
            or whole.done_at is None
            or whole.done_at < night
        ):
            return Kind.FULL
        if not self.every or whole is None or whole.done_at is None:
            # Where nothing was gone through yet, nobody knows which courses matter.
            return None
        if quick is not None and quick.stage is not None:
            return Kind.QUICK
        former = max(whole.done_at, quick.done_at or whole.done_at) if quick else whole.done_at
        return Kind.QUICK if former + self.every <= now else None


class Reconciler:
    """Any number may run, in any processes."""

    def __init__(
        self,
        ground: Ground,
        box: SecretBox,
        moodles: Moodles,
        habit: Habit,
        sleep: Callable[[float], None] = time.sleep,
        slice_s: float = SLICE_S,
    ) -> None:
        self._ground = ground
        self._db = ground.db
        self._clock = ground.clock
        self._box = box
        self._moodles = moodles
        self._habit = habit
        self._sleep = sleep
        self._slice_s = slice_s

    def run_once(self) -> int:
        """A slice of every source that is due; how many steps were made. Raises
        StorageUnavailable."""
        with self._db.reading() as session:
            sources = [s for s in SourceService(session, self._box).all() if s.rest_token]
        return sum(self._turn(source) for source in sources)

    def run(
        self,
        source: SourceDetails,
        since: datetime | None,
        told: Callable[[Progress], None],
        fold: Callable[[], int] = lambda: 0,
    ) -> Reconciliation:
        """A pass from its beginning, or from where it was left, to its end; what it found.

        fold: does a batch of what was found and is not folded yet; how much there was.

        Raises MoodleUnavailable, MoodleRefused: what was done stays done. Raises LostLease while
        another process goes through the source.
        """
        kind = Kind.FULL if since is None else Kind.SINCE
        hold = self._take(source, kind, since)
        if hold is None:
            raise LostLease(source.code)
        heartbeat = Heartbeat(self._ground, hold)
        while True:
            try:
                for progress in self._pass(source, hold).run():
                    told(progress)
                break
            except Behind:
                heartbeat.beat()
                if not fold():
                    self._sleep(BEHIND_S)
            except MoodleError as err:
                self._rest(source, hold, err)
                raise
        with self._db.reading() as session:
            row = ReconciliationService(session).row(source.code, kind)
        assert row is not None
        return row

    def _turn(self, source: SourceDetails) -> int:
        zone = self._zone(source)
        now = self._clock.now()
        with self._db.reading() as session:
            rows = {row.kind: row for row in ReconciliationService(session).rows(source.code)}
        whole, quick = rows.get(Kind.FULL), rows.get(Kind.QUICK)
        kind = None if zone is None else self._habit.due(whole, quick, now, zone)
        if kind is None:
            return 0
        row = rows.get(kind)
        if row is not None and row.next_at is not None and row.next_at > now:
            return 0
        hold = self._take(source, kind, None)
        if hold is None:
            return 0
        try:
            return self._slice(source, hold)
        except LostLease:
            log.warning("reconcile.lost_lease source=%s", source.code)
        except Behind:
            self._release(hold, next_at=self._clock.now() + timedelta(seconds=BEHIND_S))
        except MoodleError as err:
            self._rest(source, hold, err)
        return 0

    def _slice(self, source: SourceDetails, hold: Hold) -> int:
        began = monotonic()
        steps = 0
        running = self._pass(source, hold)
        for _ in running.run():
            steps += 1
            if monotonic() - began > self._slice_s:
                break
        self._release(hold)
        return steps

    def _pass(self, source: SourceDetails, hold: Hold) -> Pass:
        client = self._moodles.client(source)
        assert client is not None
        zone = self._zone(source)
        is_night = zone is not None and self._habit.is_night(self._clock.now(), zone)
        share = NIGHT_SHARE if is_night else DAY_SHARE
        heartbeat = Heartbeat(self._ground, hold)
        paced = Paced(client, share, self._sleep, before=heartbeat.beat)
        return Pass(self._ground, source, paced, hold)

    def _take(self, source: SourceDetails, kind: Kind, since: datetime | None) -> Hold | None:
        now = self._clock.now()
        with self._db.writing() as session:
            service = ReconciliationService(session)
            hold = service.take(source.code, kind, TERM, now)
            if hold is None:
                return None
            row = service.row(source.code, kind)
            begins = row is None or row.stage is None or row.since != since
            if begins:
                service.begin(hold, since, now)
                log.info("reconcile.begun source=%s kind=%s", source.code, kind)
        if begins:
            self._check_service(source)
        return hold

    def _check_service(self, source: SourceDetails) -> None:
        """Notes which functions the token's service lacks, before anything needs them."""
        client = self._moodles.client(source)
        assert client is not None
        try:
            lacking = check_site(client).missing
        except MoodleError:
            # Noted by the client, and met by the pass again.
            return
        with self._db.writing() as session:
            WatchService(session).check(source.code, lacking, self._clock.now())

    def _release(self, hold: Hold, **values: object) -> None:
        with self._db.writing() as session:
            service = ReconciliationService(session)
            row = service.row(hold.source, hold.kind)
            # A pass that has ended was let go at its end.
            if row is not None and row.lease_token == hold.token:
                service.note(hold, lease_token=None, lease_until=None, **values)

    def _rest(self, source: SourceDetails, hold: Hold, err: MoodleError) -> None:
        """Leaves the source alone for a while, the longer the more often it failed."""
        if isinstance(err, MoodleRefused):
            # Whether it is the token that is refused or one function, Moodle tells only so.
            self._check_service(source)
        with self._db.reading() as session:
            row = ReconciliationService(session).row(hold.source, hold.kind)
        failures = (row.failures if row else 0) + 1
        wait = REFUSED_PAUSE
        if isinstance(err, MoodleUnavailable):
            asked_for = timedelta(seconds=min(err.retry_after or 0, LONGEST_S))
            wait = max(pause(failures), asked_for)
        log.warning("reconcile.stopped source=%s reason=%s", hold.source, err.reason)
        self._release(
            hold, error=err.reason[:80], failures=failures, next_at=self._clock.now() + wait
        )

    def _zone(self, source: SourceDetails) -> tzinfo | None:
        for town in source.municipalities:
            if town in self._ground.rulebook.municipalities():
                return self._ground.rulebook.rules(town).zone
        return None
