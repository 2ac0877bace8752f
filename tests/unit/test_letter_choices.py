"""Which kinds are on offer to whom, before anything was ever sent."""

import pytest

from connector.domain.letter_kinds import KINDS
from connector.domain.preferences import ASKED_FOR, STANDARD, Choice
from connector.services.notices.kinds import choices_of

STALLS = {"route_stalled", "stall_handed", "stall_check", "stall_over"}


def offered(*roles: str) -> dict[str, tuple[Choice, bool]]:
    return {one.kind: (one.starts, one.forced) for one in choices_of(roles, (), {}, STANDARD)}


@pytest.mark.parametrize("role", ["head", "specialist", "methodist", "mentor"])
def test_stalls_can_be_chosen_about_before_one_came(role: str) -> None:
    assert offered(role).keys() >= STALLS
    assert ("stalls_week" in offered(role)) == (role != "mentor")


@pytest.mark.parametrize("role", ["teacher", "mentor", "head", "methodist", "specialist"])
def test_nobody_is_offered_what_others_get(role: str) -> None:
    mine = {kind for kind, roles in KINDS.items() if role in roles} - ASKED_FOR
    assert offered(role).keys() == mine


def test_what_is_told_at_once_starts_so() -> None:
    head = offered("head")
    assert head["stall_handed"] == (Choice.AT_ONCE, True)
    assert head["route_stalled"] == (Choice.AT_ONCE, False)
    assert head["stall_check"] == (Choice.DIGEST, False)


def test_an_administrator_cannot_put_alarms_off() -> None:
    (one,) = {choice.may for choice in choices_of(["administrator"], (), {}, STANDARD)}
    assert one == (Choice.AT_ONCE,)
