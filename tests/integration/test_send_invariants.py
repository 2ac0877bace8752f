"""Whatever happens, in whatever order: each owed notice ends once, in one of five ways.

A machine plays reasons that come and go, choices, dead addresses, bursts, a mail server in every
mood and senders that are killed, and looks after each step at the table and at what was taken.
"""

import re
import tempfile
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.channels.channel import OutgoingLetter
from connector.db import Database
from connector.domain.calendar import WorkCalendar
from connector.domain.hours import PostHours
from connector.domain.messengers import ChannelDown, Refused, TryLater
from connector.domain.owed import Owed, Recipient
from connector.domain.preferences import EVERY_KIND, Choice
from connector.models import Base, Notice
from connector.runtime.send import TERM, Sender
from connector.services.notices.bursts import BurstService
from connector.services.notices.notices import NoticeService
from connector.services.notices.post_offices import PostOffice
from connector.services.notices.preferences import PreferenceService
from connector.services.notices.stopping import StopService
from tests.integration.test_send_pace import StillClock
from tests.integration.test_send_stopped import TOWN, put_address

MOSCOW = ZoneInfo("Europe/Moscow")
THURSDAY = datetime(2026, 3, 12, 12, 0, tzinfo=MOSCOW).astimezone(UTC)
HOURS = PostHours(MOSCOW, WorkCalendar(date(2026, 1, 1), date(2026, 1, 1), ()))
PEOPLE = ("T1", "T2", "T3")
BURST = 4
ENDS = {"sent", "waiting", "held", "failed", "withdrawn"}
WORDS = {
    f"{kind}.txt": "# О событии\n\n{% for one in items %}\n- [{{ one.key }}]\n{% endfor %}\n"
    for kind in ("personal", "gathered")
}
MOODS = ("up", "down", "later", "lost", "kept", "refused", "dead", "killed_before", "killed_after")


class Offices:
    def find(self, session: Session, municipality: str, now: datetime) -> PostOffice | None:
        return PostOffice("Королёв", HOURS, WORDS)


class Killed(BaseException):
    """The process ends here."""


class Server:
    """mood: what becomes of the next letters."""

    name = "smtp"

    def __init__(self, clock: StillClock) -> None:
        self._clock = clock
        self.mood = "up"
        self.taken: list[tuple[datetime, str, frozenset[str]]] = []
        self.in_doubt: set[str] = set()

    def send(self, letter: OutgoingLetter) -> bytes | None:
        match self.mood:
            case "down":
                raise ChannelDown("unreachable")
            case "later":
                raise TryLater("smtp_452")
            case "lost":
                raise TryLater("session_lost", perhaps_sent=True)
            case "refused":
                raise Refused("refused")
            case "dead":
                raise Refused("bounced")
            case "killed_before":
                raise Killed
        told = frozenset(re.findall(r"\[(k:[^]]+)\]", letter.text))
        self.taken.append((self._clock.now(), letter.message_id, told))
        if self.mood in ("kept", "killed_after"):
            self.in_doubt.add(letter.message_id)
            if self.mood == "kept":
                raise TryLater("session_lost", perhaps_sent=True)
            raise Killed
        return None


class Post(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.db = Database(f"sqlite:///{Path(self.folder.name) / 'post.sqlite3'}")
        Base.metadata.create_all(self.db.engine)
        self.clock = StillClock(THURSDAY)
        self.server = Server(self.clock)
        self.senders = [self.sender() for _ in range(2)]
        self.owed: dict[int, tuple[Owed, ...]] = defaultdict(tuple)
        self.ever: set[str] = set()
        self.addresses = 0
        for person in PEOPLE:
            put_address(self.db, person, f"{person.lower()}@example.org")

    def sender(self) -> Sender:
        return Sender(self.db, Offices(), self.server, self.clock)

    def teardown(self) -> None:
        self.comes_to_an_end()
        self.db.close()
        self.folder.cleanup()

    @rule(
        subject=st.integers(1, 4),
        kinds=st.lists(st.sampled_from(["personal", "gathered"]), max_size=3),
        person=st.sampled_from(PEOPLE),
        number=st.integers(1, 3),
        urgent=st.booleans(),
    )
    def reasons_change(
        self, subject: int, kinds: list[str], person: str, number: int, urgent: bool
    ) -> None:
        found = []
        for kind in sorted(set(kinds)):
            key = f"k:{kind}:{subject}:{person}:{number}"
            role = Recipient.TEACHER if kind == "personal" else Recipient.HEAD
            day = date(2026, 3, 12)
            found.append(Owed(key, kind, role, person, {"key": key}, day, urgent))
        self.owed[subject] = tuple(found)
        self.ever |= {one.key for one in found}
        self.judge(subject)

    def judge(self, subject: int) -> None:
        with self.db.writing() as session:
            service = NoticeService(session, BURST)
            service.reconcile(TOWN, {subject: self.owed[subject]}, HOURS, self.clock.now())

    @rule(
        person=st.sampled_from(PEOPLE),
        choice=st.sampled_from([None, *Choice]),
        kind=st.sampled_from([EVERY_KIND, "personal", "gathered"]),
    )
    def somebody_chooses(self, person: str, choice: Choice | None, kind: str) -> None:
        with self.db.writing() as session:
            service = PreferenceService(session)
            service.switch(TOWN, person, [kind], choice, HOURS, self.clock.now())
        for subject in list(self.owed):
            self.judge(subject)

    @rule(person=st.sampled_from(PEOPLE))
    def an_address_is_put_right(self, person: str) -> None:
        self.addresses += 1
        put_address(self.db, person, f"{person.lower()}.{self.addresses}@example.org")
        with self.db.writing() as session:
            NoticeService(session).readdress(TOWN, HOURS, self.clock.now())

    @rule()
    def a_stopped_address_is_tried_again(self) -> None:
        with self.db.writing() as session:
            service = StopService(session)
            for way in service.stopped(TOWN):
                service.try_again(TOWN, way.id, HOURS, self.clock.now())

    @rule(released=st.booleans())
    def a_burst_is_decided(self, released: bool) -> None:
        with self.db.writing() as session:
            bursts = BurstService(session)
            if released:
                bursts.release(TOWN, HOURS, self.clock.now())
            else:
                bursts.discard(TOWN)

    @rule(mood=st.sampled_from(MOODS))
    def the_server_changes(self, mood: str) -> None:
        self.server.mood = mood

    @rule(minutes=st.sampled_from([1, 6, 11, 61, 300, 720, 2880]))
    def time_passes(self, minutes: int) -> None:
        self.clock.instant += timedelta(minutes=minutes)

    @rule(which=st.integers(0, 1), turns=st.integers(1, 2))
    def a_sender_works(self, which: int, turns: int) -> None:
        for _ in range(turns):
            try:
                self.senders[which].run_once()
            except Killed:
                self.senders[which] = self.sender()

    @precondition(lambda self: self.server.mood.startswith("killed"))
    @rule()
    def its_successor_is_well(self) -> None:
        self.server.mood = "up"

    def rows(self) -> list[Notice]:
        with self.db.reading() as session:
            return list(session.scalars(select(Notice).where(Notice.key.like("k:%"))))

    @invariant()
    def each_notice_is_there_once(self) -> None:
        rows = {row.key: row for row in self.rows()}
        assert set(rows) == self.ever
        due = {one.key for found in self.owed.values() for one in found}
        for key, row in rows.items():
            assert row.state in ENDS | {"sending"}
            if key in due:
                assert row.state != "withdrawn" or row.reason == "discarded"
            elif row.state == "waiting":
                # Perhaps it was told already: then it is told again in the same words.
                assert row.lease_token is not None

    @invariant()
    def nobody_is_disturbed(self) -> None:
        assert all(HOURS.are_open(at) for at, _, _ in self.server.taken)

    @invariant()
    def nothing_is_told_twice(self) -> None:
        letters: dict[str, list[str]] = defaultdict(list)
        words: dict[str, set[frozenset[str]]] = defaultdict(set)
        for _, message_id, keys in self.server.taken:
            words[message_id].add(keys)
            for key in keys:
                letters[key].append(message_id)
        # A Message-ID stands for the same words, whoever sends them and when.
        assert all(len(found) == 1 for found in words.values())
        for key, ids in letters.items():
            assert len(set(ids)) == 1, key
            assert len(ids) == 1 or ids[0] in self.server.in_doubt, key

    def comes_to_an_end(self) -> None:
        self.server.mood = "up"
        self.clock.instant += TERM
        for _ in range(12):
            self.clock.instant += timedelta(hours=13)
            for one in self.senders:
                while one.run_once():
                    pass
        rows = self.rows()
        assert {row.state for row in rows} <= ENDS - {"waiting"}
        told = {key for _, _, keys in self.server.taken for key in keys}
        assert {row.key for row in rows if row.state == "sent"} <= told
        self.each_notice_is_there_once()
        self.nothing_is_told_twice()
        self.nobody_is_disturbed()


TestPost = Post.TestCase
TestPost.settings = settings(
    max_examples=max(10, settings().max_examples // 10), stateful_step_count=25, deadline=None
)
