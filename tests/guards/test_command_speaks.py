"""Whoever types a command wrongly or asks for help reads Russian on every terminal."""

import argparse
import re
from collections.abc import Iterator

import pytest

from connector.cli import main, parser
from connector.cli.russian import in_russian

CYRILLIC = re.compile("[А-Яа-яё]")
OF_ARGPARSE = re.compile(
    r"\b(usage|error|options|argument|arguments|required|invalid|unrecognized|expected|choose)\b"
)


def commands(
    made: argparse.ArgumentParser, called: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """Every command with what is typed for it; those that only hold others, too."""
    yield called, made
    for action in made._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, one in action.choices.items():
                yield from commands(one, (*called, name))


with in_russian():
    EVERY = dict(commands(parser()))
LEAVES = [called for called, made in EVERY.items() if "run" in made._defaults]


@pytest.mark.parametrize("called", EVERY, ids=" ".join)
def test_every_argument_says_in_russian_what_it_is(called: tuple[str, ...]) -> None:
    for action in EVERY[called]._actions:
        if isinstance(action, argparse._SubParsersAction):
            assert all(CYRILLIC.search(one.help or "") for one in action._choices_actions)
            continue
        assert CYRILLIC.search(action.help or ""), (called, action.dest)
        takes_value = action.nargs != 0 and not action.choices
        assert not takes_value or action.metavar, (called, action.dest)


@pytest.mark.parametrize("called", LEAVES, ids=" ".join)
@pytest.mark.parametrize("wrong", ["--bogus", "--log-level"])
def test_wrong_usage_is_told_in_russian(
    called: tuple[str, ...], wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*called, wrong])
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert CYRILLIC.search(told)
    assert OF_ARGPARSE.findall(told) == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "не указано: команда"),
        ("nope", "нет «nope»"),
        ("sources add", "не указано: ИСТОЧНИК, --dialect, --municipality"),
        ("sources add a --dialect x --municipality korolev", "нет «x»; есть 'native'"),
        ("deliveries show x", "нужно целое число, а не «x»"),
        ("import . --municipality korolev --effective вчера", "30.06.2026, не «вчера»"),
        ("shares korolev --as-of 31.06.2026", "30.06.2026, не «31.06.2026»"),
        ("post bursts korolev --release --discard", "нельзя вместе с --release"),
        ("shares korolev --period", "нужно значение"),
        ("recount --verify=5", "значение '5' здесь не нужно"),
    ],
)
def test_what_is_wrong_is_named(typed: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(typed.split())
    said = capsys.readouterr().err
    assert told in said
    assert OF_ARGPARSE.findall(said) == []


def test_a_day_may_be_written_as_documents_write_it() -> None:
    given = ["shares", "korolev", "--as-of", "30.06.2026"]
    assert parser(("figures",)).parse_args(given).as_of.isoformat() == "2026-06-30"


def test_afterwards_others_hear_argparse_as_it_is() -> None:
    with in_russian():
        pass
    assert argparse.ArgumentParser(prog="x").format_usage().startswith("usage: ")
