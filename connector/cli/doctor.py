"""connector doctor: settings with secrets masked, what was looked at, and what to do."""

import argparse
from collections.abc import Iterator
from typing import Any

from connector.bootstrap import Container
from connector.checkup.alarms import alarms
from connector.checkup.broker import broker
from connector.checkup.channels import channels, unsent
from connector.checkup.database import database, disk
from connector.checkup.finding import Finding, Level, trouble
from connector.checkup.surroundings import mail, public_url, secret_key, sources
from connector.checkup.work import rules, work
from connector.cli.output import Output
from connector.cli.session import container, follow_rules
from connector.errors import StorageUnavailable


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("doctor", parents=[common], help="настройки и неполадки")
    parser.add_argument("--deep", action="store_true", help="спросить и каждый Moodle")
    parser.set_defaults(run=_doctor)


def _doctor(arguments: argparse.Namespace, output: Output) -> int:
    with container(upgrade=False) as made:
        settings = dict(made.config.shown())
        findings = list(_examined(made, arguments.deep))
    troubles = [one for one in findings if one.level is Level.TROUBLE]
    document = {
        "settings": settings,
        "troubles": [one.text for one in troubles],
        "findings": [
            {"level": str(one.level), "check": one.check, "what": one.what, "todo": one.todo}
            for one in findings
        ],
    }
    lines = [f"{name} = {value or '(не задано)'}" for name, value in settings.items()]
    lines += ["", *(one.line for one in findings), ""]
    lines.append(f"Неполадок: {len(troubles)}." if troubles else "Неполадок нет.")
    output.result(document, lines)
    return 1 if troubles else 0


def _examined(made: Container, deep: bool) -> Iterator[Finding]:
    follow_rules(made)
    yield public_url(made.config)
    yield from rules(made)
    yield disk(made)
    yield from broker(made.config)
    yield mail(made)
    yield from channels(made)
    try:
        looked = list(database(made))
        yield from looked
        if any(one.check == "revision" and one.level is Level.TROUBLE for one in looked):
            # The tables are not those that the rest would ask.
            return
        yield from secret_key(made)
        yield from sources(made, deep)
        yield from work(made)
        yield from unsent(made)
        yield from alarms(made)
    except StorageUnavailable as err:
        yield trouble(
            "database",
            f"База данных недоступна ({err}).",
            "Проверьте CONNECTOR_DATABASE_URL, службу базы данных и место на её диске.",
        )
