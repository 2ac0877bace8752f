"""connector plugins forget: a municipality whose rules are gone on purpose."""

import argparse
from typing import Any

from connector.cli.output import Output
from connector.cli.session import container
from connector.errors import ConnectorError
from connector.services.rules.changeovers import ChangeoverService
from connector.services.rules.sets import RuleSetService


def add_to(group: Any, common: argparse.ArgumentParser) -> None:
    parser = group.add_parser("forget", parents=[common], help="правила убраны навсегда")
    parser.add_argument(
        "municipality", metavar="МУНИЦИПАЛИТЕТ", help="код муниципалитета, чьи файлы вы убрали"
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace, output: Output) -> int:
    code = arguments.municipality
    with container() as made:
        known = made.rulebook.known().get(code)
        if known is not None and known.found_files is not None:
            raise ConnectorError(f"Сначала уберите пакет или папку с правилами «{code}».")
        with made.db.writing() as session:
            service = RuleSetService(session)
            last = service.of(code)
            if last is None or last.is_given_up:
                raise ConnectorError(f"Правил муниципалитета «{code}» в базе нет.")
            service.give_up(code, made.clock.now())
            ChangeoverService(session).drop(code)
    told = f"Правила «{code}» больше не действуют. Записи и события остались в базе."
    output.result({"municipality": code, "in_force": False}, [told])
    return 0
