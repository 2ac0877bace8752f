"""connector plugins list, check."""

import argparse
from typing import Any

from connector.bootstrap import Container
from connector.cli.changing import changing_document, changing_told
from connector.cli.output import Output, table
from connector.cli.session import container
from connector.errors import StorageUnavailable
from connector.models import Changeover
from connector.services import schema
from connector.services.changeovers import ChangeoverService
from connector.services.rule_faults import RuleFaultService, off_until


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
        off, changing = _living(made)
    document = [
        {
            "municipality": e.municipality,
            "title": e.title,
            "distribution": e.distribution,
            "version": e.version,
            "indicators": e.indicators,
            "faults": [str(fault) for fault in e.faults],
            "switched_off": off.get(e.municipality, []),
            "changing": changing_document(changing[e.municipality])
            if e.municipality in changing
            else None,
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
            ", ".join(off.get(e.municipality, [])),
        )
        for e in entries
    ]
    head = ("код", "муниципалитет", "откуда", "показателей", "ошибок", "выключено")
    told = [f"{code}: {changing_told(one)}." for code, one in changing.items()]
    output.result(document, [*table(head, rows), *told])
    return 0


def _living(made: Container) -> tuple[dict[str, list[str]], dict[str, Changeover]]:
    """Rules switched off and changes of rules under way, by municipality; nothing where there is no
    database that could tell."""
    off: dict[str, list[str]] = {}
    try:
        if schema.current(made.db) != schema.head():
            return off, {}
        with made.db.reading() as session:
            for fault in RuleFaultService(session).list():
                if off_until(fault, made.clock.now()):
                    off.setdefault(fault.municipality, []).append(fault.rule)
            return off, ChangeoverService(session).all()
    except StorageUnavailable:
        return off, {}


def _check(arguments: argparse.Namespace, output: Output) -> int:
    with container(upgrade=False) as made:
        faults = made.rulebook.faults
    document = {code: [str(fault) for fault in found] for code, found in faults.items()}
    lines = [line for found in document.values() for line in found]
    output.result({"faults": document}, lines or ["Ошибок нет."])
    return 1 if faults else 0
