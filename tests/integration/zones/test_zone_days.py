"""A local day begins at each settlement's own midnight, once, however the tick is run."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.runtime import tick
from connector.runtime.claims import release_everything
from connector.runtime.fold import Folder
from connector.runtime.tick import Ticker
from connector.services.notices.plans import PlanService
from connector.services.stalls.weekly import WeeklyService
from tests.integration.spine.state_of import assert_proven, state_of
from tests.integration.zones.zone_town import (
    CLOSING,
    MINUTE,
    MONTH,
    NEW_YEAR,
    SCHOOL_YEAR,
    ZONES,
    Facts,
    Turn,
    ZoneTown,
    completes,
    facts,
    local,
    versions,
    zone_town,
)

DAY = timedelta(days=1)
TURNS = pytest.mark.parametrize(
    "turn", [SCHOOL_YEAR, MONTH, NEW_YEAR], ids=["september", "october", "january"]
)

YOUNG, YOUNG_AFTER = (3, 1), (1, 1)
"""Two end their first three years; of `helped` one turns 35."""
HELPED, HELPED_AFTER = (4, 2), (3, 1)


def stalls(code: str, turn: Turn) -> frozenset[str]:
    p = code[0].upper()
    return frozenset(f"route_stalled:{p}{who}/1:{turn.stalled_on}:methodist:{p}m" for who in "fg")


def plan(kind: str, code: str, indicator: str, day: date) -> str:
    return f"plan_{kind}:{code}.{indicator}:{day.year}:whole::{day}:methodist:{code[0].upper()}m"


def is_before(found: Facts, turn: Turn) -> None:
    eve = turn.day - DAY
    assert found.day == eve
    assert found.shares[f"young {eve.year}"] == YOUNG
    assert found.shares[f"helped {eve.year}"] == HELPED
    if turn is not NEW_YEAR:
        assert found.stalled == frozenset()
    if turn is SCHOOL_YEAR:
        assert f"diagnosed {eve.year}/{eve.year + 1}" not in found.shares


def is_after(found: Facts, code: str, turn: Turn) -> None:
    day, eve = turn.day, turn.day - DAY
    assert found.day == day
    assert found.shares[f"young {day.year}"] == YOUNG_AFTER
    assert found.shares[f"helped {day.year}"] == HELPED_AFTER
    assert found.stalled == stalls(code, turn)
    if turn is NEW_YEAR:
        # What the old year came to, with its last day.
        assert found.shares[f"young {eve.year}"] == YOUNG
        assert found.shares[f"helped {eve.year}"] == HELPED
    if turn is SCHOOL_YEAR:
        assert found.shares[f"diagnosed {day.year - 1}/{day.year}"] == (8, 1)
        assert found.shares[f"diagnosed {day.year}/{day.year + 1}"] == (8, 0)


@TURNS
def test_each_day_begins_at_its_own_midnight(tmp_path: Path, turn: Turn) -> None:
    """Nine hours lie between the first settlement and the last."""
    eve = turn.day - DAY
    with zone_town(tmp_path / "town", turn) as town:
        for code in ZONES:
            town.at(code, eve, 23, 59)
            is_before(facts(town, code), turn)
            others = {other: facts(town, other) for other in ZONES if other != code}

            town.at(code, turn.day, 0, 0)
            is_after(facts(town, code), code, turn)
            assert {other: facts(town, other) for other in others} == others
        assert_proven(town, [*ZONES])


def test_a_register_holds_to_the_end_of_its_last_local_day(tmp_path: Path) -> None:
    turn = SCHOOL_YEAR
    with zone_town(tmp_path / "town", turn) as town:
        midnights = {code: local(code, turn.day, 0) for code in ZONES}
        town.at("moscow", turn.day, 12)
        for code, midnight in midnights.items():
            completes(town, code, midnight, 1)
            town.settle()
            assert facts(town, code).shares["registered 2026"][1] == 0
            completes(town, code, midnight - MINUTE, 2)
            town.settle()
            assert facts(town, code).shares["registered 2026"][1] == 1


def test_a_plan_is_told_at_the_local_closing_hour(tmp_path: Path) -> None:
    turn = MONTH
    with zone_town(tmp_path / "town", turn) as town:
        for code in ZONES:
            town.at(code, turn.day - DAY, CLOSING, 1)
        for code in ZONES:
            told = facts(town, code).plans
            town.at(code, turn.day, CLOSING - 1, 59)
            assert facts(town, code).plans == told
            town.at(code, turn.day, CLOSING, 0)
            assert facts(town, code).plans - told == {
                plan("met", code, "young", turn.day),
                plan("lost", code, "helped", turn.day),
            }
        all_told = {code: facts(town, code).plans for code in ZONES}
        for code in ZONES:
            town.at(code, turn.day + DAY, CLOSING, 30)
            assert facts(town, code).plans == all_told[code]


# However the tick is run.


def comes_to(town: ZoneTown, turn: Turn) -> None:
    """The evening of the first day in Moscow, the next morning farther east; nothing has happened
    since three days before."""
    town.go_to("moscow", turn.day, 23, 30)


def check(town: ZoneTown, turn: Turn, day: date) -> None:
    """Everything that `turn` changes has happened, once, and is judged as of `day`."""
    for code in ZONES:
        found = facts(town, code)
        today = town.clock.now().astimezone(ZONES[code]).date()
        assert found.day == today >= day
        is_after(Facts(turn.day, found.shares, found.stalled, found.plans), code, turn)
        told = [key for key in found.plans if ".young:" in key]
        is_closed = town.clock.now().astimezone(ZONES[code]).hour >= CLOSING
        assert told == ([plan("met", code, "young", today)] if is_closed else [])
    assert_proven(town, [*ZONES])


@TURNS
def test_a_tick_that_slept_two_days_finds_what_it_would_have(tmp_path: Path, turn: Turn) -> None:
    with zone_town(tmp_path / "a", turn) as awake, zone_town(tmp_path / "b", turn) as asleep:
        for code in ZONES:
            awake.at(code, turn.day - 2 * DAY, 12)
            asleep.at(code, turn.day - 2 * DAY, 12)
        for days in (2, 1):
            for code in ZONES:
                awake.at(code, turn.day - days * DAY, 23, 59)
        for town in (awake, asleep):
            town.at("moscow", turn.day, 12)

        for table in ("profiles", "memberships", "shares"):
            assert state_of(asleep.container)[table] == state_of(awake.container)[table], table
        for code in ZONES:
            is_after(facts(asleep, code), code, turn)
            assert facts(asleep, code).stalled == facts(awake, code).stalled


def test_a_tick_that_ran_twice_in_a_minute_does_nothing_the_second_time(tmp_path: Path) -> None:
    turn = SCHOOL_YEAR
    with zone_town(tmp_path / "town", turn) as town:
        comes_to(town, turn)
        town.settle()
        before, kept = versions(town), state_of(town.container)
        assert town.tick() == 0
        town.settle()
        assert versions(town) == before
        assert state_of(town.container) == kept
        # Another process that begins looks once whether anybody has to be told anew, no more.
        c = town.container
        other = Ticker(c.db, c.rulebook, c.settings, c.clock)
        for code in ZONES:
            other.bring(code)
        town.settle()
        assert state_of(town.container) == kept
        check(town, turn, turn.day)


@pytest.mark.parametrize("turn", [SCHOOL_YEAR, NEW_YEAR], ids=["september", "january"])
def test_two_ticks_at_the_same_time_begin_a_day_once(
    tmp_path: Path, postgres_url: str, turn: Turn
) -> None:
    with ExitStack() as stack:
        town = stack.enter_context(zone_town(tmp_path / "one", turn, postgres_url))
        other = stack.enter_context(zone_town(tmp_path / "two", turn, postgres_url, is_filled=True))
        start = threading.Barrier(2)
        faults: list[BaseException] = []

        def works(one: ZoneTown) -> None:
            start.wait()
            try:
                while one.tick() + one.engine.folder.run_once():
                    pass
            # Raised again below, in the thread that pytest watches.
            except BaseException as fault:
                faults.append(fault)

        for one in (town, other):
            comes_to(one, turn)
        threads = [threading.Thread(target=works, args=(one,)) for one in (town, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if faults:
            raise faults[0]
        town.settle()
        check(town, turn, turn.day)


class Killed(BaseException):
    """Nothing catches it on its way, as nothing hears of a SIGKILL."""


PLACES: dict[str, tuple[Any, str]] = {
    "a day has begun": (tick, "_mark_due"),
    "a period has begun": (tick, "mark_all_dirty"),
    "somebody was judged": (Folder, "_write"),
    "a plan was marked": (PlanService, "_mark"),
    "the week was told": (WeeklyService, "tell"),
}


@pytest.mark.parametrize(
    ("place", "turn"),
    [
        ("a day has begun", MONTH),
        ("a period has begun", NEW_YEAR),
        ("somebody was judged", SCHOOL_YEAR),
        ("a plan was marked", MONTH),
        ("the week was told", SCHOOL_YEAR),
    ],
)
def test_a_tick_killed_in_the_middle_is_taken_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, turn: Turn
) -> None:
    """Right after each step, before it is committed; in each settlement that comes to it."""
    owner, name = PLACES[place]
    step: Callable[..., Any] = getattr(owner, name)
    killed: list[str] = []

    def dies(*args: Any, **kwargs: Any) -> Any:
        done = step(*args, **kwargs)
        if len(killed) < len(ZONES):
            killed.append(place)
            raise Killed
        return done

    with zone_town(tmp_path / "town", turn) as town:
        if place == "the week was told":
            # The Monday after: what stands is summed up.
            town.go_to("moscow", turn.day + 10 * DAY, 23, 30)
        else:
            comes_to(town, turn)
        monkeypatch.setattr(owner, name, dies)
        for _ in range(len(ZONES) + 1):
            try:
                town.settle()
            except Killed:
                # As a process does that begins.
                with town.container.db.writing() as session:
                    release_everything(session)
                continue
            break
        assert killed
        check(town, turn, turn.day)
