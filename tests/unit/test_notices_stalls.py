"""Who is told what of a stalled route, and what answers make of it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.cases import StaffCase
from connector.domain.catalogue import parse_target
from connector.domain.dates import Span
from connector.domain.dossier import Dossier
from connector.domain.folding import fold
from connector.domain.notices import owed_for
from connector.domain.owed import Circle, Owed, Recipient
from connector.domain.routes import Pause, RouteStep
from connector.domain.stall_answers import AnswerKind, StallAnswer
from connector.domain.stall_policy import RouteKind, StallPolicy, StepsOf
from tests.unit.domain.builders import completion, noon, person, route, setting

DAY = timedelta(days=1)
# 20 working days after Monday 2 March 2026 is Monday 30 March; then working days of April.
STALLED_ON = date(2026, 3, 30)
REMINDED_ON, HEADS_ON, SPECIALIST_ON = date(2026, 4, 2), date(2026, 4, 6), date(2026, 4, 13)
STEPS = (RouteStep(1, parse_target("course:3")), RouteStep(2, parse_target("course:9")))
CIRCLE = Circle(
    mentors=(person("mentor"),),
    heads={"a1": person("head")},
    methodists=(person("methodist"),),
    specialists=(person("specialist"),),
    colleagues={n: (person(n),) for n in ("methodist", "mentor", "head", "other")},
)


def answer(kind: AnswerKind, on: date, number: int = 1, **more: Any) -> StallAnswer:
    given_ = {"by": "methodist", "by_name": "Методист", "role": Recipient.METHODIST, **more}
    return StallAnswer(number, "1", kind, on, **given_)


def measure(on: date, until: date, **more: Any) -> StallAnswer:
    return answer(AnswerKind.MEASURE, on, until=until, text="Позвонила", **more)


def case(*answers: StallAnswer, done: date | None = None, **more: Any) -> StaffCase:
    facts = () if done is None else (completion(noon(done), "3"),)
    routes = (route(**{"steps": STEPS, **more}),)
    within = setting()
    dossier = Dossier(person(), facts, routes=routes, stall_answers=answers)
    return StaffCase(fold(dossier, within), within)


def within_policy(policy: StallPolicy) -> StaffCase:
    within = replace(setting(), stalls=policy)
    dossier = Dossier(person(), (), routes=(route(steps=STEPS),))
    return StaffCase(fold(dossier, within), within)


def owed(one: StaffCase, day: date, circle: Circle = CIRCLE) -> dict[tuple[str, str], Owed]:
    """By kind and recipient."""
    return {(o.kind, str(o.recipient)): o for o in owed_for(one, circle, day)}


def kinds(one: StaffCase, day: date) -> set[tuple[str, str]]:
    return set(owed(one, day))


def test_a_methodist_who_answers_nothing_is_reminded_once_after_three_working_days() -> None:
    silent = case()
    assert ("stall_reminder", "methodist") not in kinds(silent, REMINDED_ON - DAY)
    first = owed(silent, REMINDED_ON)["stall_reminder", "methodist"]
    assert first.params["waited"] == 3
    assert first.follows == (owed(silent, REMINDED_ON)["route_stalled", "methodist"].key,)
    assert owed(silent, HEADS_ON - DAY)["stall_reminder", "methodist"] == first
    heard = case(answer(AnswerKind.ACKNOWLEDGED, STALLED_ON))
    assert ("stall_reminder", "methodist") not in kinds(heard, REMINDED_ON)


def test_nobody_is_reminded_once_a_later_rung_was_reached() -> None:
    """The scheduler slept, and the reminder promises that nobody else was disturbed."""
    reminder = ("stall_reminder", "methodist")
    assert reminder in kinds(case(), HEADS_ON - DAY)
    assert reminder not in kinds(case(), HEADS_ON)
    alone = replace(CIRCLE, heads={})
    assert reminder not in owed(case(), HEADS_ON, alone), "the specialist hears in their place"
    assert reminder not in kinds(case(), SPECIALIST_ON)


def test_a_reminder_is_no_news_after_a_week() -> None:
    slow = within_policy(StallPolicy(head_after=20, specialist_after=30))
    assert ("stall_reminder", "methodist") in kinds(slow, REMINDED_ON + 7 * DAY)
    assert ("stall_reminder", "methodist") not in kinds(slow, REMINDED_ON + 8 * DAY)


def test_an_acknowledgement_keeps_the_next_rung_off_for_one_rung_at_most() -> None:
    heard = case(
        answer(AnswerKind.ACKNOWLEDGED, STALLED_ON + DAY),
        answer(AnswerKind.ACKNOWLEDGED, STALLED_ON + 3 * DAY, number=2),
    )
    later = HEADS_ON + 7 * DAY
    assert ("route_stalled", "head") not in kinds(heard, later - DAY)
    assert ("route_stalled", "head") in kinds(heard, later)


def test_a_measure_holds_the_ladder_until_the_day_of_its_check() -> None:
    until = STALLED_ON + 21 * DAY
    held = case(measure(STALLED_ON, until))
    assert not {k for k in kinds(held, until - DAY) if k[1] in ("head", "specialist")}
    # No day was counted: the head's five working days begin with the day of the check.
    assert ("route_stalled", "head") not in kinds(held, until + 3 * DAY)
    assert ("route_stalled", "head") in kinds(held, until + 4 * DAY)


def test_on_the_day_of_the_check_who_took_the_measure_hears_that_nothing_moved() -> None:
    until = STALLED_ON + 7 * DAY
    one = case(measure(STALLED_ON, until, by="mentor", role=Recipient.MENTOR))
    assert ("stall_check", "mentor") not in kinds(one, until - DAY)
    check = owed(one, until)["stall_check", "mentor"]
    assert (check.role, check.happened_on, check.params["text"]) == (
        Recipient.MENTOR,
        until,
        "Позвонила",
    )
    assert check.key == "stall_check:p1/1:2026-03-30:2026-04-06:mentor:mentor"
    assert owed(one, until + 9 * DAY)["stall_check", "mentor"] == check


def test_a_measure_that_another_took_the_place_of_is_not_checked() -> None:
    first, second = STALLED_ON + 7 * DAY, STALLED_ON + 14 * DAY
    one = case(
        measure(STALLED_ON, first, by="mentor", role=Recipient.MENTOR),
        measure(STALLED_ON + 2 * DAY, second, number=2),
    )
    assert {k for k in kinds(one, second) if k[0] == "stall_check"} == {
        ("stall_check", "methodist")
    }


def test_who_has_left_is_asked_no_more() -> None:
    until = STALLED_ON + 7 * DAY
    gone = case(measure(STALLED_ON, until, by="gone"))
    assert not any(kind == "stall_check" for kind, _ in kinds(gone, until))


def test_a_colleague_is_alerted_at_once_and_asked_from_then_on() -> None:
    to = {"to": "other", "to_name": "Другой"}
    one = case(answer(AnswerKind.HANDED_OVER, STALLED_ON, **to))
    handed = owed(one, STALLED_ON)["stall_handed", "other"]
    assert (handed.role, handed.urgent) == (Recipient.METHODIST, True)
    assert handed.params["tried"][-1]["to"] == "Другой"
    back = case(
        answer(AnswerKind.HANDED_OVER, STALLED_ON, **to),
        answer(AnswerKind.HANDED_OVER, STALLED_ON + DAY, 2, to="head", to_name="Р", by="other"),
    )
    found = owed(back, STALLED_ON + DAY)
    assert ("stall_handed", "other") not in found
    assert found["stall_handed", "head"].role is Recipient.HEAD


def test_later_rungs_read_how_long_it_lasts_and_what_was_tried_until_then() -> None:
    tried = measure(STALLED_ON, STALLED_ON + 2 * DAY)
    late = answer(AnswerKind.ACKNOWLEDGED, SPECIALIST_ON + 20 * DAY, 2)
    one = case(tried, late)
    day = SPECIALIST_ON + 30 * DAY
    head, specialist = (owed(one, day)["route_stalled", who] for who in ("head", "specialist"))
    assert (head.params["waited"], specialist.params["waited"]) == (6, 11)
    assert [t["text"] for t in specialist.params["tried"]] == ["Позвонила"]
    assert owed(one, day)["route_stalled", "methodist"].params["tried"] == head.params["tried"]


def test_a_step_that_ends_a_stall_is_thanked_for_by_whoever_was_told() -> None:
    done = HEADS_ON + DAY
    moved = case(done=done)
    found = {k: o for k, o in owed(moved, done).items() if k[0] == "stall_over"}
    assert {who for _, who in found} == {"methodist", "mentor", "head"}
    assert not any(o.urgent for o in found.values())
    head = found["stall_over", "head"]
    assert head.follows == ("route_stalled:p1/1:2026-03-30:head:head",)
    assert (head.params["step_title"], head.params["left"], head.params["completed"]) == (
        "Сильная",
        1,
        False,
    )
    assert not any(k[0] == "stall_over" for k in kinds(moved, done + 31 * DAY))


def test_a_route_completed_out_of_a_stall_congratulates_the_teacher_once() -> None:
    done = HEADS_ON + DAY
    over = case(done=done, steps=STEPS[:1])
    found = owed(over, done)
    assert found["stall_over", "methodist"].params["completed"] is True
    assert ("route_completed", "p1") in found
    assert ("stall_over", "p1") not in found


def test_a_pause_ends_a_stall_silently() -> None:
    paused = case(pauses=(Pause(Span(HEADS_ON, HEADS_ON + 30 * DAY)),))
    assert not {k for k in kinds(paused, HEADS_ON) if "stall" in k[0]}
    moved = case(done=HEADS_ON, pauses=(Pause(Span(HEADS_ON, HEADS_ON + 30 * DAY)),))
    assert not {k for k in kinds(moved, HEADS_ON) if "stall" in k[0]}


def test_a_new_episode_begins_without_the_answers_to_the_last_one() -> None:
    """A snooze of a quarter given before the step says nothing of the stall after it."""
    done = STALLED_ON + 2 * DAY
    one = case(answer(AnswerKind.SNOOZED, STALLED_ON, until=STALLED_ON + 90 * DAY), done=done)
    again = owed(one, STALLED_ON + 60 * DAY)
    assert {"head", "specialist"} <= {who for kind, who in again if kind == "route_stalled"}


def test_a_kind_of_route_has_a_policy_of_its_own() -> None:
    manual = RouteKind(steps=StepsOf.MANUAL)
    patient = StallPolicy(idle_days=40)
    policy = StallPolicy(kinds=((manual, patient), (RouteKind(number="М-"), StallPolicy(9))))
    by_hand = route(steps=(RouteStep(1, parse_target("manual")),))
    assert policy.of(by_hand) is patient
    assert policy.of(route(steps=STEPS)) is policy
    assert policy.of(replace(route(steps=STEPS), number="М-7")).idle_days == 9
    diagnosed = RouteKind(based_on=("DIAG",))
    assert [diagnosed.fits(route(based_on=quiz)) for quiz in ("DIAG", "OTHER", None)] == [
        True,
        False,
        False,
    ]


days = st.integers(-5, 60).map(lambda n: STALLED_ON + n * DAY)


@st.composite
def some_answers(draw: st.DrawFn) -> tuple[StallAnswer, ...]:
    found = []
    for number in range(draw(st.integers(0, 4))):
        kind, on = draw(st.sampled_from(AnswerKind)), draw(days)
        holds = kind in (AnswerKind.SNOOZED, AnswerKind.MEASURE)
        found.append(
            answer(
                kind,
                on,
                number,
                until=on + draw(st.integers(1, 20)) * DAY if holds else None,
                to="other" if kind is AnswerKind.HANDED_OVER else None,
                by=draw(st.sampled_from(["methodist", "mentor", "head"])),
            )
        )
    return tuple(found)


@given(some_answers(), days, st.none() | days)
def test_whatever_is_answered_keys_are_unique_and_nobody_hears_ahead_of_time(
    given_: tuple[StallAnswer, ...], day: date, done: date | None
) -> None:
    found = owed_for(case(*given_, done=done), CIRCLE, day)
    assert len({o.key for o in found}) == len(found)
    assert all(o.happened_on <= day and len(o.key) <= 300 for o in found)
    assert owed_for(case(*reversed(given_), done=done), CIRCLE, day) == found


@given(some_answers(), days)
def test_what_is_not_answered_yet_changes_nothing(
    given_: tuple[StallAnswer, ...], day: date
) -> None:
    known = [one for one in given_ if one.on <= day]
    assert owed_for(case(*given_), CIRCLE, day) == owed_for(case(*known), CIRCLE, day)
