"""connector db upgrade; backup, restore and retention stand in files of their own."""

import argparse
from typing import Any

from connector.cli import backups, retention
from connector.cli.output import Output
from connector.cli.session import container
from connector.services.upkeep import schema


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    group = commands.add_parser("db", help="база данных").add_subparsers(
        dest="action", required=True, metavar="действие"
    )
    upgrade = group.add_parser("upgrade", parents=[common], help="обновить таблицы")
    upgrade.set_defaults(run=_upgrade)
    backups.add_to(group, common)
    retention.add_to(group, common)


def _upgrade(arguments: argparse.Namespace, output: Output) -> int:
    with container(upgrade=False) as made:
        former = schema.current(made.db)
        revision = schema.upgrade(made.db)
    output.result(
        {"from": former, "to": revision},
        [f"Таблицы обновлены: {former or 'пусто'} → {revision}."],
    )
    return 0
