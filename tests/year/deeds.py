"""What people do in the connector over the year: answers, requests, choices. By chance with a seed,
asked of the plain model, so that they answer to what is so.

A deed is a plain value: `office` does it in the product, the model takes it as it is.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from tests.year.plain_calendar import DAY, is_working
from tests.year.plain_model import PlainModel
from tests.year.plain_post import ALL, AT_ONCE, GATHERED, OFF, Chosen
from tests.year.plain_routes import HEADS_AFTER, SPECIALIST_AFTER, Answer, PlainRoute, Stall
from tests.year.year_town import FIRST, LAST, RouteRow, YearTown

ANSWERS, REQUESTS, LEAVINGS, BOUNCES = 0.07, 0.004, 0.06, 0.04
"""A working day: of a stalled route, of a route that goes on; of the day itself the others."""


@dataclass(frozen=True)
class Answering:
    person: str
    route: PlainRoute
    first: date
    answer: Answer


@dataclass(frozen=True)
class Requesting:
    """kind: pause, prolong, not_relevant, drop; granted by a methodist on the same day. becomes:
    the route afterwards. first, last, step: as the form has them."""

    route: PlainRoute
    kind: str
    becomes: RouteRow
    first: date | None = None
    last: date | None = None
    step: int = 0


@dataclass(frozen=True)
class Choosing:
    person: str
    kind: str
    chosen: Chosen


def choices(town: YearTown, seed: int) -> Mapping[date, list[Choosing]]:
    """Who changes their mind about letters, and when."""
    chance = Random(f"{seed} choices")
    found: dict[date, list[Choosing]] = {}
    heads = sorted({*town.heads.values(), *town.new_heads.values()})
    some = [n for n in town.teachers if chance.random() < 0.15]
    for person in sorted({*some, *heads, *town.managers}):
        for _ in range(chance.choice((1, 2, 3))):
            day = FIRST + timedelta(days=chance.randrange((LAST - FIRST).days))
            found.setdefault(day, []).append(_choice(chance, person))
    return found


def _choice(chance: Random, person: str) -> Choosing:
    hour = chance.choice((7, 11, 15, None))
    weekday = chance.choice((0, 2, 4, None))
    kinds = ("route_stalled", "step_done", "deficits_found", "stall_over", "stalls_week")
    return chance.choice(
        [
            Choosing(person, ALL, Chosen(None, hour, None)),
            Choosing(person, ALL, Chosen(GATHERED, hour, weekday)),
            Choosing(person, ALL, Chosen(AT_ONCE)),
            Choosing(person, ALL, Chosen(OFF)),
            Choosing(person, ALL, Chosen()),
            Choosing(person, chance.choice(kinds), Chosen(OFF)),
            Choosing(person, chance.choice(kinds), Chosen(GATHERED)),
            Choosing(person, chance.choice(kinds), Chosen(AT_ONCE)),
            Choosing(person, "stall_reminder", Chosen(AT_ONCE)),
        ]
    )


def answers(model: PlainModel, day: date, seed: int) -> Iterator[Answering]:
    """At most one to an episode a day."""
    chance = Random(f"{seed} answers {day}")
    for me, route, stall in model.stalled(day):
        if chance.random() < ANSWERS:
            given = _answer(chance, model, me, stall)
            if given is not None:
                yield Answering(me, route, stall.first, given)


def _answer(chance: Random, model: PlainModel, me: str, stall: Stall) -> Answer | None:
    day = stall.day
    heads = sorted({*model.heads(me, day).values()})
    by = [(one, "methodist") for one in model.methodists(me, day)]
    by += [(one, "mentor") for one in model.mentors(me, day)]
    if stall.waited >= HEADS_AFTER:
        by += [(one, "head") for one in heads]
    if stall.waited >= SPECIALIST_AFTER:
        by += [(one, "specialist") for one in model.specialists(day)]
    by = [(one, role) for one, role in by if one != me]
    if not by:
        return None
    number, role = chance.choice(by)
    until = day + timedelta(days=chance.choice((1, 3, 7, 14, 30, 60)))
    # What is left to a mentor; the rest a methodist decides.
    kinds = ("measure",) if role == "mentor" else ("acknowledged", "snoozed", "measure", "handed")
    match chance.choice(kinds):
        case "acknowledged":
            return Answer("acknowledged", day, number, role)
        case "handed":
            colleagues = {*heads, *model.mentors(me, day), *model.town.managers} - {number, me}
            to = chance.choice(sorted(colleagues))
            return Answer("handed_over", day, number, role, to=to)
        case kind:
            return Answer(kind, day, number, role, until)


def requests(model: PlainModel, day: date, seed: int) -> Iterator[Requesting]:
    """Of routes that are approved and neither completed nor cancelled."""
    chance = Random(f"{seed} requests {day}")
    for number in sorted(model.routes):
        for route in model.routes[number]:
            if chance.random() >= REQUESTS or not route.is_approved(day):
                continue
            completed = route.completed()
            if (completed and completed <= day) or route.is_cancelled(day):
                continue
            asked = _request(chance, route, day)
            if asked is not None:
                yield asked


def _request(chance: Random, route: PlainRoute, day: date) -> Requesting | None:
    row, done = route.row, route.done()
    kind = chance.choice(("pause", "pause", "prolong", "prolong", "not_relevant", "drop"))
    if kind == "pause":
        first = day + timedelta(days=chance.choice((-3, 0, 0, 4)))
        last = first + timedelta(days=chance.choice((2, 10, 30, 70)))
        if any(f <= last and (u is None or first <= u) for f, u in row.pauses):
            return None
        becomes = replace(row, pauses=(*row.pauses, (first, last)))
        return Requesting(route, kind, becomes, first, last)
    if kind == "drop":
        return Requesting(route, kind, replace(row, cancelled=max(day, row.starts)))
    left = [s for s in row.steps if not (s.order in done and done[s.order] <= day)]
    if kind == "prolong":
        left = [step for step in left if step.due]
    else:
        needed = sum(step.required for step in row.steps)
        left = [step for step in left if step.required and needed > 1]
    if not left:
        return None
    step = chance.choice(left)
    if kind == "not_relevant":
        return Requesting(route, kind, _with(row, step.order, required=False), step=step.order)
    due = max(step.due or day, day) + timedelta(days=chance.choice((3, 15, 40)))
    while not is_working(due):
        due += DAY
    if due > LAST:
        return None
    return Requesting(route, kind, _with(row, step.order, due=due), last=due, step=step.order)


def _with(row: RouteRow, order: int, **changed: object) -> RouteRow:
    steps = tuple(replace(s, **changed) if s.order == order else s for s in row.steps)  # type: ignore[arg-type]
    return replace(row, steps=steps)


def leaving_or_bouncing(
    readers: Mapping[str, object], day: date, seed: int
) -> tuple[str | None, str | None]:
    """Of those who got a letter this morning: who unsubscribes by its link, whose comes back."""
    chance = Random(f"{seed} readers {day}")
    leaves, comes_back = chance.random() < LEAVINGS, chance.random() < BOUNCES
    if not readers:
        return None, None
    some = sorted(readers)
    return (
        chance.choice(some) if leaves else None,
        chance.choice(some) if comes_back else None,
    )
