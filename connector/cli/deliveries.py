"""connector deliveries list, show, replay."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from connector.cli.output import Output, moment, table
from connector.cli.session import container
from connector.services.inbox.deliveries import DeliveryFigure, DeliveryService
from connector.web.events import STATES
from connector.web.reasons import what_to_do


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    group = commands.add_parser("deliveries", help="сообщения отправителей").add_subparsers(
        dest="action", required=True, metavar="действие"
    )
    listed = group.add_parser("list", parents=[common], help="перечень, новые сверху")
    listed.add_argument(
        "--state",
        choices=["new", "ready", "parked", "done", "set_aside"],
        help="только в этом состоянии; parked — ждут решения",
    )
    listed.add_argument("--source", metavar="ИСТОЧНИК", help="только от него")
    listed.add_argument(
        "--limit", type=int, default=50, metavar="N", help="сколько последних; обычно 50"
    )
    listed.set_defaults(run=_list)
    show = group.add_parser("show", parents=[common], help="одно сообщение целиком")
    show.add_argument("id", type=int, metavar="НОМЕР", help="номер сообщения")
    show.set_defaults(run=_show)
    replay = group.add_parser("replay", parents=[common], help="обработать заново")
    replay.add_argument("id", type=int, metavar="НОМЕР", nargs="+", help="номера сообщений")
    replay.set_defaults(run=_replay)


def _list(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made, made.db.reading() as session:
        service = DeliveryService(session)
        found = service.list(None, arguments.state, arguments.source, limit=arguments.limit)
        counts = service.counts(None)
    rows = [
        (d.id, moment(d.received_at), d.source, d.type, STATES[d.state], _why(d), d.name or "")
        for d in found
    ]
    head = ("№", "получено", "источник", "событие", "состояние", "почему", "чьё")
    totals = ", ".join(f"{STATES[state]}: {n}" for state, n in sorted(counts.items()))
    document = {"counts": counts, "deliveries": [asdict(d) for d in found]}
    output.result(document, [*table(head, rows), totals or "Сообщений ещё не было."])
    return 0


def _why(delivery: DeliveryFigure) -> str:
    return what_to_do(delivery.state, delivery.reason).what if delivery.reason else ""


def _show(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made, made.db.reading() as session:
        details = DeliveryService(session).show(arguments.id, None)
    figure = details.figure
    lines = [
        f"№ {figure.id} от {moment(figure.received_at)}, {figure.source}, {figure.type}",
        f"Состояние: {STATES[figure.state]}. {_why(figure)}".rstrip(),
        f"Чьё: {figure.name or 'неизвестно'}",
        json.dumps(details.body, ensure_ascii=False, indent=2),
    ]
    if figure.detail and figure.detail.get("function"):
        lines.insert(2, f"Отказала функция Moodle: {figure.detail['function']}")
    for reading in details.readings:
        lines.append(f"Moodle, {reading.function}, {moment(reading.read_at)}: {reading.status}")
    for evidence in details.evidence:
        lines.append(f"Доказательство: {evidence.register} ({evidence.says})")
    if details.twins:
        lines.append(f"Под тем же ключом пришло иное: {', '.join(map(str, details.twins))}")
    output.result(asdict(details), lines)
    return 0


def _replay(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made, made.db.writing() as session:
        count = DeliveryService(session).replay(arguments.id, made.clock.now())
    lines = [f"Будет обработано заново: {count}."]
    missing = len(arguments.id) - count
    if missing:
        lines.append(
            f"Не получится: {missing}. Таких номеров нет или содержимое удалено по сроку хранения."
        )
    output.result({"replayed": count}, lines)
    return 1 if missing else 0
