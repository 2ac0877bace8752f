"""Random routes: the real stalls against a plain day-by-day reading of domain 4."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain.catalogue import parse_target
from connector.domain.dates import Span
from connector.domain.dossier import Rung, StallPolicy
from connector.domain.progress import RouteProgress
from connector.domain.routes import Pause, Route, RouteStep
from connector.domain.stalls import HORIZON_DAYS, episode_on, next_change, stall_reason
from tests.unit.domain import plain_stalls as plain
from tests.unit.domain.builders import calendar, completion, folded, noon, route

START = date(2026, 3, 2)
CALENDAR = calendar(Span(date(2026, 3, 23), date(2026, 3, 29)), off=[date(2026, 3, 9)])
POLICY = StallPolicy(idle_days=6, grace_days=2, head_after=2, specialist_after=4)
POLICIES = (POLICY, replace(POLICY, ladder=(Rung.METHODIST, Rung.SPECIALIST)))
DAY = timedelta(days=1)

days = st.integers(-5, 45).map(lambda n: START + n * DAY)
maybe = st.none() | days
pauses = st.lists(st.builds(Pause, st.builds(Span, maybe, maybe)), max_size=2).map(tuple)


@st.composite
def routes(draw: st.DrawFn) -> tuple[Route, plain.Done, RouteProgress]:
    count = draw(st.integers(0, 3))
    steps = tuple(
        RouteStep(n, parse_target(f"course:c{n}"), due_on=draw(maybe), required=draw(st.booleans()))
        for n in range(count)
    )
    completed = {n: day for n in range(count) if (day := draw(maybe)) is not None}
    one = route(
        starts_on=START,
        approved_by=draw(st.sampled_from(["m1", "m1", "m1", None])),
        approved_on=draw(maybe),
        cancelled_on=draw(st.one_of(st.none(), st.none(), days)),
        pauses=draw(pauses),
        steps=steps,
    )
    evidence = [completion(noon(day), f"c{n}") for n, day in completed.items()]
    (progress,) = folded(*evidence, routes=(one,)).routes
    return one, {n: day for n, day in completed.items() if day >= START}, progress


@given(routes(), st.sampled_from(POLICIES))
def test_every_day_is_judged_alike(
    drawn: tuple[Route, plain.Done, RouteProgress], policy: StallPolicy
) -> None:
    one, done, progress = drawn
    for n in range(-3, 60, 2):
        day = START + n * DAY
        found = episode_on(progress, day, CALENDAR, policy)
        told = (found.first_day, len(found.rungs)) if found else None
        assert told == plain.episode(one, done, day, CALENDAR, policy)
        assert (stall_reason(progress, day, CALENDAR, policy) is not None) == (found is not None)


@given(routes(), days, st.sampled_from(POLICIES))
@settings(max_examples=100)
def test_the_next_change_is_where_a_scan_finds_it(
    drawn: tuple[Route, plain.Done, RouteProgress], after: date, policy: StallPolicy
) -> None:
    one, done, progress = drawn
    found = next_change(progress, after, CALENDAR, policy)
    scanned = plain.next_change(one, done, after, 80, CALENDAR, policy)
    if found is not None and found == after + timedelta(days=HORIZON_DAYS):
        found = None
    assert found == scanned
