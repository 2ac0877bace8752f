"""connector plugins list, check, forget."""

import argparse
from typing import Any

from connector.cli import rule_forget, rule_list
from connector.cli.output import Output
from connector.cli.session import container


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    group = commands.add_parser("plugins", help="правила муниципалитетов").add_subparsers(
        dest="action", required=True, metavar="действие"
    )
    group.add_parser("list", parents=[common], help="установленные").set_defaults(run=rule_list.run)
    rule_forget.add_to(group, common)
    check = group.add_parser("check", parents=[common], help="проверить файлы правил")
    check.set_defaults(run=_check)


def _check(arguments: argparse.Namespace, output: Output) -> int:
    with container(upgrade=False) as made:
        faults = made.rulebook.faults
    document = {code: [str(fault) for fault in found] for code, found in faults.items()}
    lines = [line for found in document.values() for line in found]
    output.result({"faults": document}, lines or ["Ошибок нет."])
    return 1 if faults else 0
