"""A connector that is watched: sources, an administrator, a clock, and letters in the mailbox."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from connector.channels.mailbox import Mailbox
from connector.clock import AdjustableClock
from connector.db import Database
from connector.models import (
    AlarmEpisode,
    Base,
    Delivery,
    Letter,
    Login,
    Notice,
    Reconciliation,
    Source,
    SourceMunicipality,
    SourceWatch,
)
from connector.rulebook import Rulebook
from connector.runtime.send import Sender
from connector.runtime.watch import WATCH_S, Watcher
from connector.services.cases.setting import Settings
from connector.services.notices.post_offices import PostOffices
from connector.services.upkeep.tallying import TallyService
from connector.tallies import Tallies

MOSCOW = ZoneInfo("Europe/Moscow")
TUESDAY = datetime(2026, 3, 10, 12, 5, tzinfo=MOSCOW).astimezone(UTC)
LOOK = timedelta(seconds=WATCH_S)


@dataclass
class WatchedTown:
    database: Database
    rulebook: Rulebook
    clock: AdjustableClock
    tallies: Tallies = field(default_factory=Tallies)

    def __post_init__(self) -> None:
        self.settings = Settings(self.rulebook)
        self.offices = PostOffices(self.rulebook, self.settings)
        self.watcher, self.second = self._watcher(), self._watcher()
        self.sender = Sender(
            self.database, self.offices, Mailbox(), self.clock, "https://c.example"
        )

    def _watcher(self) -> Watcher:
        return Watcher(
            self.database, self.rulebook, self.settings, self.clock, self.tallies, compares=True
        )

    def look(self, times: int = 1) -> None:
        """The watch by two ticks at once, and the sending."""
        for _ in range(times):
            self.clock.move_to(self.clock.now() + LOOK)
            self.flush()
            with ThreadPoolExecutor(2) as pool:
                for done in [pool.submit(w.run_once) for w in (self.watcher, self.second)]:
                    done.result()
            self.sender.run_once()

    def sleep(self, span: timedelta) -> None:
        """Nothing of the connector runs."""
        self.clock.move_to(self.clock.now() + span)

    def stay_awake(self, span: timedelta) -> None:
        """It goes on looking all the time; only the last look is made here."""
        self.clock.move_to(self.clock.now() + span)
        with self.database.writing() as session:
            session.execute(update(SourceWatch).values(looked_at=self.clock.now()))
        self.watcher.run_once()

    def flush(self) -> None:
        with self.database.writing() as session:
            TallyService(session).write(self.tallies.take())

    def add_source(self, code: str = "lms", municipality: str = "korolev") -> None:
        """One that was gone through lately, and will have been for as long as a test lasts."""
        with self.database.writing() as session:
            session.add(
                Source(
                    code=code, dialect="local_webhooks", secrets=[], url="https://m.example",
                    rest_token=b"x", created_at=self.clock.now() - timedelta(days=90),
                )
            )  # fmt: skip
            session.flush()
            session.add(SourceMunicipality(source=code, municipality=municipality))
            session.add(
                Reconciliation(
                    source=code, kind="full", calls=0, learners=0, found={}, refused={},
                    failures=0, done_at=self.clock.now() + timedelta(days=9),
                )
            )  # fmt: skip

    def add_login(self, name: str, municipality: str | None, email: str | None) -> None:
        with self.database.writing() as session:
            session.add(
                Login(
                    name=name, password="x", municipality=municipality, role="administrator",
                    email=email, created_at=self.clock.now(),
                )
            )  # fmt: skip

    def deliver(self, *moments: datetime, source: str = "lms", state: str = "done") -> None:
        with self.database.writing() as session:
            session.add_all(
                Delivery(
                    source=source, key=f"{state}{at.isoformat()}", digest="d", type="t",
                    received_at=at, state=state, user_id=f"u{at.minute}",
                )
                for at in moments
            )  # fmt: skip
            row = session.get_one(Source, source)
            row.last_delivery_at = max([*moments, *filter(None, [row.last_delivery_at])])

    def deliver_as_usual(self, source: str = "lms", days: int = 70) -> None:
        """Every hour of the office, working days or not, until now."""
        now = self.clock.now()
        hours = (now - timedelta(hours=n) for n in range(days * 24))
        self.deliver(*(h for h in hours if 9 <= h.astimezone(MOSCOW).hour < 18), source=source)

    def episodes(self) -> list[AlarmEpisode]:
        with self.database.reading() as session:
            return list(session.scalars(select(AlarmEpisode).order_by(AlarmEpisode.id)))

    def open_ones(self) -> list[str]:
        return [row.key for row in self.episodes() if row.closed_at is None]

    def letters(self, tenant: str = "") -> list[Letter]:
        with self.database.reading() as session:
            query = select(Letter).where(Letter.municipality == tenant).order_by(Letter.id)
            return list(session.scalars(query))

    def subjects(self, tenant: str = "") -> list[str]:
        return [letter.subject for letter in self.letters(tenant)]

    def notices(self) -> list[Notice]:
        with self.database.reading() as session:
            return list(session.scalars(select(Notice).order_by(Notice.id)))


@contextmanager
def watched_town(url: str, rulebook: Rulebook) -> Iterator[WatchedTown]:
    """With the installation's administrator, and nothing else."""
    database = Database(url)
    Base.metadata.create_all(database.engine)
    town = WatchedTown(database, rulebook, AdjustableClock(TUESDAY))
    town.add_login("root", None, "root@example.org")
    try:
        yield town
    finally:
        database.close()
