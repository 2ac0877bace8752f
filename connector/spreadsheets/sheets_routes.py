"""Sheets about individual routes and evidence entered by hand (contract 3, domain 4)."""

import re
from collections.abc import Iterator
from typing import Any

from connector.domain.catalogue import TargetKind
from connector.spreadsheets.columns import (
    Refers,
    Sheet,
    choice,
    code,
    day,
    listing,
    person,
    target,
    text,
    whole,
    yes_no,
)
from connector.spreadsheets.fields import Code
from connector.spreadsheets.sheets_people import FROM, PERSONNEL_NO, UNTIL

NUMBER = ("Номер маршрута", "Номер", "Маршрут", "ИОМ")
EVIDENCE_KINDS = {
    "programme": ("программа", "дпп", "программа дпо"),
    "step": ("шаг", "шаг маршрута"),
}

ROUTES = Sheet(
    "routes",
    ("Маршруты", "ИОМ"),
    (
        person("personnel_no", *PERSONNEL_NO, required=True),
        code("number", *NUMBER, required=True),
        code("based_on", "На основе диагностики", "Диагностика", "Тест", longest=100),
        day("starts_on", "Начало", "Дата начала", "С", required=True),
        person("approved_by", "Утвердил", "Кем утверждён"),
        day("approved_on", "Утверждён", "Дата утверждения"),
        day("cancelled_on", "Отменён", "Дата отмены"),
        text("cancel_reason", "Причина отмены"),
    ),
    key=("personnel_no", "number"),
    person="personnel_no",
    spans=(("starts_on", "cancelled_on"),),
)

STEPS = Sheet(
    "steps",
    ("Шаги", "Шаги маршрутов", "Шаги ИОМ"),
    (
        person("personnel_no", *PERSONNEL_NO, required=True),
        code("number", *NUMBER, required=True),
        whole("order", "Порядок", "Шаг", "Номер шага", lowest=1, highest=1000, required=True),
        target("target", "Цель", "Что выполнить", kinds=tuple(TargetKind), required=True),
        listing("competencies", "Компетенции", "Компетенция", of=Code(), refers=Refers.COMPETENCY),
        day("due_on", "Срок", "Выполнить до"),
        yes_no("required", "Обязательный", "Обязателен", default=True),
    ),
    key=("personnel_no", "number", "order"),
    person="personnel_no",
)

PAUSES = Sheet(
    "pauses",
    ("Паузы", "Перерывы", "Приостановки"),
    (
        person("personnel_no", *PERSONNEL_NO, required=True),
        code("number", *NUMBER, required=True),
        day("from", *FROM),
        day("until", *UNTIL),
        text("reason", "Причина"),
    ),
    key=("personnel_no", "number", "from"),
    person="personnel_no",
)


def split_step(target: str) -> tuple[str, int] | None:
    """Route number and order of `ROUTE_NUMBER/ORDER` (a colon will do); None if it is neither."""
    found = re.fullmatch(r"(\S.*?)\s*[/:]\s*(\d{1,4})", target, re.ASCII)
    return (found[1], int(found[2])) if found else None


def _evidence_target(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if values.get("kind") != "step" or not values.get("target"):
        return
    step = split_step(values["target"])
    if step is None:
        yield "target", "ожидается шаг маршрута вида НОМЕР_МАРШРУТА/ШАГ, например 1/2"
    else:
        values["target"] = f"{step[0]}/{step[1]}"


EVIDENCE = Sheet(
    "evidence",
    ("Подтверждения", "Свидетельства", "Удостоверения"),
    (
        code("id", "Номер записи", "Номер", "Идентификатор", required=True),
        person("personnel_no", *PERSONNEL_NO, required=True),
        choice("kind", "Вид", "Тип", words=EVIDENCE_KINDS, required=True),
        code("target", "Что подтверждает", "Курс или шаг", "Цель", required=True, longest=130),
        day("happened_at", "Дата", "Когда", "Дата завершения", required=True),
        text("document", "Документ", "Реквизиты документа"),
    ),
    key=("id",),
    person="personnel_no",
    check=_evidence_target,
)

ROUTE_SHEETS = (ROUTES, STEPS, PAUSES, EVIDENCE)
