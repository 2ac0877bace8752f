"""Deeds done in the product, as its pages do them: the same services, the same links."""

from collections.abc import Iterable, Mapping
from datetime import date
from urllib.parse import urlsplit

from connector.channels.channel import OutgoingLetter
from connector.channels.dsn import Bounce, Verdict
from connector.domain.owed import Recipient
from connector.domain.preferences import EMAIL, Choice, Preference
from connector.domain.stall_answers import AnswerKind
from connector.runtime.engine import Engine
from connector.services.imports.importing import ImportService
from connector.services.imports.mapping import after_import
from connector.services.notices.bounces import Became, BounceService
from connector.services.notices.post_offices import PostOffices
from connector.services.notices.preferences import PreferenceService
from connector.services.records.entry import Making
from connector.services.routes.asked import Asked, RequestKind
from connector.services.routes.requests import RequestService
from connector.services.stalls import answers as stall_answers
from connector.services.stalls.answers import Answerer, Colleague, Given, Stalled
from connector.spreadsheets.workbook import read_workbook
from connector.web.app import create_app
from tests.integration.spine.spine_town import Spine
from tests.year.deeds import Answering, Choosing, Requesting

CODE = "korolev"


class PostBag:
    """The mail server: takes every letter."""

    name = "smtp"

    def __init__(self) -> None:
        self.letters: list[OutgoingLetter] = []

    def send(self, letter: OutgoingLetter) -> bytes | None:
        self.letters.append(letter)
        return None

    def emptied(self) -> list[OutgoingLetter]:
        letters, self.letters = self.letters, []
        return letters


class Office:
    """One municipality's people at work."""

    def __init__(self, town: Spine) -> None:
        self.bag = PostBag()
        town.container.channels[EMAIL] = self.bag
        town.engine = Engine(town.container)
        self._town = town
        self._c = town.container
        self._browser = create_app(town.container, town.engine.nudge).test_client()
        self._imports = 0

    def answer(self, done: Iterable[Answering], day: date) -> None:
        now = self._town.clock.now()
        with self._c.db.writing() as session:
            for one in done:
                a, route = one.answer, one.route.row.number
                to = Colleague(a.to, f"Имя {a.to}", Recipient.METHODIST) if a.to else None
                given = Given(AnswerKind(a.kind), a.until, to, f"Записал {a.by}")
                by = Answerer(a.by, f"Имя {a.by}", Recipient(a.role))
                stalled = [Stalled(one.person, route, one.first)]
                new = stall_answers.give(session, CODE, stalled, given, by, day, now)
                assert new == 1, one

    def request(self, one: Requesting, day: date) -> str | None:
        """Asked and granted; why it cannot be."""
        making = Making("9010", self._town.clock.now(), day)
        code = (one.route.row.person, one.route.row.number)
        asked = Asked(RequestKind(one.kind), "Так вышло", one.step, one.first, one.last)
        with self._c.db.writing() as session:
            setting = self._c.settings.get(session, CODE, day)
            service = RequestService(session, setting)
            why = service.ask(code, asked, making)
            if why is not None:
                return why
            (waiting,) = service.waiting()
            return service.grant(waiting.id, "Согласовано", self._importer(), making)

    def choose(self, one: Choosing) -> None:
        chosen = one.chosen
        picked = Choice(chosen.choice) if chosen.choice else None
        preference = Preference(picked, None, chosen.hour, chosen.weekday)
        now = self._town.clock.now()
        with self._c.db.writing() as session:
            office = PostOffices(self._c.rulebook, self._c.settings).find(session, CODE, now)
            assert office is not None
            PreferenceService(session).choose(
                CODE, one.person, {one.kind: preference}, office.hours, now
            )

    def unsubscribe(self, letter: OutgoingLetter) -> tuple[str, ...]:
        """As a mail program does, with one click; which kinds it switches off."""
        assert letter.unsubscribe is not None
        path = urlsplit(letter.unsubscribe).path
        assert self._c.links is not None
        link = self._c.links.open_unsubscribe(path.rpartition("/")[2])
        assert link is not None
        assert self._browser.post(path).status_code == 200
        return link.kinds

    def bounce(self, letter: OutgoingLetter) -> None:
        verdict = Verdict(frozenset({letter.address.casefold()}), True, "5.1.1")
        with self._c.db.writing() as session:
            offices = PostOffices(self._c.rulebook, self._c.settings)
            became = BounceService(session, offices).apply(
                Bounce(letter.message_id, (verdict,)), self._town.clock.now()
            )
        assert became is Became.STOPPED

    def import_sheets(self, texts: Mapping[str, str], day: date) -> None:
        self._imports += 1
        folder = self._town.folder / f"sheets-{self._imports}"
        folder.mkdir()
        for name, text in texts.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        importer = self._importer()
        with self._c.db.writing() as session:
            plan = importer.check(session, CODE, read_workbook(folder), day)
            assert plan.is_sound, plan.faults
            importer.apply(session, plan, self._town.clock.now())

    def settle(self) -> None:
        """Its own municipality only: the others that are installed have a test of their own."""
        engine = self._town.engine
        while engine.ticker.bring(CODE) + engine.folder.run_once():
            pass

    def send(self) -> list[OutgoingLetter]:
        """What goes out now."""
        while self._town.engine.sender.run_once():
            pass
        return self.bag.emptied()

    def _importer(self) -> ImportService:
        return ImportService(after_import(self._c.rulebook, self._town.clock))
