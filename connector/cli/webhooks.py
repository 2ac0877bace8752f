"""connector webhooks add, list, test, rotate, disable, enable, resend."""

import argparse
from typing import Any

from connector.channels.webhook import Outcome, WebhookPost
from connector.cli import asked
from connector.cli.output import Output, moment, table
from connector.cli.session import container, known_municipality
from connector.services.webhooks.calls import WebhookCallService
from connector.services.webhooks.subscriptions import CHOICES, WebhookDetails, WebhookService
from connector.services.webhooks.trying import try_webhook
from connector.web.webhook_words import told

BY_COMMAND = "command"


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    group = commands.add_parser("webhooks", help="вебхуки: события другим системам")
    actions = group.add_subparsers(dest="action", required=True, metavar="действие")
    add = actions.add_parser("add", parents=[common], help="подписать систему на события")
    add.add_argument("url", metavar="АДРЕС", help="адрес https://…")
    add.add_argument(
        "--type",
        action="append",
        required=True,
        metavar="T",
        help=f"о чём сообщать: {', '.join(CHOICES)}",
    )
    add.add_argument("--municipality", metavar="M", help="только этот; без него — все")
    add.add_argument("--secret", metavar="СЕКРЕТ", help="свой секрет whsec_… вместо нового")
    add.set_defaults(run=_add)
    actions.add_parser("list", parents=[common], help="перечень").set_defaults(run=_list)
    for name, run, told_ in (
        ("test", _test, "послать пробное событие"),
        ("rotate", _rotate, "сменить секрет"),
        ("disable", _disable, "выключить"),
        ("enable", _enable, "включить снова"),
    ):
        action = actions.add_parser(name, parents=[common], help=told_)
        action.add_argument(
            "number",
            type=int,
            metavar="НОМЕР",
            help="его номер; какие есть: connector webhooks list",
        )
        action.set_defaults(run=run)
    resend = actions.add_parser("resend", parents=[common], help="послать события за дни ещё раз")
    resend.add_argument(
        "number", type=int, metavar="НОМЕР", help="его номер; какие есть: connector webhooks list"
    )
    resend.add_argument(
        "--from",
        dest="first",
        type=asked.day,
        metavar=asked.DAY,
        required=True,
        help="с какого дня",
    )
    resend.add_argument(
        "--until", dest="last", type=asked.day, metavar=asked.DAY, required=True, help="по какой"
    )
    resend.set_defaults(run=_resend)


def _add(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made:
        m = arguments.municipality
        code = known_municipality(made, m) if m else None
        with made.db.writing() as session:
            webhook = WebhookService(session, made.box).add(
                WebhookPost(made.config.allow_private),
                arguments.url,
                arguments.type,
                code,
                BY_COMMAND,
                made.clock.now(),
                arguments.secret,
            )
    output.result(
        {"number": webhook.id, "secret": webhook.secrets[0]},
        [
            f"Вебхук № {webhook.id} заведён.",
            f"Секрет (больше не показывается): {webhook.secrets[0]}",
            f"Проверьте: connector webhooks test {webhook.id}",
        ],
    )
    return 0


def _list(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made, made.db.reading() as session:
        found = WebhookService(session, made.box).all()
        counts = WebhookCallService(session).counts()
    document = [_document(one, counts.get(one.id, {})) for one in found]
    rows = [
        (
            one.id,
            one.municipality or "все",
            one.url,
            ", ".join(one.types),
            "выключен" if one.disabled_at else moment(one.paused_until) or "работает",
            counts.get(one.id, {}).get("waiting", 0),
            counts.get(one.id, {}).get("failed", 0),
        )
        for one in found
    ]
    head = ("№", "муниципалитет", "адрес", "события", "состояние", "ждут", "не доставлено")
    output.result(document, table(head, rows))
    return 0


def _document(webhook: WebhookDetails, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "number": webhook.id,
        "municipality": webhook.municipality,
        "url": webhook.url,
        "types": list(webhook.types),
        "created_at": webhook.created_at,
        "created_by": webhook.created_by,
        "disabled_at": webhook.disabled_at,
        "disabled_reason": webhook.disabled_reason,
        "failures": webhook.failures,
        "paused_until": webhook.paused_until,
        "calls": counts,
    }


def _test(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made:
        with made.db.reading() as session:
            webhook = WebhookService(session, made.box).get(arguments.number)
        post = WebhookPost(made.config.allow_private)
        outcome = try_webhook(post, webhook, made.clock.now())
    output.result(_outcome(outcome), [told(outcome.status, outcome.error)])
    return 0 if outcome.is_accepted else 1


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "accepted": outcome.is_accepted, "status": outcome.status, "error": outcome.error,
    }  # fmt: skip


def _rotate(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made, made.db.writing() as session:
        secret = WebhookService(session, made.box).rotate(arguments.number)
    output.result(
        {"number": arguments.number, "secret": secret},
        [
            f"Новый секрет (больше не показывается): {secret}",
            "До следующей смены события подписываются обоими секретами.",
        ],
    )
    return 0


def _disable(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made, made.db.writing() as session:
        WebhookService(session, made.box).disable(arguments.number, BY_COMMAND, made.clock.now())
    output.result({"number": arguments.number}, ["Выключен."])
    return 0


def _enable(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made, made.db.writing() as session:
        WebhookService(session, made.box).enable(arguments.number)
    output.result(
        {"number": arguments.number},
        ["Включён. Что пропущено за это время: connector webhooks resend."],
    )
    return 0


def _resend(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made, made.db.writing() as session:
        WebhookService(session, made.box).get(arguments.number)
        count = WebhookCallService(session).send_period(
            arguments.number, arguments.first, arguments.last, made.clock.now()
        )
    output.result(
        {"number": arguments.number, "events": count}, [f"Будет отправлено событий: {count}."]
    )
    return 0
