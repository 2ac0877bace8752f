"""What a programme or route changed, by competency (domain 3, Effect)."""

from datetime import date, timedelta
from typing import Any

from connector.domain.catalogue import parse_target
from connector.domain.dossier import Dossier
from connector.domain.effects import Ended, Learning, ended_by
from connector.domain.evidence import Evidence
from connector.domain.folding import Folded, fold
from connector.domain.routes import Route, RouteStep
from connector.testing.builders import (
    attempt,
    catalogue,
    completion,
    programme,
    route,
    setting,
    staff,
)

DAY = timedelta(days=1)
D1, D2, D3, D4, D5 = (date(2026, 3, 10) + n * DAY for n in range(5))
GROUND = setting(
    known=catalogue(
        {"diagnostic": ["a", "b"], "other": ["a"]},
        [
            programme("course", ["a"]),
            programme("final", ["a"], final=parse_target("quiz:other>=60")),
        ],
    )
)


def scored(day: date, a: int, b: int, **more: Any) -> Evidence:
    return attempt(day, {"a": a, "b": b}, number=day.day, **more)


def folded(*evidence: Evidence, routes: tuple[Route, ...] = ()) -> Folded:
    return fold(Dossier(staff(), evidence=evidence, routes=routes), GROUND)


def told(ended: Ended) -> dict[str, tuple[float, float, bool, bool, bool]]:
    return {
        one.competency: (
            float(one.before.percents[one.competency]),
            float(one.change),
            one.had_deficit,
            one.is_closed,
            one.covered,
        )
        for one in ended.effects
    }


def test_the_last_result_before_is_held_against_the_first_after() -> None:
    found = folded(
        scored(D1, 10, 80), scored(D2, 40, 90), completion(D3, "course"), scored(D4, 55, 70),
        scored(D5, 100, 100),
    )  # fmt: skip
    [ended] = ended_by(found, D5)
    assert (ended.kind, ended.code, ended.on) == (Learning.PROGRAMME, "course", D3)
    assert told(ended) == {
        "a": (40, 15, True, True, True),
        "b": (90, -20, False, False, False),
    }


def test_what_is_measured_on_one_side_only_has_no_effect() -> None:
    before = folded(scored(D1, 10, 80), completion(D3, "course"))
    assert [told(one) for one in ended_by(before, D5)] == [{}]
    after = folded(
        attempt(D1, {"a": 30}, quiz="other"), completion(D3, "course"), scored(D4, 55, 70)
    )
    assert [[*told(one)] for one in ended_by(after, D5)] == [["a"]]


def test_a_deficit_that_stays_is_not_closed() -> None:
    found = folded(scored(D1, 10, 80), completion(D3, "course"), scored(D4, 49, 80))
    [ended] = ended_by(found, D5)
    assert told(ended)["a"] == (10, 39, True, False, True)


def test_later_days_are_not_looked_at() -> None:
    found = folded(scored(D1, 10, 80), completion(D3, "course"), scored(D4, 55, 70))
    assert list(ended_by(found, D2)) == []
    assert [told(one) for one in ended_by(found, D3)] == [{}]


def test_a_programme_whose_final_was_not_passed_is_not_gone_through() -> None:
    found = folded(scored(D1, 10, 80), completion(D3, "final"), scored(D4, 55, 70))
    assert list(ended_by(found, D5)) == []


def test_a_route_is_measured_from_its_first_day_to_its_last_step() -> None:
    steps = (
        RouteStep(1, parse_target("course:course"), ("a",)),
        RouteStep(2, parse_target("activity:9"), ("b",), required=False),
    )
    found = folded(
        # The very result the route was made from, on the day it starts.
        scored(D2, 40, 40), completion(D4, "course"), scored(D5, 60, 45),
        routes=(route(D2, steps),),
    )  # fmt: skip
    programme_, route_ = ended_by(found, D5)
    assert (route_.kind, route_.code, route_.on) == (Learning.ROUTE, "1", D4)
    assert told(route_) == {"a": (40, 20, True, True, True), "b": (40, 5, True, False, True)}
    assert programme_.kind is Learning.PROGRAMME


def test_the_diagnosis_that_completes_a_route_is_its_after() -> None:
    steps = (
        RouteStep(1, parse_target("course:course"), ("a",)),
        RouteStep(2, parse_target("quiz:diagnostic>=50"), ("b",)),
    )
    # One in the midst of it, too weak to complete it, and one that comes later, are neither.
    late = D5 + DAY
    taken = (scored(D1, 40, 40), scored(D3, 20, 20), scored(D4, 60, 45), scored(late, 99, 99))
    found = folded(*taken, completion(D3, "course"), routes=(route(D2, steps),))
    (route_,) = (one for one in ended_by(found, late) if one.kind is Learning.ROUTE)
    assert route_.on == D4
    assert told(route_) == {"a": (40, 20, True, True, True), "b": (40, 5, True, False, True)}
    # Of a route that a course ends the same diagnosis lies within, and the later one counts.
    turned = folded(*taken, completion(D5, "course"), routes=(route(D2, steps),))
    (route_,) = (one for one in ended_by(turned, late) if one.kind is Learning.ROUTE)
    assert told(route_)["a"] == (40, 59, True, True, True)


def test_the_diagnosis_a_route_was_made_from_is_no_after() -> None:
    quiz = (RouteStep(1, parse_target("quiz:diagnostic>=50"), ("a",)),)
    found = folded(scored(D1, 20, 20), scored(D2, 60, 60), routes=(route(D2, quiz),))
    (route_,) = ended_by(found, D5)
    assert (route_.on, told(route_)) == (D2, {})


def test_a_route_that_goes_on_has_no_effect_yet() -> None:
    open_ = route(D2, (RouteStep(1, parse_target("course:nothing"), ("a",)),))
    found = folded(scored(D1, 40, 40), scored(D5, 60, 45), routes=(open_,))
    assert list(ended_by(found, D5)) == []
