"""connector plugins check: files, examples and scenarios of rules, every fault at once."""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from connector.cli.output import Output
from connector.cli.session import container
from connector.errors import UnknownThing
from connector.rulebook import Rulebook
from connector.testing.checking import Checked
from connector.testing.installed_rules import check_folder, check_installed


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
