"""Who must be told what and when, worked out once more: from domain.md, plainly, day by day.

Nothing of the product is used here, and nothing is clever: a working day is looked up in a list, a
stall is asked of every day, an organisation is searched through whenever somebody is to be told.
Clause by clause: routes, stalls and answers (4) in plain_routes, choices and hours (6) in
plain_post, the week in plain_week; who is told what (6), and ages (5), here.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256

from tests.year.happenings import Happening, attempt_id
from tests.year.plain_calendar import DAY, is_open, local
from tests.year.plain_post import GATHERED, Chosen, PlainPost, Told
from tests.year.plain_routes import (
    HEADS_AFTER,
    REMIND_AFTER,
    SPECIALIST_AFTER,
    Moodle,
    PlainRoute,
    Stall,
)
from tests.year.year_town import SPECIALIST, YearTown

TOLD_FOR = timedelta(days=30)
"""What is over for longer is no news."""
REMINDED_FOR = timedelta(days=7)
LET_GO = timedelta(days=1)
"""What a choice kept back for no longer goes out when the choice is taken back."""


class PlainModel:
    """Is told what happens, and says at each moment what must have been sent.

    `town` is the organisation as it is now, and changes under it.
    """

    def __init__(self, town: YearTown) -> None:
        self.town = town
        self.people = {number: Moodle() for number in town.teachers}
        self.routes: dict[str, list[PlainRoute]] = {}
        for row in town.routes:
            self.routes.setdefault(row.person, []).append(PlainRoute(row, self.people[row.person]))
        self.post = PlainPost(town.mail)
        self.owed: dict[str, dict[str, Told]] = {}
        self.waiting: dict[str, datetime] = {}
        self.held: dict[str, str] = {}
        self.sent: set[str] = set()
        self._known: dict[str, Told] = {}
        self._about_nobody: set[str] = set()
        self._found: dict[str, datetime] = {}
        self._support: dict[str, list[tuple[date, date | None]]] = {}

    def hear(self, happening: Happening) -> None:
        person = self.people[happening.person]
        for route in self.routes.get(happening.person, ()):
            route.hear()
        match happening.kind:
            case "attempt":
                held = person.attempts.get(happening.serial)
                if held is None or held.version < happening.version:
                    person.attempts[happening.serial] = happening
            case "course":
                person.courses.setdefault((happening.ref, happening.at), True)
            case "retracted":
                person.courses[happening.ref, happening.at] = False
            case "activity":
                person.activities.setdefault(happening.ref, happening.at)

    # What becomes of notices: owed, held, waiting, sent. `at` is always local.

    def look(self, numbers: Collection[str], at: datetime) -> None:
        """Works out anew what is owed about these people."""
        for number in numbers:
            now = {t.key: t for t in self._owed(number, at.date()) if self._has_begun(t)}
            for key in self.owed.get(number, {}).keys() - now.keys():
                self.waiting.pop(key, None)
                self.held.pop(key, None)
            for told in now.values():
                self._add(told, at)
            self.owed[number] = now

    def _has_begun(self, told: Told) -> bool:
        return not told.follows or any(key in self.sent for key in told.follows)

    def _add(self, told: Told, at: datetime) -> None:
        key = told.key
        self._known[key] = told
        self._found.setdefault(key, at)
        if key in self.sent or key in self.waiting:
            return
        if self.held.get(key) == "off" and not self.post.is_forced(told):
            # Whoever switches letters on again wants the new ones.
            return
        self._direct(told, at)

    def _direct(self, told: Told, at: datetime) -> None:
        self.waiting.pop(told.key, None)
        self.held.pop(told.key, None)
        obstacle = self.post.obstacle(told)
        if obstacle:
            self.held[told.key] = obstacle
        else:
            self.waiting[told.key] = self.post.goes_at(told, at)

    def direct_anew(self, number: str, at: datetime) -> None:
        """After a choice, a dead address or a new one: what waits for the person goes another way,
        or another day; what could not reach them can."""
        for key in sorted({*self.waiting, *self.held}):
            told = self._known[key]
            if told.to != number:
                continue
            if self.held.get(key) == "off" and self._found[key] < at - LET_GO:
                continue
            self._direct(told, at)

    def choose(self, number: str, kind: str, chosen: Chosen, at: datetime) -> None:
        self.post.chosen[number, kind] = chosen
        self.direct_anew(number, at)

    def bounce(self, number: str, keys: Collection[str], at: datetime) -> None:
        """The letter with these notices came back: nobody was told of them, and what of them is
        still owed is held. The address is dead, and each methodist hears of it once (letters.md).
        """
        self.sent.difference_update(keys)
        address = self.town.mail[number]
        self.post.dead.add(address)
        self.direct_anew(number, at)
        self.look([one for one, owed in self.owed.items() if not owed.keys().isdisjoint(keys)], at)
        for key in sorted(self._about_nobody.intersection(keys)):
            self._add(self._known[key], at)
        short = sha256(address.casefold().encode()).hexdigest()[:16]
        named = {*self.town.methodists.values()}
        told = {one for m in named for one in self._instead(m, at.date())} - {number}
        for one in sorted(told):
            key = f"address_stopped:{number}:{short}:{at.date()}:{one}"
            self.tell(Told(key, "methodist", one), at)

    def tell(self, told: Told, at: datetime) -> None:
        """What is about nobody in particular."""
        self._about_nobody.add(told.key)
        self._add(told, at)

    def send(self, at: datetime) -> set[str]:
        """What goes out at this moment."""
        if not is_open(at):
            return set()
        going = {key for key, when in self.waiting.items() if when <= at}
        for key in going:
            del self.waiting[key]
        self.sent |= going
        return going

    def gathered(self, keys: Collection[str]) -> set[str]:
        """Who gets a digest, if these go out."""
        told = [self._known[key] for key in keys]
        return {t.to for t in told if t.to and self.post.choice(t) == GATHERED}

    # Ages (5).

    def young(self, day: date) -> tuple[int, int]:
        """Population and achieved of `korolev.young` (VI, показатель 5) on a day of the year."""
        population = achieved = 0
        for number, teacher in self.town.teachers.items():
            if teacher.born is None or _after_years(teacher.born, 35) <= day:
                continue
            if not self._works(number, day):
                continue
            population += 1
            if teacher.teaching_since is not None:
                first = teacher.teaching_since
                last = min(day, _after_years(first, 3) - DAY)
                first = max(first, date(day.year, 1, 1))
                achieved += any(
                    s <= last and (u is None or first <= u) and first <= last
                    for s, u in self._supports(number)
                )
        return population, achieved

    def _supports(self, number: str) -> Sequence[tuple[date, date | None]]:
        """Clubs and the like, and being a mentee; nobody joins or leaves unforeseen."""
        if not self._support:
            for who, first, until in self.town.supports:
                self._support.setdefault(who, []).append((first, until))
            for _, mentee, first, until in self.town.mentorships:
                self._support.setdefault(mentee, []).append((first, until))
        return self._support.get(number, ())

    # Who is to be told (6).

    def _works(self, number: str, day: date) -> bool:
        teacher = self.town.teachers.get(number)
        if teacher is None:
            return True
        return teacher.since <= day and (teacher.until is None or day <= teacher.until)

    def _instead(self, number: str, day: date) -> list[str]:
        """The person, or whoever stands in for them."""
        deputies = [
            d for d, of, first, last in self.town.deputies if of == number and first <= day <= last
        ]
        found = {one for deputy in deputies for one in self._instead(deputy, day)}
        if found:
            return sorted(found)
        return [number] if self._works(number, day) else []

    def mentors(self, me: str, day: date) -> list[str]:
        found = [
            m
            for m, mentee, first, until in self.town.mentorships
            if mentee == me and first <= day and (until is None or day <= until)
        ]
        return sorted({t for m in found for t in self._instead(m, day) if t != me})

    def methodists(self, me: str, day: date) -> list[str]:
        assigned = self.town.methodists.get(self.town.teachers[me].school)
        return self._instead(assigned, day) if assigned else []

    def heads(self, me: str, day: date) -> dict[str, str]:
        found = {}
        for code in self.town.teachers[me].associations:
            head = self.town.heads.get(code)
            told = [one for one in self._instead(head, day) if one != me] if head else []
            if told:
                found[code] = told[0]
        return found

    def specialists(self, day: date) -> list[str]:
        return self._instead(SPECIALIST, day)

    def stalled(self, day: date) -> Iterator[tuple[str, PlainRoute, Stall]]:
        """Of everybody who works."""
        for number, routes in self.routes.items():
            if self._works(number, day):
                found = ((route, route.stall(day)) for route in routes)
                yield from ((number, route, stall) for route, stall in found if stall)

    # What they are told (6).

    def _owed(self, me: str, day: date) -> Iterator[Told]:
        if self._works(me, day):
            yield from self._deficits(me, day)
            for route in self.routes.get(me, ()):
                yield from self._progress(me, route, day)
                yield from self._stalls(me, route, day)
                yield from self._thanks(me, route, day)

    def _deficits(self, me: str, day: date) -> Iterator[Told]:
        attempts = sorted(self.people[me].attempts.values(), key=lambda a: (a.at, a.serial))
        opened = set()
        for place in (0, 1):
            first = None
            for attempt in attempts:
                if attempt.marks[place] * 100 >= 50:
                    first = None
                elif first is None:
                    first = attempt
            if first is not None and local(first.at).date() >= day - TOLD_FOR:
                opened.add(first.serial)
        for serial in opened:
            what = f"deficits_found:{me}:attempt:moodle:{attempt_id(me, serial)}"
            yield Told(f"{what}:teacher:{me}", "teacher", me)
            for mentor in self.mentors(me, day):
                yield Told(f"{what}:mentor:{mentor}", "mentor", mentor)
            for code, head in self.heads(me, day).items():
                yield Told(f"{what}:head:{code}:{head}", "head", head)

    def _progress(self, me: str, route: PlainRoute, day: date) -> Iterator[Told]:
        """Approved, and each step done, while it is neither completed nor cancelled."""
        completed = route.completed()
        if completed and route.row.approved and max(completed, route.row.approved) <= day:
            if completed >= day - TOLD_FOR:
                yield from self._news(me, f"route_completed:{route.code}:{completed}", day)
            return
        approved = route.row.approved
        if approved is None or approved > day or route.is_cancelled(day):
            return
        if approved >= day - TOLD_FOR:
            yield from self._news(me, f"route_approved:{route.code}:{approved}", day)
        for order, done in route.done().items():
            if day - TOLD_FOR <= done <= day:
                yield from self._news(me, f"step_done:{route.code}:{order}:{done}", day)

    def _news(self, me: str, what: str, day: date) -> Iterator[Told]:
        yield Told(f"{what}:teacher:{me}", "teacher", me)
        for mentor in self.mentors(me, day):
            yield Told(f"{what}:mentor:{mentor}", "mentor", mentor)
        for methodist in self.methodists(me, day):
            yield Told(f"{what}:methodist:{methodist}", "methodist", methodist)

    # Stalled routes, answers, thanks (4; docs/ru/stalls.md).

    def _stalls(self, me: str, route: PlainRoute, day: date) -> Iterator[Told]:
        stall = route.stall(day)
        if stall is None:
            return
        what = f"{route.code}:{stall.first}"
        for role, one in self._rungs(me, stall.waited, day):
            urgent = role != "mentor"
            yield Told(f"route_stalled:{what}:{role}:{one or 'nobody'}", role, one, urgent)
        reminded = stall.since(REMIND_AFTER)
        # By then others know, whom the reminder promises to leave in peace.
        is_late = stall.waited >= HEADS_AFTER
        if not stall.answers and reminded and reminded >= day - REMINDED_FOR and not is_late:
            for one in self.methodists(me, day):
                alert = f"route_stalled:{what}:methodist:{one}"
                key = f"stall_reminder:{what}:methodist:{one}"
                yield Told(key, "methodist", one, follows=(alert,))
        handed = [answer for answer in stall.answers if answer.to]
        if handed:
            for one in self._instead(handed[-1].to or "", day):
                role = self.capacity(me, one, day)
                yield Told(f"stall_handed:{what}:{role}:{one}", role, one, urgent=True)
        for answer in stall.ended_holds():
            if answer.until and answer.until >= day - TOLD_FOR:
                for one in self._instead(answer.by, day):
                    key = f"stall_check:{what}:{answer.until}:{answer.role}:{one}"
                    yield Told(key, answer.role, one)

    def _rungs(self, me: str, waited: int, day: date) -> Iterator[tuple[str, str | None]]:
        """Whoever is to hear by now; the lack of a methodist is visible, as nobody."""
        methodists = self.methodists(me, day)
        yield from (("methodist", one) for one in methodists)
        if not methodists:
            yield "methodist", None
        yield from (("mentor", one) for one in self.mentors(me, day))
        heads = set(self.heads(me, day).values())
        if waited >= HEADS_AFTER:
            yield from (("head", one) for one in heads)
        if waited >= (SPECIALIST_AFTER if heads else HEADS_AFTER):
            yield from (("specialist", one) for one in self.specialists(day) if one != me)

    def capacity(self, me: str, one: str, day: date) -> str:
        """In what capacity a colleague is told."""
        if one in self.mentors(me, day):
            return "mentor"
        if one in self.heads(me, day).values():
            return "head"
        return "specialist" if one in self.specialists(day) else "methodist"

    def _thanks(self, me: str, route: PlainRoute, day: date) -> Iterator[Told]:
        """To each who was told of the episode that a step has ended, once."""
        for _, last in route.ended(day - TOLD_FOR, day):
            what = f"{route.code}:{last.first}"
            begun: dict[str, tuple[str, str]] = {}
            for role, one in self._rungs(me, last.waited, day):
                if one is not None:
                    begun.setdefault(one, (role, f"route_stalled:{what}:{role}:{one}"))
            for answer in last.answers:
                for one in self._instead(answer.to, day) if answer.to else ():
                    role = self.capacity(me, one, day)
                    begun.setdefault(one, (role, f"stall_handed:{what}:{role}:{one}"))
            for one, (role, beginning) in begun.items():
                key = f"stall_over:{what}:{role}:{one}"
                yield Told(key, role, one, follows=(beginning,))


def _after_years(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)
