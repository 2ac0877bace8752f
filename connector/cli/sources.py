"""connector sources add, list, connect, test, rotate."""

import argparse
from typing import Any

from connector.cli.output import Output, moment, table
from connector.cli.session import container, known_municipality
from connector.config import DEFAULT_PUBLIC_URL
from connector.dialects.native_settings import settings_text
from connector.domain.signals import Dialect
from connector.errors import ConnectorError
from connector.moodle.errors import MoodleError, MoodleUnavailable
from connector.moodle.questions import Function
from connector.moodle.site import check_site, missing_rights
from connector.services.sources.source_figures import SourceFigures
from connector.services.sources.sources import SourceDetails, SourceService
from connector.web.reasons import ADVICE, stem


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    group = commands.add_parser("sources", help="источники: сайты Moodle").add_subparsers(
        dest="action", required=True, metavar="действие"
    )
    add = group.add_parser("add", parents=[common], help="завести источник")
    add.add_argument("code")
    add.add_argument("--dialect", required=True, choices=[str(d) for d in Dialect])
    add.add_argument("--municipality", required=True, action="append", metavar="M")
    add.add_argument("--url", metavar="MOODLE", help="адрес сайта Moodle")
    add.add_argument("--rest-token", metavar="T", help="ключ веб-службы Moodle")
    add.add_argument("--secret", help="свой секрет вместо нового")
    add.set_defaults(run=_add)
    group.add_parser("list", parents=[common], help="перечень").set_defaults(run=_list)
    connect = group.add_parser(
        "connect", parents=[common], help="задать или сменить адрес Moodle и ключ"
    )
    connect.add_argument("code")
    connect.add_argument("--url", required=True, metavar="MOODLE", help="адрес сайта Moodle")
    connect.add_argument("--rest-token", required=True, metavar="T", help="ключ веб-службы Moodle")
    connect.set_defaults(run=_connect)
    test = group.add_parser("test", parents=[common], help="проверить доступ к Moodle")
    test.add_argument("code")
    test.set_defaults(run=_test)
    rotate = group.add_parser("rotate", parents=[common], help="сменить секрет")
    rotate.add_argument("code")
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
        *_to_paste(source, base, source.secrets[0]),
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


def _to_paste(source: SourceDetails, base: str, secret: str) -> list[str]:
    if source.dialect is not Dialect.NATIVE:
        return []
    return [
        "",
        "Для нашего плагина Moodle вставьте этот текст целиком на его странице «Подключение»:",
        "",
        *settings_text(f"{base}{source.hook}", secret).splitlines(),
    ]


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


def _test(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made:
        with made.db.reading() as session:
            source = SourceService(session, made.box).get(arguments.code)
        client = made.moodles.client(source)
        if client is None:
            needed = "нужны" if source.needs_rest else "для этого отправителя не обязательны"
            raise ConnectorError(f"Не заданы адрес Moodle и ключ веб-службы: {needed}.")
        try:
            found = check_site(client)
            hidden = missing_rights(client) if str(Function.USERS) not in found.missing else ()
        except MoodleError as err:
            raise ConnectorError(refusal(err)) from err
    document = {
        "url": found.url,
        "release": found.release,
        "missing_functions": sorted(found.missing),
        "missing_rights": list(hidden),
    }
    lines = [f"Moodle отвечает: {found.url}, {found.release or 'версия не названа'}."]
    lines += [f"Веб-служба не содержит функцию {name}." for name in sorted(found.missing)]
    lines += [
        f"Роли недостаёт права {right}: без него не видно табельных номеров." for right in hidden
    ]
    output.result(document, lines)
    return 1 if found.missing or hidden else 0


_REFUSALS = {
    "accessexception": "В Moodle служба выключена, пользователю не разрешена, ключ просрочен или "
    "роли недостаёт права webservice/rest:use.",
    "webservices_off": "В Moodle выключены веб-службы или протокол REST.",
    "connection": "С этим адресом нет связи: сайт выключен или адрес неверен.",
    "timed_out": "Сайт не ответил вовремя. Попробуйте позже.",
    "http_404": "По этому адресу нет веб-служб Moodle. Если Moodle лежит в папке, она тоже часть "
    "адреса.",
    "http_503": "Moodle на обслуживании или перегружен. Попробуйте позже.",
    "not_json": "По этому адресу отвечает не веб-служба Moodle.",
}


def refusal(err: MoodleError) -> str:
    """What a failed test means and who can mend it; the code at the end is for them."""
    advice = ADVICE.get(stem(err.reason))
    known = _REFUSALS.get(err.reason) or (advice.what if advice else None)
    if known is None:
        is_away = isinstance(err, MoodleUnavailable)
        known = "Moodle сейчас не отвечает. Попробуйте позже." if is_away else "Moodle отказал."
    return f"{known} (код: {err.reason})"


def _rotate(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made, made.db.writing() as session:
        service = SourceService(session, made.box)
        secret = service.rotate(arguments.code)
        source = service.get(arguments.code)
        base = made.config.public_url
    output.result(
        {"code": arguments.code, "secret": secret},
        [
            f"Новый секрет (больше не показывается): {secret}",
            "Прежний действует до следующей смены.",
            *_to_paste(source, base, secret),
        ],
    )
    return 0
