"""Random routes: the real stalls against a plain day-by-day reading of domain 4."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain.catalogue import parse_target
from connector.domain.dates import Span
from connector.domain.owed import Recipient
from connector.domain.progress import RouteProgress
from connector.domain.routes import Pause, Route, RouteStep
from connector.domain.stall_answers import AnswerKind, StallAnswer
from connector.domain.stall_episodes import Episode, ended_episodes, episode_on
from connector.domain.stall_policy import Rung, StallPolicy
from connector.domain.stall_turns import HORIZON_DAYS, next_change
from connector.domain.stalls import stall_reason
from tests.unit.domain import plain_stalls as plain
from tests.unit.domain.builders import calendar, completion, folded, noon, route

START = date(2026, 3, 2)
CALENDAR = calendar(Span(date(2026, 3, 23), date(2026, 3, 29)), off=[date(2026, 3, 9)])
POLICY = StallPolicy(idle_days=6, grace_days=2, head_after=2, specialist_after=4)
POLICIES = (
    POLICY,
    replace(POLICY, ladder=(Rung.METHODIST, Rung.SPECIALIST), remind_after=0),
    replace(POLICY, idle_days=3, head_after=5, specialist_after=8, remind_after=2),
)
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


@st.composite
def answers(draw: st.DrawFn) -> tuple[StallAnswer, ...]:
    found = []
    for number in range(draw(st.integers(0, 4))):
        kind = draw(st.sampled_from(AnswerKind))
        on = draw(days)
        holds = kind in (AnswerKind.SNOOZED, AnswerKind.MEASURE)
        until = on + draw(st.integers(1, 15)) * DAY if holds else None
        to = "h1" if kind is AnswerKind.HANDED_OVER else None
        route = draw(st.sampled_from(["1", "1", "1", "2"]))
        given_ = StallAnswer(number, route, kind, on, "m1", "М", Recipient.METHODIST, until, to)
        found.append(given_)
    return tuple(found)


@given(routes(), answers(), st.sampled_from(POLICIES))
def test_every_day_is_judged_alike(
    drawn: tuple[Route, plain.Done, RouteProgress],
    given_: tuple[StallAnswer, ...],
    policy: StallPolicy,
) -> None:
    one, done, progress = drawn
    for n in range(-3, 60, 2):
        day = START + n * DAY
        found = episode_on(progress, day, CALENDAR, policy, reversed(given_))
        expected = plain.episode(one, done, day, CALENDAR, policy, given_)
        assert told(found) == expected, day
        assert (stall_reason(progress, day, CALENDAR, policy) is not None) == (found is not None)


def told(found: Episode | None) -> plain.Told | None:
    if found is None:
        return None
    reached = tuple((str(rung), day) for rung, day in found.reached)
    return plain.Told(found.first_day, reached, found.hold is not None, found.remind_on)


@given(routes(), answers(), days, st.sampled_from(POLICIES))
@settings(max_examples=100)
def test_the_next_change_is_where_a_scan_finds_it(
    drawn: tuple[Route, plain.Done, RouteProgress],
    given_: tuple[StallAnswer, ...],
    after: date,
    policy: StallPolicy,
) -> None:
    one, done, progress = drawn
    found = next_change(progress, after, CALENDAR, policy, given_)
    scanned = plain.next_change(one, done, after, 80, CALENDAR, policy, given_)
    if found is not None and found == after + timedelta(days=HORIZON_DAYS):
        found = None
    assert found == scanned


@given(routes(), st.sampled_from(POLICIES))
def test_an_episode_ends_on_the_day_of_the_step_that_ended_it(
    drawn: tuple[Route, plain.Done, RouteProgress], policy: StallPolicy
) -> None:
    one, done, progress = drawn
    span = Span(START - 5 * DAY, START + 60 * DAY)
    found = ended_episodes(progress, span, CALENDAR, policy)
    every = [START + n * DAY for n in range(-5, 61)]
    expected = plain.ended(one, done, every, CALENDAR, policy)
    assert [(o.last.first_day, o.ended_on) for o in found] == expected


@given(routes(), answers(), days, st.sampled_from(POLICIES))
def test_answers_never_take_back_what_was_told(
    drawn: tuple[Route, plain.Done, RouteProgress],
    given_: tuple[StallAnswer, ...],
    day: date,
    policy: StallPolicy,
) -> None:
    """A rung that was reached before an answer came stays reached on the same day."""
    _, _, progress = drawn
    before = [one for one in given_ if one.on < day]
    known = [one for one in given_ if one.on <= day]
    without = episode_on(progress, day, CALENDAR, policy, before)
    found = episode_on(progress, day, CALENDAR, policy, known)
    assert (found and found.reached) == (without and without.reached)
