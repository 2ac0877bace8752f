"""The week's digest of stalled routes, counted once more (docs/ru/stalls.md, «Итоги недели»)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tests.year.plain_calendar import is_working, working_between
from tests.year.plain_model import PlainModel
from tests.year.plain_post import Told
from tests.year.plain_routes import HEADS_AFTER, SPECIALIST_AFTER, Stall

WEEK = timedelta(days=7)


@dataclass
class Numbers:
    """What one of those in charge is told. open: routes that stand; new, closed: of the week
    before, Monday to Sunday."""

    open: int = 0
    new: int = 0
    closed: int = 0
    unanswered: int = 0
    due: int = 0
    escalated: int = 0
    longest: int = 0

    def as_told(self) -> dict[str, int]:
        names = ("open", "new", "closed", "unanswered", "due", "escalated", "longest")
        return {name: getattr(self, name) for name in names}


class PlainWeek:
    """Asked every day; on the first working day of a week it has something to say."""

    def __init__(self, model: PlainModel) -> None:
        self._model = model
        self._told: date | None = None
        self._reached: set[tuple[str, ...]] = set()

    def digests(self, day: date) -> dict[Told, dict[str, int]]:
        monday = day - timedelta(days=day.weekday())
        if self._told is None:
            # What an installation begins with has just been told route by route.
            self._told = monday
            return {}
        if self._told >= monday or not is_working(day):
            return {}
        self._told = monday
        self._reached = self._read()
        weeks: dict[tuple[str, str], Numbers] = {}
        for me, route, stall in self._model.stalled(day):
            for role, one in self._in_charge(me, day):
                week = weeks.setdefault((role, one), Numbers())
                what = f"{route.code}:{stall.first}"
                # Of a methodist's: whether it has gone beyond her.
                week.escalated += (
                    any((what, beyond) in self._reached for beyond in ("head", "specialist"))
                    if role == "methodist"
                    else (what, role, one) in self._reached
                )
                self._count(week, stall, monday)
        for me, routes in self._model.routes.items():
            for route in routes:
                for _, last in route.ended(monday - WEEK, monday - timedelta(days=1)):
                    for who in self._in_charge(me, day):
                        week = weeks.setdefault(who, Numbers())
                        week.closed += 1
                        week.new += monday - WEEK <= last.first < monday
        return {
            Told(f"stalls_week:{monday}:{role}:{one}", role, one): week.as_told()
            for (role, one), week in weeks.items()
        }

    def _read(self) -> set[tuple[str, ...]]:
        """Stall, role and person of whatever was told, or will be by the digest's hour; and once
        more without the person."""
        found: set[tuple[str, ...]] = set()
        for key in (*self._model.sent, *self._model.waiting):
            kind, code, first, role, *one = key.split(":")
            if kind in ("route_stalled", "stall_handed"):
                found |= {(f"{code}:{first}", role, *one), (f"{code}:{first}", role)}
        return found

    def _count(self, week: Numbers, stall: Stall, monday: date) -> None:
        day = stall.day
        week.open += 1
        week.new += monday - WEEK <= stall.first < monday
        week.longest = max(week.longest, working_between(stall.first, day))
        if stall.hold:
            return
        answered = stall.answers[-1].on if stall.answers else None
        risen = [on for on in (stall.since(HEADS_AFTER), stall.since(SPECIALIST_AFTER)) if on]
        back = [a.until for a in stall.ended_holds() if a.until]
        if answered is None or (risen and answered < max(risen)):
            week.unanswered += 1
        elif back and answered < max(back):
            week.due += 1

    def _in_charge(self, me: str, day: date) -> Iterator[tuple[str, str]]:
        yield from {("methodist", one) for one in self._model.methodists(me, day) if one != me}
        yield from {("head", one) for one in self._model.heads(me, day).values()}
        yield from {("specialist", one) for one in self._model.specialists(day) if one != me}
