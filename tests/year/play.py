"""The year played through the product: tick, fold and send, beside the plain model."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import select

from connector.channels.channel import OutgoingLetter
from connector.models import Letter, Notice, Share
from tests.integration.spine.native_stream import arrivals
from tests.integration.spine.spine_town import Spine, spine
from tests.year import deeds
from tests.year.happenings import NIGHT, NOON, Happening, event, happenings
from tests.year.office import CODE, Office
from tests.year.plain_calendar import MOSCOW, is_open, is_working
from tests.year.plain_model import PlainModel
from tests.year.plain_post import OFF, Chosen
from tests.year.plain_week import PlainWeek
from tests.year.year_sheets import association_sheet, duty_sheet, sheets, staff_sheet
from tests.year.year_town import FIRST, LAST, STAFF_SHEETS, YearTown, make_town

MORNING, AFTERNOON = time(6, 0), time(13, 0)
MOMENTS = (time(0, 0), MORNING, NOON, AFTERNOON, NIGHT)
"""UTC: three at night, the hour of the digest, noon, four in the afternoon, and half past nine in
the evening less a little, when people must not be disturbed any more."""
TURN = timedelta(hours=1)
"""The clock of the product runs on while it works; no moment of the year takes as long."""
MOST_LETTERS = 30
"""To one person on one day; nobody reads more."""
MODELLED = (
    "deficits_found",
    "route_approved",
    "step_done",
    "route_completed",
    "route_stalled",
    "stall_reminder",
    "stall_handed",
    "stall_check",
    "stall_over",
    "stalls_week",
    "address_stopped",
)


@dataclass
class Verdict:
    """What the two did not agree on, in words; and how much they agreed on. told: by kind; deeds:
    how often people did what."""

    faults: list[str] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    deeds: Counter[str] = field(default_factory=Counter)
    letters: int = 0

    @property
    def compared(self) -> int:
        return self.told.total()

    def say(self, day: date, what: str) -> None:
        self.faults.append(f"{day}: {what}")


@dataclass
class Day:
    """What went out on one day. gathered: by whom digests were got at how many moments; changed:
    who chose otherwise, and may get a second one. answered: about whom, and who was granted
    something."""

    letters: Counter[str] = field(default_factory=Counter)
    gathered: Counter[str] = field(default_factory=Counter)
    changed: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    morning: dict[str, OutgoingLetter] = field(default_factory=dict)


class Play:
    """One year. `most` faults end it: the first days say what is wrong."""

    def __init__(self, town: Spine, year: YearTown, seed: int, most: int = 20) -> None:
        self._town = town
        self._office = Office(town)
        self._year = year
        self._seed = seed
        self._model = PlainModel(year)
        self._week = PlainWeek(self._model)
        self._choices = deeds.choices(year, seed)
        self._told: dict[tuple[date, time], list[tuple[int, Happening]]] = {}
        for place, happening in enumerate(happenings(year, seed), 1):
            moment = (happening.told, happening.moment)
            self._told.setdefault(moment, []).append((place, happening))
        self._most = most
        self._seen: set[str] = set()
        self._today = Day()
        self._mended: dict[date, list[str]] = {}
        self._weeks: dict[str, dict[str, int]] = {}
        self.verdict = Verdict()

    def run(self, last: date = LAST, lived: Callable[[date], None] | None = None) -> Verdict:
        """lived: is called after each day."""
        day = FIRST
        while day <= last and len(self.verdict.faults) < self._most:
            self._today = Day()
            for moment in MOMENTS:
                self._moment(day, moment)
            self._birthdays(day)
            self._letters_of(day)
            if lived is not None:
                lived(day)
            day += timedelta(days=1)
        self._at_rest()
        return self.verdict

    def _moment(self, day: date, moment: time) -> None:
        at = datetime.combine(day, moment, UTC)
        local = at.replace(tzinfo=None) + MOSCOW
        self._town.clock.move_to(at)
        everybody = moment == MOMENTS[0]
        if at == datetime.combine(FIRST, MOMENTS[0], UTC):
            self._office.import_sheets(sheets(self._year), FIRST)
        if moment == NOON:
            # Sheets of the organisation have everybody looked at of whom somebody is being told.
            everybody = self._import(day, local)
            self._deeds(day, local)
        told = self._told.get((day, moment), [])
        if told:
            self._town.post(arrivals([event(h, place) for place, h in told]))
        is_evening = moment == NIGHT and is_working(day)
        if told or everybody or is_evening or self._today.answered:
            self._office.settle()
        letters = self._office.send()
        for _, happening in told:
            self._model.hear(happening)
        some = {*(h.person for _, h in told), *self._today.answered}
        self._model.look([*self._year.teachers] if everybody else sorted(some), local)
        if moment == MOMENTS[0]:
            for digest, numbers in self._week.digests(day).items():
                self._weeks[digest.key] = numbers
                self._model.tell(digest, local)
        self._compare(at, local, self._model.send(local), letters)

    # What people do.

    def _import(self, day: date, local: datetime) -> bool:
        """The sheets of the day, if there are any."""
        year, texts = self._year, {}
        if day == year.new_heads_on:
            year.heads |= year.new_heads
            texts["associations"] = association_sheet(year, year.heads)
        if day == year.late_deputies_on:
            year.deputies += year.late_deputies
            texts["assignments"] = duty_sheet(year)
        mended = self._mended.pop(day, [])
        for number in mended:
            year.mail[number] = f"new{day:%m%d}.{year.mail[number]}"
        if mended or day in STAFF_SHEETS:
            for change in (c for c in year.changes if c.on == day):
                year.change(change)
                self.verdict.deeds[change.kind] += 1
            texts["staff"] = staff_sheet(year)
        if texts:
            self._office.import_sheets(texts, day)
        for number in mended:
            self._model.direct_anew(number, local)
        return bool(texts)

    def _deeds(self, day: date, local: datetime) -> None:
        for choosing in self._choices.get(day, ()):
            self._office.choose(choosing)
            self._model.choose(choosing.person, choosing.kind, choosing.chosen, local)
            self._today.changed.add(choosing.person)
            self.verdict.deeds["choice"] += 1
        if not is_working(day):
            return
        self._readers(day, local)
        answering = [*deeds.answers(self._model, day, self._seed)]
        self._office.answer(answering, day)
        for given in answering:
            given.route.answers.append(given.answer)
            self._today.answered.add(given.person)
            self.verdict.deeds[given.answer.kind] += 1
        requests = [*deeds.requests(self._model, day, self._seed)]
        for one in requests:
            why = self._office.request(one, day)
            if why is not None:
                self.verdict.say(day, f"refused: {one.kind} {one.route.code}: {why}")
            one.route.become(one.becomes)
            # A request that is granted is an import too, but of one route alone.
            self._today.answered.add(one.route.row.person)
            self.verdict.deeds[one.kind] += 1

    def _readers(self, day: date, local: datetime) -> None:
        """One unsubscribes by the link in this morning's letter; another's letter comes back."""
        letters = self._today.morning
        leaves, comes_back = deeds.leaving_or_bouncing(letters, day, self._seed)
        if leaves is not None and letters[leaves].unsubscribe is not None:
            for kind in self._office.unsubscribe(letters[leaves]):
                held = self._model.post.chosen.get((leaves, kind), Chosen())
                off = Chosen(OFF, held.hour, held.weekday)
                self._model.choose(leaves, kind, off, local)
            self._today.changed.add(leaves)
            self.verdict.deeds["unsubscribed"] += 1
        if comes_back is not None:
            letter = letters[comes_back]
            keys = self._keys(letter)
            self._office.bounce(letter)
            self._model.bounce(comes_back, keys, local)
            self._seen.difference_update(keys)
            self._today.changed.add(comes_back)
            mended = day + timedelta(days=12)
            self._mended.setdefault(mended, []).append(comes_back)
            self.verdict.deeds["bounced"] += 1

    def _keys(self, letter: OutgoingLetter) -> Sequence[str]:
        """Of the modelled notices in a letter."""
        with self._town.container.db.reading() as session:
            keys = session.scalars(
                select(Notice.key)
                .join(Letter, Letter.id == Notice.letter_id)
                .where(Letter.message_id == letter.message_id, Notice.kind.in_(MODELLED))
            )
            return keys.all()

    # What came of it.

    def _compare(
        self, at: datetime, local: datetime, expected: set[str], letters: Sequence[OutgoingLetter]
    ) -> None:
        day = at.date()
        with self._town.container.db.reading() as session:
            rows = session.execute(
                select(Notice.key, Notice.kind, Notice.params).where(
                    Notice.municipality == CODE, Notice.sent_at.between(at, at + TURN)
                )
            ).all()
        sent = {row.key for row in rows if row.kind in MODELLED}
        for row in rows:
            if row.key in self._seen:
                self.verdict.say(day, f"told twice: {row.key}")
            self._seen.add(row.key)
            numbers = self._weeks.get(row.key)
            if numbers and any(row.params[name] != n for name, n in numbers.items()):
                self.verdict.say(day, f"{row.key}: {row.params}, not {numbers}")
        for key in sorted(sent - expected):
            self.verdict.say(day, f"{at:%H:%M} sent, not owed: {key}")
        for key in sorted(expected - sent):
            self.verdict.say(day, f"{at:%H:%M} owed, not sent: {key}")
        to = [letter.address for letter in letters]
        if len(to) != len({*to}):
            self.verdict.say(day, "two letters at once to one person")
        if letters and not is_open(local):
            self.verdict.say(day, f"{at:%H:%M} written to at night or on a closed day")
        self._today.letters.update(to)
        self._today.gathered.update(self._model.gathered(expected))
        if at.time() == MORNING:
            whose = {address: number for number, address in self._year.mail.items()}
            self._today.morning = {whose[one.address]: one for one in letters}
        self.verdict.told.update(key.partition(":")[0] for key in expected & sent)
        self.verdict.letters += len(letters)

    def _letters_of(self, day: date) -> None:
        for address, count in self._today.letters.items():
            if count >= MOST_LETTERS:
                self.verdict.say(day, f"{count} letters to {address}")
        for number, moments in self._today.gathered.items():
            if moments > 1 and number not in self._today.changed:
                self.verdict.say(day, f"{moments} digests to {number}")

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
            ("waiting", {*self._model.waiting}),
            ("held", {*self._model.held}),
            ("failed", set()),
            ("sent", self._model.sent),
        ):
            found = {row.key for row in rows if row.state == state}
            for key in sorted(found ^ expected):
                word = "is" if key in found else "is not"
                self.verdict.say(LAST, f"{word} {state}: {key}")


@contextmanager
def year_of(folder: Path, size: int, seed: int, url: str | None = None) -> Iterator[Play]:
    """A municipality of `size` teachers on the eve of its year."""
    begin = datetime.combine(FIRST, MOMENTS[0], UTC) - timedelta(hours=1)
    with spine(folder, url, begin, (CODE,)) as town:
        yield Play(town, make_town(size, seed), seed)
