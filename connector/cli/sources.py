"""connector sources add, list, connect, files, test, rotate."""

import argparse
from typing import Any

from connector.cli import asked
from connector.cli.output import Output, moment, table
from connector.cli.sender_steps import next_steps
from connector.cli.session import container, known_municipality
from connector.cli.source_files import files
from connector.cli.source_tests import test
from connector.config import DEFAULT_PUBLIC_URL
from connector.domain.signals import Dialect
from connector.services.sources.source_figures import SourceFigures
from connector.services.sources.sources import SourceDetails, SourceService


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    group = commands.add_parser("sources", help="источники: сайты Moodle").add_subparsers(
        dest="action", required=True, metavar="действие"
    )
    add = group.add_parser("add", parents=[common], help="завести источник")
    add.add_argument(
        "code", metavar="ИСТОЧНИК", help="короткое имя латиницей: войдёт в адрес и останется"
    )
    add.add_argument(
        "--dialect", required=True, choices=[str(d) for d in Dialect], help="кто шлёт события"
    )
    add.add_argument(
        "--municipality",
        required=True,
        action="append",
        metavar="M",
        help="чьи люди там учатся; можно несколько раз",
    )
    add.add_argument("--url", metavar="MOODLE", help="адрес сайта Moodle")
    add.add_argument("--rest-token", metavar="T", help="ключ веб-службы Moodle")
    add.add_argument("--secret", metavar="СЕКРЕТ", help="свой секрет вместо нового")
    add.set_defaults(run=_add)
    group.add_parser("list", parents=[common], help="перечень").set_defaults(run=_list)
    connect = group.add_parser(
        "connect", parents=[common], help="задать или сменить адрес Moodle и ключ"
    )
    asked.source(connect)
    connect.add_argument("--url", required=True, metavar="MOODLE", help="адрес сайта Moodle")
    connect.add_argument("--rest-token", required=True, metavar="T", help="ключ веб-службы Moodle")
    connect.set_defaults(run=_connect)
    ready = group.add_parser(
        "files", parents=[common], help="готовые файлы для Moodle: плагин, сценарии, роль"
    )
    asked.source(ready)
    ready.add_argument("folder", metavar="ПАПКА", help="куда их положить")
    ready.set_defaults(run=files)
    tested = group.add_parser("test", parents=[common], help="проверить доступ к Moodle")
    asked.source(tested)
    tested.set_defaults(run=test)
    rotate = group.add_parser("rotate", parents=[common], help="сменить секрет")
    asked.source(rotate)
    rotate.set_defaults(run=_rotate)


def _add(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made:
        codes = tuple(known_municipality(made, code) for code in arguments.municipality)
        with made.db.writing() as session:
            source = SourceService(session, made.box).add(
                arguments.code,
                Dialect(arguments.dialect),
                codes,
                made.clock.now(),
                arguments.url,
                arguments.rest_token,
                arguments.secret,
            )
        base = made.config.public_url
    # Unless the public address was set, only the path is sure: the port is chosen by `run`.
    known = "" if base == DEFAULT_PUBLIC_URL else base
    lines = [
        f"Источник «{source.code}» заведён.",
        f"Адрес для отправителя: {base}{source.hook}",
        f"Секрет (больше не показывается): {source.secrets[0]}",
        *_lacking(source),
        *next_steps(source, base, source.secrets[0]),
    ]
    document = {"code": source.code, "hook": known + source.hook, "secret": source.secrets[0]}
    output.result(document, lines)
    return 0


def _lacking(source: SourceDetails) -> list[str]:
    if source.needs_rest and not (source.url and source.rest_token):
        return [
            "Внимание: этому отправителю нельзя верить на слово, всё перечитывается из Moodle. "
            "Пока не заданы --url и --rest-token, его сообщения ждут."
        ]
    return []


def _list(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made, made.db.reading() as session:
        sources = SourceService(session, made.box).all()
        looked = {one.code: one for one in SourceFigures(session).all()}
    document = [
        {
            "code": s.code,
            "dialect": str(s.dialect),
            "municipalities": list(s.municipalities),
            "url": s.url,
            "has_rest_token": s.rest_token is not None,
            "last_delivery_at": s.last_delivery_at,
            "last_ping_at": s.last_ping_at,
            "reconciled_at": looked[s.code].reconciled_at,
            "looked_at": looked[s.code].looked_at,
            "missed": dict(looked[s.code].missed),
        }
        for s in sources
    ]
    rows = [
        (
            s.code,
            s.dialect,
            ", ".join(s.municipalities),
            s.url or "—",
            "да" if s.rest_token else "нет",
            moment(s.last_delivery_at) or "ещё ничего",
            moment(looked[s.code].looked_at) or "ещё не было",
            sum(looked[s.code].missed.values()),
        )
        for s in sources
    ]
    head = (
        "код", "отправитель", "муниципалитеты", "Moodle", "ключ", "последнее сообщение", "сверка",
        "не прислано",
    )  # fmt: skip
    output.result(document, table(head, rows))
    return 0


def _connect(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made, made.db.writing() as session:
        SourceService(session, made.box).connect(
            arguments.code, arguments.url, arguments.rest_token
        )
    output.result(
        {"code": arguments.code, "url": arguments.url},
        [f"Записано. Проверьте: connector sources test {arguments.code}"],
    )
    return 0


def _rotate(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made, made.db.writing() as session:
        service = SourceService(session, made.box)
        secret = service.rotate(arguments.code, made.clock.now())
        source = service.get(arguments.code)
        base = made.config.public_url
    output.result(
        {"code": arguments.code, "secret": secret},
        [
            f"Новый секрет (больше не показывается): {secret}",
            "Прежний действует до следующей смены.",
            *next_steps(source, base, secret),
        ],
    )
    return 0
