"""The year played through the product: tick, fold and send, beside the plain model."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import select

from connector.models import Letter, Notice, Share
from connector.services.imports.importing import ImportService
from connector.services.imports.mapping import after_import
from connector.spreadsheets.workbook import read_workbook
from tests.integration.spine.native_stream import arrivals
from tests.integration.spine.spine_town import Spine, spine
from tests.year.happenings import NIGHT, NOON, Happening, event, happenings
from tests.year.plain_model import MOSCOW, PlainModel, is_open
from tests.year.year_sheets import association_sheet, sheets
from tests.year.year_town import FIRST, LAST, YearTown, make_town

CODE = "korolev"
MOMENTS = (time(0, 0), time(6, 0), NOON, NIGHT)
"""UTC: three at night, the hour of the digest, noon, and half past nine in the evening less a
little, when people must not be disturbed any more."""
TURN = timedelta(hours=1)
"""The clock of the product runs on while it works; no moment of the year takes as long."""
MODELLED = (
    "deficits_found",
    "route_approved",
    "step_done",
    "route_completed",
    "route_stalled",
)


@dataclass
class Verdict:
    """What the two did not agree on, in words; and how much they agreed on."""

    faults: list[str] = field(default_factory=list)
    compared: int = 0
    letters: int = 0

    def say(self, day: date, what: str) -> None:
        self.faults.append(f"{day}: {what}")


class Play:
    """One year. `most` faults end it: the first days say what is wrong."""

    def __init__(self, town: Spine, year: YearTown, seed: int, most: int = 20) -> None:
        self._town = town
        self._year = year
        self._model = PlainModel(year)
        self._told: dict[tuple[date, time], list[tuple[int, Happening]]] = {}
        for place, happening in enumerate(happenings(year, seed), 1):
            moment = (happening.told, happening.moment)
            self._told.setdefault(moment, []).append((place, happening))
        self._most = most
        self._seen: set[str] = set()
        self.verdict = Verdict()

    def run(self, last: date = LAST) -> Verdict:
        day = FIRST
        while day <= last and len(self.verdict.faults) < self._most:
            for moment in MOMENTS:
                self._moment(day, moment)
            self._birthdays(day)
            day += timedelta(days=1)
        self._at_rest()
        return self.verdict

    def _moment(self, day: date, moment: time) -> None:
        at = datetime.combine(day, moment, UTC)
        self._town.clock.move_to(at)
        if at == datetime.combine(FIRST, MOMENTS[0], UTC):
            import_sheets(self._town, sheets(self._year), FIRST)
        everybody = moment == MOMENTS[0]
        if day == self._year.new_heads_on and moment == NOON:
            heads = {**self._year.heads, **self._year.new_heads}
            import_sheets(self._town, {"associations": association_sheet(self._year, heads)}, day)
            self._model.change_heads()
            everybody = True
        told = self._told.get((day, moment), [])
        if told:
            self._town.post(arrivals([event(h, place) for place, h in told]))
        if told or everybody or moment == NIGHT:
            self._settle()
        while self._town.engine.sender.run_once():
            pass
        for _, happening in told:
            self._model.hear(happening)
        numbers = [*self._year.teachers] if everybody else sorted({h.person for _, h in told})
        local = at.replace(tzinfo=None) + MOSCOW
        self._model.look(numbers, local)
        self._compare(at, self._model.send(local))

    def _settle(self) -> None:
        """Its own municipality only: the others that are installed have a test of their own."""
        engine = self._town.engine
        while engine.ticker.bring(CODE) + engine.folder.run_once():
            pass

    def _compare(self, at: datetime, expected: set[str]) -> None:
        day = at.date()
        with self._town.container.db.reading() as session:
            rows = session.execute(
                select(Notice.key, Notice.kind).where(
                    Notice.municipality == CODE, Notice.sent_at.between(at, at + TURN)
                )
            ).all()
            letters = (
                session.execute(
                    select(Letter.recipient).where(
                        Letter.municipality == CODE, Letter.sent_at.between(at, at + TURN)
                    )
                )
                .scalars()
                .all()
            )
        sent = {row.key for row in rows if row.kind in MODELLED}
        for row in rows:
            if row.key in self._seen:
                self.verdict.say(day, f"told twice: {row.key}")
            self._seen.add(row.key)
        for key in sorted(sent - expected):
            self.verdict.say(day, f"{at:%H:%M} sent, not owed: {key}")
        for key in sorted(expected - sent):
            self.verdict.say(day, f"{at:%H:%M} owed, not sent: {key}")
        if len(letters) != len(set(letters)):
            self.verdict.say(day, "two letters at once to one person")
        if rows and not is_open(at.replace(tzinfo=None) + MOSCOW):
            self.verdict.say(day, f"{at:%H:%M} written to at night or on a closed day")
        self.verdict.compared += len(expected & sent)
        self.verdict.letters += len(letters)

    def _birthdays(self, day: date) -> None:
        """Ages and first years of work change with the day alone."""
        with self._town.container.db.reading() as session:
            row = session.get(Share, (CODE, "korolev.young", str(day.year), "whole", ""))
        found = (row.population, row.achieved) if row else (0, 0)
        if found != self._model.young(day):
            self.verdict.say(day, f"young: {found}, not {self._model.young(day)}")

    def _at_rest(self) -> None:
        """Nothing was held back, failed or is still waiting but what the model says."""
        with self._town.container.db.reading() as session:
            rows = session.execute(
                select(Notice.key, Notice.state).where(
                    Notice.municipality == CODE, Notice.kind.in_(MODELLED)
                )
            ).all()
        for state, expected in (
            ("waiting", set(self._model.waiting)),
            ("held", self._model.unsendable),
            ("failed", set()),
        ):
            found = {row.key for row in rows if row.state == state}
            for key in sorted(found ^ expected):
                word = "is" if key in found else "is not"
                self.verdict.say(LAST, f"{word} {state}: {key}")


def import_sheets(town: Spine, texts: dict[str, str], day: date) -> None:
    folder = town.folder / f"sheets-{day}"
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    c = town.container
    service = ImportService(after_import(c.rulebook, town.clock))
    with c.db.writing() as session:
        plan = service.check(session, CODE, read_workbook(folder), day)
        assert plan.is_sound, plan.faults
        service.apply(session, plan, town.clock.now())


@contextmanager
def year_of(folder: Path, size: int, seed: int, url: str | None = None) -> Iterator[Play]:
    """A municipality of `size` teachers on the eve of its year."""
    begin = datetime.combine(FIRST, MOMENTS[0], UTC) - timedelta(hours=1)
    with spine(folder, url, begin, (CODE,)) as town:
        yield Play(town, make_town(size, seed), seed)
