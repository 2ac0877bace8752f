"""Whatever a plugin answers, what comes of it is a domain value or the plugin's fault."""

import json
from collections import UserString
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from connector.domain.because import SubjectKind
from connector.domain.cases import StaffCase
from connector.domain.dossier import Dossier
from connector.domain.owed import Circle, Owed, Recipient
from connector.isolation.answers import (
    Nonsense,
    Refused,
    read_description,
    read_said,
)
from connector.isolation.limits import Limits, pause
from connector.isolation.parcels import Packer, unpack
from connector.isolation.said import Said
from connector.isolation.speaker import MOST_NOTICES
from connector.testing import builders
from tests.unit.rulebook.in_process import InProcess, speaker

DAY = date(2026, 5, 1)
GROUND = builders.setting()
NOBODY = Circle()
GOOD = Owed("told:1", "told", Recipient.HEAD, "7", {"n": [1, "два"]}, DAY)
HOOKS = ("connector_notices", "connector_next_turn")
FRAME = {"owed": [], "turn": None, "faults": {}, "used": 1}


def asked(**hooks: Any) -> Said:
    case = builders.staff_case(Dossier(builders.staff()), GROUND)
    (said,) = InProcess(speaker(**hooks)).ask([(case, NOBODY)], DAY, HOOKS)
    return said


def saying(answer: Any) -> Callable[[Any, Any, Any], Any]:
    def connector_notices(case: Any, circle: Any, day: Any) -> Any:
        return answer

    return connector_notices


def test_what_is_said_well_arrives_as_it_was_said() -> None:
    nobody = replace(GOOD, key="told:2", recipient=None, urgent=True)
    said = asked(
        connector_notices=saying([GOOD, nobody]), connector_next_turn=lambda case, day: DAY
    )
    assert (said.owed, said.turn, dict(said.faults)) == ((GOOD, nobody), None, {})


@pytest.mark.parametrize(
    "answer",
    [
        "позвонить",
        5,
        {"told:1": GOOD},
        [None],
        (notice for notice in [GOOD]),
        [GOOD] * (MOST_NOTICES + 1),
        [replace(GOOD, key="")],
        [replace(GOOD, key="k" * 301)],
        [replace(GOOD, key=UserString("told:1"))],
        [replace(GOOD, kind="Другое")],
        [replace(GOOD, kind="k" * 41)],
        [replace(GOOD, role="owner")],
        [replace(GOOD, recipient=7)],
        [replace(GOOD, recipient="7" * 61)],
        [replace(GOOD, params=None)],
        [replace(GOOD, params={"n": {1, 2}})],
        [replace(GOOD, happened_on="вчера")],
        [replace(GOOD, happened_on=datetime(2026, 5, 1, 12))],
        [replace(GOOD, urgent="yes")],
    ],
)
def test_what_is_said_wrongly_is_the_fault_of_the_notices_hook(answer: Any) -> None:
    turn = date(2026, 6, 1)
    said = asked(connector_notices=saying(answer), connector_next_turn=lambda case, day: turn)
    assert said.owed == ()
    assert list(said.faults) == ["connector_notices"]
    assert said.turn == turn


@pytest.mark.parametrize("turn", ["завтра", 5, datetime(2026, 6, 1, 12), [DAY]])
def test_a_turn_that_is_no_day_is_the_fault_of_its_hook_alone(turn: Any) -> None:
    said = asked(connector_notices=saying([GOOD]), connector_next_turn=lambda case, day: turn)
    assert said.owed == (GOOD,)
    assert list(said.faults) == ["connector_next_turn"]


@pytest.mark.parametrize(
    "error", [ValueError("нет"), SystemExit(0), KeyboardInterrupt(), RecursionError()]
)
def test_whatever_is_raised_is_a_fault_that_names_it(error: BaseException) -> None:
    def connector_notices(case: Any, circle: Any, day: Any) -> Any:
        raise error

    said = asked(connector_notices=connector_notices)
    assert type(error).__name__ in said.faults["connector_notices"].message


def test_an_error_without_words_is_a_fault_too() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise ValueError

    def connector_notices(case: Any, circle: Any, day: Any) -> Any:
        raise Mute

    assert asked(connector_notices=connector_notices).faults["connector_notices"].message == "Mute"


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"[" * 100_000,
        json.dumps({**FRAME, "used": "1"}).encode(),
        json.dumps({**FRAME, "turn": "31.12.2026"}).encode(),
        json.dumps({**FRAME, "faults": {"connector_rule_folders": "x"}}).encode(),
        json.dumps({**FRAME, "faults": {"connector_notices": 1}}).encode(),
        json.dumps({**FRAME, "faults": {"connector_notices": "\x00"}}).encode(),
        json.dumps({**FRAME, "faults": {"connector_notices": "\ud800"}}).encode(),
        b'{"owed": [{"key": NaN}], "used": 1}',
        json.dumps({**FRAME, "turn": "2026-06-01", "more": 1}).encode(),
    ],
)
def test_what_is_no_answer_of_ours_is_nonsense(frame: bytes) -> None:
    with pytest.raises(Nonsense):
        read_said(frame, HOOKS)


def test_a_package_is_described_by_what_it_names() -> None:
    said = speaker(
        connector_notices=saying([]), connector_subjects=lambda: [SubjectKind.TEAM, "staff"]
    )
    assert (said.hooks(), said.api) == (["connector_notices"], 1)
    assert said.subjects() == ["staff", "team"]
    assert set(speaker().subjects()) == set(SubjectKind)
    assert speaker(CONNECTOR_API=2).api == 2


def test_a_package_for_other_hooks_is_refused_in_a_sentence() -> None:
    frame = {"api": 2, "hooks": [], "folders": [], "subjects": []}
    with pytest.raises(Refused, match="версии 2"):
        read_description(json.dumps(frame).encode())
    with pytest.raises(Nonsense):
        read_description(json.dumps({**frame, "api": "1"}).encode())
    with pytest.raises(Refused, match="не импортируется"):
        read_description(json.dumps({"refused": "не импортируется: X"}).encode())


def test_the_common_ground_travels_once() -> None:
    pairs = [(builders.staff_case(Dossier(builders.staff(str(n))), GROUND), NOBODY) for n in (1, 2)]
    packer = Packer()
    first, second = packer.pack(pairs, DAY, HOOKS), packer.pack(pairs, DAY, HOOKS)
    other = builders.setting("other")
    moved = [(builders.staff_case(Dossier(builders.staff()), other), NOBODY)]
    third = packer.pack(moved, DAY, HOOKS)
    assert len(second) < len(first) / 2
    for parcel in (first, second):
        found = unpack(parcel).pairs
        assert [case.code for case, _ in found] == ["1", "2"]
        assert found[0][0].setting is found[1][0].setting
        assert found[0][0].setting.municipality == "test"
    assert unpack(third).pairs[0][0].setting.municipality == "other"


def test_a_case_arrives_as_it_was_sent() -> None:
    quizzes = builders.setting(known=builders.catalogue({"q": ["A", "B"]}))
    evidence = (builders.attempt(DAY, {"A": 70, "B": 30}, quiz="q"), builders.completion(DAY, "c"))
    routes = (builders.route(DAY, pauses=()),)
    person = builders.staff_case(Dossier(builders.staff(), evidence, routes=routes), quizzes)
    circle = Circle(mentors=(builders.staff("2"),), heads={"a": builders.staff("3")})
    ((case, around),) = unpack(Packer().pack([(person, circle)], DAY, HOOKS)).pairs
    assert around == circle
    assert isinstance(case, StaffCase)
    assert case.folded == person.folded
    assert case.next_turn(DAY) == person.next_turn(DAY)


def test_a_batch_ends_before_its_claim_and_pauses_grow() -> None:
    assert Limits().batch(100) == 20
    assert [pause(n) for n in (1, 3, 4, 5, 20)] == [0, 0, 2, 4, 300]
