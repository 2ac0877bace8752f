"""A living Moodle fails: reconciliation meets it, administrators hear once, and once of its end."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from connector.channels.mailbox import Mailbox
from connector.checkup.alarms import alarms
from connector.domain.signals import Dialect
from connector.models import Letter, Source
from connector.moodle.budget import Budget
from connector.moodle.errors import MoodleError
from connector.replay import Params, ReplayedMoodle, Replied
from connector.runtime.engine import watcher
from connector.runtime.reconcile import Reconciler
from connector.runtime.reconcile_owners import Ground
from connector.runtime.send import Sender
from connector.services.access.logins import LoginService
from connector.services.notices.post_offices import PostOffices
from connector.services.sources.moodles import Moodles
from connector.services.sources.sources import SourceService
from tests.contract.living_moodle import LivingMoodle
from tests.contract.living_rest import MAINTENANCE, LivingRest
from tests.integration.spine.living_town import (
    NIGHT,
    PEOPLE,
    SHEETS,
    SOURCE,
    moodle_of_the_town,
)
from tests.integration.spine.spine_town import Spine, open_spine

TOKEN = "token-of-the-living-moodle"
TUESDAY = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@dataclass
class Failing:
    """A town whose Moodle a test can break. token: the one that Moodle takes."""

    spine: Spine
    moodle: LivingMoodle
    rest: LivingRest
    server: ReplayedMoodle
    ahead: list[timedelta] = field(default_factory=lambda: [timedelta(0)])
    known: int = 0

    def compare(self) -> None:
        """A whole pass as by a process that has just begun, whatever becomes of it."""
        c = self.spine.container
        ground = Ground(c.db, c.rulebook, c.settings, c.clock)
        moodles = Moodles(c.clock, allow_private=True, tallies=c.tallies)
        reconciler = Reconciler(ground, c.box, moodles, NIGHT, sleep=lambda seconds: None)
        with c.db.reading() as session:
            source = SourceService(session, c.box).get(SOURCE)
        with suppress(MoodleError):
            reconciler.run(source, None, lambda progress: None, self.spine.engine.fold)
        self.spine.engine.settle()
        self.spine.engine.counting.flush()

    def later(self, **span: float) -> None:
        now = self.spine.clock.now() + timedelta(**span)
        self.spine.clock.move_to(now)
        self.moodle.now = int(now.timestamp())

    def look(self) -> None:
        """Two ticks look, twice, and whatever is due is sent."""
        c = self.spine.container
        for _ in range(2):
            for one in (watcher(c), watcher(c)):
                one.run_once()
            self.spine.engine.counting.flush()
            offices = PostOffices(c.rulebook, c.settings)
            Sender(c.db, offices, Mailbox(), c.clock).run_once()
            self.later(minutes=3)

    def subjects(self) -> list[str]:
        """Of what was sent since the last `forget`."""
        with self.spine.container.db.reading() as session:
            found = session.scalars(select(Letter.subject).order_by(Letter.id))
            return list(found)[self.known :]

    def forget(self) -> None:
        self.known += len(self.subjects())

    def text(self) -> str:
        with self.spine.container.db.reading() as session:
            return session.scalars(select(Letter.text).order_by(Letter.id.desc())).first() or ""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Failing]:
    """One for all: a failure that is over must leave nothing behind for the next."""
    tmp_path = tmp_path_factory.mktemp("failing")
    moodle = moodle_of_the_town()
    spine = open_spine(tmp_path, now=TUESDAY)
    rest = LivingRest(moodle)
    ahead = [timedelta(0)]
    server = ReplayedMoodle(rest, TOKEN, lambda: spine.clock.now() + ahead[0])
    c = spine.container
    with server, pytest.MonkeyPatch.context() as patch:
        # Ten questions a second are polite, and a minute of waiting here.
        patch.setattr("connector.services.sources.moodles.Budget", lambda: Budget(1e6, 10**6))
        with c.db.writing() as session:
            SourceService(session, c.box).add(
                SOURCE, Dialect.LOCAL_WEBHOOKS, ("korolev",), TUESDAY, server.url, TOKEN
            )
            LoginService(session).add(
                "root", "correct horse battery", "administrator", None, TUESDAY,
                email="root@example.org",
            )  # fmt: skip
            session.get_one(Source, SOURCE).last_delivery_at = TUESDAY
        spine.import_sheets("korolev", SHEETS)
        for number in PEOPLE:
            moodle.create_user(number, f"{number}@school.example")
            for course in ("2", "3"):
                moodle.enrol(list(moodle.users)[-1], course)
        made = Failing(spine, moodle, rest, server, ahead)
        made.later(seconds=1)
        made.compare()
        made.look()
        assert made.subjects() == []
        yield made
    spine.close()


Act = Callable[[Failing], None]


def revoke(town: Failing) -> None:
    town.server._token = "another"


def give_back(town: Failing) -> None:
    town.server._token = TOKEN


def take_away(town: Failing) -> None:
    town.rest.lacking = frozenset({"mod_quiz_get_user_attempts"})


def put_back(town: Failing) -> None:
    town.rest.lacking = frozenset()


def close_site(town: Failing) -> None:
    town.rest.trouble = lambda function, params: MAINTENANCE
    town.compare()
    town.look()
    assert town.subjects() == [], "an hour of maintenance is nobody's trouble"
    town.later(minutes=70)


def open_site(town: Failing) -> None:
    def well(function: str, params: Params) -> Replied | None:
        return None

    town.rest.trouble = well


def put_clock_on(town: Failing) -> None:
    town.ahead[0] = timedelta(minutes=4)
    town.compare()
    town.look()
    town.later(minutes=10)


def put_clock_right(town: Failing) -> None:
    town.ahead[0] = timedelta(0)


@pytest.mark.parametrize(
    ("break_it", "mend_it", "subject", "named"),
    [
        (revoke, give_back, "Moodle не принимает ключ коннектора", "такого ключа"),
        (take_away, put_back, "Веб-службе Moodle недостаёт функций", "mod_quiz_get_user_attempts"),
        (close_site, open_site, "Moodle не отвечает коннектору", "на обслуживании"),
        (put_clock_on, put_clock_right, "Часы расходятся", "спешат относительно"),
    ],
)
def test_each_failure_is_told_once_and_so_is_its_end(
    town: Failing, break_it: Act, mend_it: Act, subject: str, named: str
) -> None:
    town.forget()
    break_it(town)
    for _ in range(2):
        town.compare()
        town.look()
    assert town.subjects() == [subject]
    assert named in town.text()
    doctor = [finding.text for finding in alarms(town.spine.container)]
    assert any(named in line for line in doctor)

    mend_it(town)
    for _ in range(3):
        town.later(minutes=6)
        town.compare()
        town.look()
    assert town.subjects() == [subject, "Неполадка устранена"]
    assert [finding.text for finding in alarms(town.spine.container)] == [
        "С источниками всё в порядке."
    ]


def test_what_no_sender_told_is_told_to_administrators(town: Failing) -> None:
    town.forget()
    users = list(town.moodle.users)
    for user in users:
        town.moodle.take(user, "1", [2.0, 3.0])
        town.moodle.tick(user, "31")
    town.later(hours=3)
    town.compare()
    town.look()
    assert town.subjects() == ["Отправитель теряет события"]
    assert "за неделю не прислано 6 событий, прислано 0; потеряно 100" in town.text()


def test_a_quiz_that_shows_its_marks_roughly_is_named(town: Failing) -> None:
    def roughly(function: str, params: Params) -> Replied | None:
        if function != "mod_quiz_get_quizzes_by_courses":
            return None
        quizzes = town.rest._quizzes(params).body["quizzes"]
        return Replied(200, {"quizzes": [{**quiz, "decimalpoints": 1} for quiz in quizzes]})

    town.forget()
    town.rest.trouble = roughly
    town.compare()
    town.look()
    assert town.subjects() == ["Тест показывает баллы слишком грубо"]
    # The quizzes of the catalogue only: nobody is measured by the one about chess.
    assert "«lms»: Входная, Итоговая, Эссе." in town.text()
    open_site(town)
    town.compare()
    town.later(minutes=6)
    town.look()
    assert town.subjects()[1:] == ["Неполадка устранена"]
