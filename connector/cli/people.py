"""connector people add, token, revoke, password, email."""

import argparse
import getpass
import secrets
import sys
from typing import Any

from connector.cli import asked
from connector.cli.output import Output
from connector.cli.session import container, known_municipality
from connector.models.login import ROLES
from connector.services.access.logins import LoginService, TokenService


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    group = commands.add_parser("people", help="кто входит в систему").add_subparsers(
        dest="action", required=True, metavar="действие"
    )
    add = group.add_parser("add", parents=[common], help="завести вход на страницы")
    add.add_argument("name", metavar="ИМЯ", help="имя для входа")
    _bound(add)
    add.add_argument("--email", metavar="ПОЧТА", help="куда писать")
    add.add_argument(
        "--password", metavar="ПАРОЛЬ", help="пароль; иначе спросим, а без терминала придумаем"
    )
    add.set_defaults(run=_add)
    token = group.add_parser("token", parents=[common], help="ключ для программ (API)")
    _bound(token)
    token.add_argument("--note", metavar="ЗАМЕТКА", help="для чего ключ")
    token.set_defaults(run=_token)
    revoke = group.add_parser("revoke", parents=[common], help="отозвать ключ")
    revoke.add_argument("token", metavar="КЛЮЧ", help="ключ целиком, каким его выдали")
    revoke.set_defaults(run=_revoke)
    change = group.add_parser("password", parents=[common], help="сменить пароль, открыть вход")
    change.add_argument("name", metavar="ИМЯ", help="имя для входа")
    change.add_argument(
        "--password", metavar="ПАРОЛЬ", help="пароль; иначе спросим, а без терминала придумаем"
    )
    change.set_defaults(run=_change)
    address = group.add_parser("email", parents=[common], help="указать или сменить почту")
    address.add_argument("name", metavar="ИМЯ", help="имя для входа")
    address.add_argument("email", metavar="ПОЧТА", type=asked.address, help="куда писать")
    address.set_defaults(run=_address)


def _bound(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--municipality", metavar="M", help="нужен всем, кроме администратора")
    parser.add_argument("--role", required=True, choices=ROLES, help="от неё зависит, что видно")
    parser.add_argument("--person", metavar="НОМЕР", help="табельный номер")


def _add(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made:
        code = arguments.municipality and known_municipality(made, arguments.municipality)
        password, made_up = _password(arguments.password)
        with made.db.writing() as session:
            LoginService(session).add(
                arguments.name,
                password,
                arguments.role,
                code,
                made.clock.now(),
                arguments.person,
                arguments.email,
            )
    document = {"name": arguments.name, "role": arguments.role, "municipality": code}
    lines = [f"Вход «{arguments.name}» заведён."]
    if made_up:
        document["password"] = password
        lines.append(f"Пароль (больше не показывается): {password}")
    output.result(document, lines)
    return 0


def _password(given: str | None) -> tuple[str, bool]:
    """The password, and whether it was made up here."""
    if given:
        return given, False
    if sys.stdin.isatty():
        return getpass.getpass("Пароль: "), False
    return secrets.token_urlsafe(12), True


def _token(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made:
        code = arguments.municipality and known_municipality(made, arguments.municipality)
        with made.db.writing() as session:
            token = TokenService(session).issue(
                arguments.role, code, made.clock.now(), arguments.person, arguments.note
            )
    output.result({"token": token}, [f"Ключ (больше не показывается): {token}"])
    return 0


def _revoke(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made, made.db.writing() as session:
        TokenService(session).revoke(arguments.token, made.clock.now())
    output.result({"revoked": True}, ["Ключ больше не действует."])
    return 0


def _change(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made:
        password, made_up = _password(arguments.password)
        with made.db.writing() as session:
            LoginService(session).change_password(arguments.name, password)
    document = {"name": arguments.name}
    lines = [f"Пароль входа «{arguments.name}» изменён, прежние сеансы закрыты."]
    if made_up:
        document["password"] = password
        lines.append(f"Пароль (больше не показывается): {password}")
    output.result(document, lines)
    return 0


def _address(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made, made.db.writing() as session:
        LoginService(session).change_address(arguments.name, arguments.email)
    document = {"name": arguments.name, "email": arguments.email}
    output.result(document, [f"Письма для «{arguments.name}» пойдут на {arguments.email}."])
    return 0
