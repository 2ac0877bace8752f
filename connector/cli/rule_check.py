"""connector plugins check: files, examples and scenarios of rules, every fault at once."""

import argparse
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from connector.cli.output import Output
from connector.cli.session import container
from connector.domain.cases import Case
from connector.domain.owed import Circle, Owed
from connector.errors import UnknownThing
from connector.rulebook import Rulebook
from connector.rulebook.candidates import candidate
from connector.rulebook.faults import RulesRefused
from connector.rulebook.trials import folders_of
from connector.testing.checking import Checked, check
from connector.testing.scenarios import Ask


def add_to(actions: Any, common: argparse.ArgumentParser) -> None:
    parser = actions.add_parser(
        "check", parents=[common], help="проверить файлы правил, примеры и сценарии"
    )
    parser.add_argument(
        "rules", nargs="?", metavar="папка или код", help="по умолчанию все установленные"
    )
    parser.set_defaults(run=_check)


def _check(arguments: argparse.Namespace, output: Output) -> int:
    with container(upgrade=False) as made:
        found = list(_checked(made.rulebook, arguments.rules))
    faults = {one.code: list(one.faults) for one in found if one.faults}
    document = {
        "faults": faults,
        "checked": [
            {
                "municipality": one.code,
                "indicators": one.indicators,
                "examples": one.examples,
                "scenarios": one.scenarios,
                "faults": list(one.faults),
                "without_examples": list(one.wanting),
            }
            for one in found
        ],
    }
    output.result(document, [line for one in found for line in _lines(one)])
    return 1 if faults else 0


def _checked(book: Rulebook, named: str | None) -> Iterable[Checked]:
    if named is None:
        return [check_installed(book, entry.municipality) for entry in book.plugins_list()]
    if Path(named).is_dir():
        return [check_folder(book, Path(named))]
    if named in {entry.municipality for entry in book.plugins_list()}:
        return [check_installed(book, named)]
    raise UnknownThing("rules", named)


def check_installed(book: Rulebook, code: str) -> Checked:
    """The rules of a municipality as its plugin or folder has them now."""
    plugin = tuple(str(fault) for fault in book.faults.get(code, ()))
    folders = folders_of(book, code)
    found = check(code, folders, asking(book, code)) if folders else None
    if found is None:
        return Checked(code, faults=plugin or (f"{code}: правил нет",))
    known = set(found.faults)
    more = (fault for fault in plugin if fault not in known)
    return Checked(
        code,
        found.indicators,
        found.examples,
        found.scenarios,
        (*more, *found.faults),
        found.wanting,
    )


def check_folder(book: Rulebook, path: Path) -> Checked:
    """The rules of a folder that need not be installed."""
    try:
        found = candidate(path, book)
    except RulesRefused as err:
        return Checked(path.name, faults=tuple(str(fault) for fault in err.faults))
    try:
        return check(found.code, found.folders, asking(found.rulebook, found.code))
    finally:
        found.rulebook.close()


def asking(book: Rulebook, code: str) -> Ask:
    """Asks the core and, in its own process, the municipality's Python."""

    def ask(pairs: Sequence[tuple[Case, Circle]], day: date) -> list[Sequence[Owed]]:
        answers = book.notices_of(code, pairs, day)
        for answer in answers:
            for fault in answer.faults:
                raise fault
        return [answer.owed for answer in answers]

    return ask


def _lines(one: Checked) -> list[str]:
    counts = f"показателей {one.indicators}, примеров {one.examples}, сценариев {one.scenarios}"
    if not one.faults:
        lines = [f"{one.code}: {counts}. Ошибок нет."]
    else:
        lines = [f"{one.code}: ошибок {len(one.faults)}.", *(f"  {f}" for f in one.faults)]
    if one.wanting and not one.faults:
        lines.append(f"  Без примеров: {len(one.wanting)}.")
        lines += [f"    {wanting}" for wanting in one.wanting]
    return lines
