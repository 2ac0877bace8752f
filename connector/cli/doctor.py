"""connector doctor: settings with secrets masked, and what is wrong."""

import argparse
from typing import Any

from sqlalchemy import func, select

from connector.cli.output import Output
from connector.cli.session import container
from connector.errors import StorageUnavailable
from connector.models import Delivery
from connector.services import schema
from connector.services.rule_faults import RuleFaultService, off_until
from connector.services.sources import SourceService


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("doctor", parents=[common], help="настройки и неполадки")
    parser.set_defaults(run=_doctor)


def _doctor(arguments: argparse.Namespace, output: Output) -> int:
    troubles: list[str] = []
    with container(upgrade=False) as made:
        settings = dict(made.config.shown())
        for code, faults in made.rulebook.faults.items():
            troubles += [f"{code}: {fault}" for fault in faults]
        if not made.rulebook.municipalities():
            troubles.append("Не установлено ни одного муниципалитета (папка plugins).")
        try:
            troubles += _database(made)
        except StorageUnavailable as err:
            troubles.append(f"База данных недоступна ({err}): проверьте CONNECTOR_DATABASE_URL.")
    lines = [f"{name} = {value or '(не задано)'}" for name, value in settings.items()]
    lines += ["", *(f"! {trouble}" for trouble in troubles)] if troubles else ["", "Неполадок нет."]
    output.result({"settings": settings, "troubles": troubles}, lines)
    return 1 if troubles else 0


def _database(made: Any) -> list[str]:
    held = schema.current(made.db)
    if held != schema.head():
        return ["Таблицы не обновлены. Выполните: connector db upgrade"]
    troubles = []
    with made.db.reading() as session:
        for source in SourceService(session, made.box).all():
            if source.needs_rest and not (source.url and source.rest_token):
                troubles.append(f"Источник «{source.code}»: не заданы адрес Moodle и ключ.")
            if source.last_delivery_at is None:
                troubles.append(f"Источник «{source.code}»: сообщений ещё не было.")
        aside = session.scalar(select(func.count()).where(Delivery.state == "set_aside"))
        if aside:
            troubles.append(f"Отложено сообщений: {aside} (connector deliveries list).")
        for fault in RuleFaultService(session).list():
            until = off_until(fault, made.clock.now())
            off = f" выключено до {until:%d.%m.%Y %H:%M} UTC" if until else ""
            troubles.append(f"Правило {fault.rule} ({fault.municipality}){off}: {fault.message}")
    return troubles
