"""connector plugins list, check."""

import argparse
from typing import Any

from connector.cli.output import Output, table
from connector.cli.session import container


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    group = commands.add_parser("plugins", help="правила муниципалитетов").add_subparsers(
        dest="action", required=True, metavar="действие"
    )
    group.add_parser("list", parents=[common], help="установленные").set_defaults(run=_list)
    check = group.add_parser("check", parents=[common], help="проверить файлы правил")
    check.set_defaults(run=_check)


def _list(arguments: argparse.Namespace, output: Output) -> int:
    with container(upgrade=False) as made:
        entries = made.rulebook.plugins_list()
    document = [
        {
            "municipality": e.municipality,
            "title": e.title,
            "distribution": e.distribution,
            "version": e.version,
            "indicators": e.indicators,
            "faults": [str(fault) for fault in e.faults],
        }
        for e in entries
    ]
    rows = [
        (
            e.municipality,
            e.title or "—",
            f"{e.distribution} {e.version}" if e.distribution else "папка правил",
            e.indicators,
            len(e.faults) or "",
        )
        for e in entries
    ]
    head = ("код", "муниципалитет", "откуда", "показателей", "ошибок")
    output.result(document, table(head, rows))
    return 0


def _check(arguments: argparse.Namespace, output: Output) -> int:
    with container(upgrade=False) as made:
        faults = made.rulebook.faults
    document = {code: [str(fault) for fault in found] for code, found in faults.items()}
    lines = [line for found in document.values() for line in found]
    output.result({"faults": document}, lines or ["Ошибок нет."])
    return 1 if faults else 0
