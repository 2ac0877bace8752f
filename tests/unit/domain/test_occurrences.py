"""What other systems hear of a person: expectations by hand, and that names are never among it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.catalogue import parse_target
from connector.domain.dates import Span
from connector.domain.events import DomainEvent
from connector.domain.evidence import Evidence
from connector.domain.occurrences import events_for
from connector.domain.routes import Pause, RouteStep
from connector.domain.staff_cases import StaffCase
from connector.domain.stall_episodes import episode_on
from tests.unit.domain.builders import attempt, completion, folded, noon, person, route, setting
from tests.unit.domain.random_cases import FIRST, LAST, evidence, routes

TAKEN = date(2026, 3, 10)
DAY = timedelta(days=1)
STEPS = (RouteStep(1, parse_target("course:3")), RouteStep(2, parse_target("course:9")))


def case(*facts: Evidence, **more: Any) -> StaffCase:
    within = setting()
    return StaffCase(folded(*facts, in_=within, **more), within)


def happened(one: StaffCase, day: date) -> tuple[DomainEvent, ...]:
    calendar, policy = one.setting.calendar, one.setting.stalls
    episodes = (episode_on(progress, day, calendar, policy) for progress in one.folded.routes)
    return events_for(one, day, [episode.first_day if episode else None for episode in episodes])


def names(events: Sequence[DomainEvent]) -> list[tuple[str, date]]:
    return sorted((str(event.type), event.occurred_on) for event in events)


def of_a(events: Sequence[DomainEvent]) -> list[tuple[str, date]]:
    return names([event for event in events if event.payload.get("competency") == "A"])


def scored(mark: int, on: date, number: int = 1) -> Evidence:
    """A result in competencies A (as given) and B (always fine)."""
    return attempt(noon(on), (mark, 10), (9, 10), number=number)


def test_a_deficit_opens_is_addressed_and_closes() -> None:
    learned = completion(noon(TAKEN + DAY), "3")
    better = scored(9, TAKEN + 2 * DAY, number=2)
    events = happened(case(scored(2, TAKEN), learned, better), TAKEN + 3 * DAY)
    assert names(events) == [
        ("deficit.addressed", TAKEN + DAY),
        ("deficit.closed", TAKEN + 2 * DAY),
        ("deficit.opened", TAKEN),
    ]
    assert {event.subject for event in events} == {"p1"}
    opened = next(event for event in events if event.type == "deficit.opened")
    assert opened.key == "deficit.opened:p1:A:attempt:moodle:7001"
    assert opened.payload == {
        "competency": "A", "evidence": "attempt:moodle:7001", "level": "below_base"
    }  # fmt: skip


def test_a_second_bad_result_in_a_row_opens_nothing() -> None:
    events = happened(case(scored(2, TAKEN), scored(3, TAKEN + DAY, number=2)), TAKEN + 2 * DAY)
    assert names(events) == [("deficit.opened", TAKEN)]


def test_a_bad_result_after_the_programme_opens_again() -> None:
    learned = completion(noon(TAKEN + DAY), "3")
    worse = scored(1, TAKEN + 2 * DAY, number=2)
    events = happened(case(scored(2, TAKEN), learned, worse), TAKEN + 3 * DAY)
    assert names(events) == [
        ("deficit.addressed", TAKEN + DAY),
        ("deficit.opened", TAKEN),
        ("deficit.opened", TAKEN + 2 * DAY),
    ]


def test_a_first_good_result_closes_nothing() -> None:
    assert happened(case(scored(9, TAKEN)), TAKEN) == ()


def test_neither_the_future_nor_what_happened_long_ago_is_told() -> None:
    one = case(scored(2, TAKEN))
    assert happened(one, TAKEN - DAY) == ()
    assert len(happened(one, TAKEN + 30 * DAY)) == 1
    assert happened(one, TAKEN + 31 * DAY) == ()


def test_whoever_is_not_employed_causes_nothing() -> None:
    gone = person(employments=(Span(None, TAKEN - DAY),))
    assert happened(case(scored(2, TAKEN), person=gone, routes=(route(steps=STEPS),)), TAKEN) == ()


def test_a_route_is_approved_moves_and_is_completed() -> None:
    planned = route(steps=STEPS)
    start = planned.starts_on
    done = case(
        completion(noon(start + 2 * DAY), "3"), completion(noon(start + 4 * DAY), "9"),
        routes=(planned,),
    )  # fmt: skip
    events = [e for e in happened(done, start + 5 * DAY) if e.type.startswith("route.")]
    assert names(events) == [
        ("route.approved", start),
        ("route.completed", start + 4 * DAY),
        ("route.step_done", start + 2 * DAY),
        ("route.step_done", start + 4 * DAY),
    ]
    step = next(e for e in events if e.type == "route.step_done")
    assert step.payload["target"] == "course:3"


def test_a_draft_is_nobodys_business() -> None:
    draft = route(steps=STEPS, approved_by=None, approved_on=None)
    done = case(completion(noon(draft.starts_on), "3"), routes=(draft,))
    assert not [e for e in happened(done, draft.starts_on) if e.type.startswith("route.")]


def test_a_cancelled_route_tells_no_reason_and_moves_no_more() -> None:
    start = route().starts_on
    stopped = route(steps=STEPS, cancelled_on=start + 3 * DAY, cancel_reason="Болезнь Ивановой")
    done = case(completion(noon(start + 4 * DAY), "3"), routes=(stopped,))
    events = [e for e in happened(done, start + 5 * DAY) if e.type.startswith("route.")]
    assert names(events) == [("route.approved", start), ("route.cancelled", start + 3 * DAY)]
    assert "Болезнь" not in repr(events)


def test_a_stall_is_told_however_long_ago_it_began_and_ends_with_a_step() -> None:
    planned = route(steps=STEPS, starts_on=date(2026, 3, 2), approved_on=date(2026, 3, 2))
    stalled_on = date(2026, 3, 30)
    late = case(routes=(planned,))
    assert names(happened(late, stalled_on + 100 * DAY)) == [("route.stalled", stalled_on)]
    moved = case(completion(noon(stalled_on + 10 * DAY), "3"), routes=(planned,))
    events = happened(moved, stalled_on + 10 * DAY)
    assert ("route.resumed", stalled_on + 10 * DAY) in names(events)
    resumed = next(e for e in events if e.type == "route.resumed")
    assert resumed.payload == {"route": "1", "stalled_since": "2026-03-30"}


def test_a_pause_ends_a_stall_silently() -> None:
    pause = Pause(Span(date(2026, 4, 6), date(2026, 5, 6)))
    first = date(2026, 3, 2)
    planned = route(steps=STEPS, starts_on=first, approved_on=first, pauses=(pause,))
    events = happened(case(routes=(planned,)), date(2026, 4, 7))
    assert not {"route.resumed", "route.stalled"} & {str(e.type) for e in events}


@given(st.data())
def test_order_does_not_matter_and_no_name_is_told(data: st.DataObject) -> None:
    facts = data.draw(st.lists(evidence, max_size=6, unique_by=lambda one: one.key))
    held = tuple(data.draw(st.lists(routes(), max_size=2, unique_by=lambda one: one.number)))
    day = data.draw(st.dates(FIRST, LAST))
    first = happened(case(*facts, routes=held), day)
    assert happened(case(*data.draw(st.permutations(facts)), routes=held), day) == first
    assert len({event.key for event in first}) == len(first)
    assert all(
        day - timedelta(days=30) <= e.occurred_on <= day or e.type == "route.stalled" for e in first
    )
    assert "Иванова" not in repr(first)
