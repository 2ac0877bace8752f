"""The watch: every few minutes, is anything amiss that an administrator must hear of?

Looks, compares with what was amiss before, and has the turns told (connector.domain.alarms,
episodes). Any number may run; each turn is told once.
"""

from collections.abc import Sequence
from datetime import UTC, tzinfo

from sqlalchemy import select

from connector.clock import Clock
from connector.db import Database
from connector.domain.alarms import Alarm, alarms
from connector.models import Source
from connector.rulebook import Rulebook
from connector.services.alarms.asked import answering
from connector.services.alarms.episodes import EpisodeService
from connector.services.alarms.signs import Habits, SignService
from connector.services.alarms.telling import TellingService
from connector.services.alarms.watches import WatchService
from connector.services.cases.setting import Settings
from connector.services.notices.post_offices import PostOffices
from connector.tallies import Tallies

WATCH_S = 180.0


class Watcher:
    """compares: whether whole passes of reconciliation are wanted. has_broker: whether events are
    published anywhere."""

    def __init__(
        self,
        db: Database,
        rulebook: Rulebook,
        settings: Settings,
        clock: Clock,
        tallies: Tallies,
        compares: bool,
        has_broker: bool = False,
    ) -> None:
        self._db = db
        self._rulebook = rulebook
        self._settings = settings
        self._clock = clock
        self._tallies = tallies
        self._compares = compares
        self._has_broker = has_broker
        self._offices = PostOffices(rulebook, settings)
        self._habits: Habits = {}

    def run_once(self) -> int:
        """One look. Always 0: the next is due when its time comes. Raises StorageUnavailable."""
        now = self._clock.now()
        with self._db.writing() as session:
            sources = session.scalars(select(Source).order_by(Source.code)).all()
            WatchService(session).look(sources, answering(session), now)
        found = self.found()
        with self._db.writing() as session:
            telling = TellingService(session, self._offices.hours_of, self._zone)
            EpisodeService(session).settle(found, telling, now)
        self._tallies.put("watched_timestamp_seconds", value=now.timestamp())
        return 0

    def found(self) -> tuple[Alarm, ...]:
        """What is amiss now. Reads only."""
        now = self._clock.now()
        with self._db.reading() as session:
            standing = EpisodeService(session).standing()
            signs = SignService(
                session,
                self._rulebook,
                self._settings,
                self._compares,
                self._habits,
                self._has_broker,
            )
            return alarms(signs.gather(now), now, standing)

    def _zone(self, municipalities: Sequence[str]) -> tzinfo:
        known = self._rulebook.municipalities()
        codes = [code for code in municipalities if code in known] or known
        return self._rulebook.rules(codes[0]).zone if codes else UTC
