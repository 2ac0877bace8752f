"""The list of commands by module, by which `connector` loads only one of them, is whole."""

import argparse

import pytest

from connector.cli import _GROUPS, parser


def commands_of(groups: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    for action in parser(groups)._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= set(action.choices)
    return found


@pytest.mark.parametrize("group", _GROUPS)
def test_every_command_is_listed_with_its_module(group: str) -> None:
    assert commands_of((group,)) == set(_GROUPS[group])


def test_whoever_asks_what_there_is_sees_everything() -> None:
    assert commands_of(tuple(_GROUPS)) == {one for some in _GROUPS.values() for one in some}
