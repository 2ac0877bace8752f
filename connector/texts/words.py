"""Templates of sentences and letters: one sandbox, and the filters that speak Russian.

A template sees nothing but the values it is given; what is missing is a fault and never an empty
place in a letter. Whatever stands in a value (a newline, a dash at its beginning) cannot change the
shape of the text around it.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from jinja2 import BaseLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from connector.domain.shares import percent
from connector.texts.mail_failures import mail_reason
from connector.texts.refusals import refusal

_LEVELS = {
    "below_base": "уровень ниже базового",
    "base": "уровень базовый",
    "elevated": "уровень повышенный",
    "high": "уровень высокий",
    "None": "уровень не измерен",
}
_NAMES = {
    "teacher": "педагогический работник",
    "manager": "управленческий кадр",
    "school": "школа",
    "kindergarten": "детский сад",
    "additional": "организация дополнительного образования",
    "other": "другая организация",
    "municipal": "муниципальный",
    "regional": "региональный",
    "federal": "федеральный",
    "community": "профессиональное сообщество",
    "rural": "сельская",
    "staff": "работники",
    "teams": "управленческие команды",
    "name": "фамилия и имя",
    "birth_date": "дата рождения",
    "position": "должность",
    "teaching_since": "начало педагогического стажа",
    "subjects": "предметы",
    "associations": "методические объединения",
    "email": "электронная почта",
    "attestation_on": "дата аттестации",
    "low_results": "низкие результаты",
    "biased_results": "необъективные результаты",
    "subject": "предметные",
    "methodical": "методические",
    "psychological": "психологические",
    "communicative": "коммуникативные",
    "digital": "цифровые",
    "managerial": "управленческие",
    "analysis": "анализ",
    "coordination": "координация",
    "planning": "планирование",
    "None": "не указано",
}


def day(value: str | date | None) -> str:
    """dd.mm.yyyy of an ISO date; a dash where there is none."""
    if value is None:
        return "—"
    return (date.fromisoformat(value) if isinstance(value, str) else value).strftime("%d.%m.%Y")


def moment(value: str) -> str:
    """dd.mm.yyyy hh:mm of a local ISO date and time."""
    return datetime.fromisoformat(value).strftime("%d.%m.%Y %H:%M")


def span(params: Mapping[str, Any]) -> str:
    """`from` and `until` of the parameters: с 01.09.2025 по 31.05.2026; empty ones are open."""
    first, last = params.get("from"), params.get("until")
    parts = [f"с {day(first)}" if first else "", f"по {day(last)}" if last else ""]
    return " ".join(part for part in parts if part) or "бессрочно"


_QUARTERS = ("I", "II", "III", "IV")
_MONTHS = (
    "январь", "февраль", "март", "апрель", "май", "июнь",
    "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь",
)  # fmt: skip


def occurrence(code: str) -> str:
    """Which time of a recurring item: 2026-Q2 is «II квартал 2026», 2026-04 «апрель 2026»."""
    if found := re.fullmatch(r"(\d{4})-Q([1-4])", code, re.ASCII):
        return f"{_QUARTERS[int(found[2]) - 1]} квартал {found[1]}"
    if found := re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", code, re.ASCII):
        return f"{_MONTHS[int(found[2]) - 1]} {found[1]}"
    return code


def plural(number: int, one: str, few: str, many: str) -> str:
    """The form that goes with a number: 1 шаг, 2 шага, 5 шагов."""
    if number % 10 == 1 and number % 100 != 11:
        return one
    if number % 10 in (2, 3, 4) and number % 100 not in (12, 13, 14):
        return few
    return many


def listed(values: Iterable[object]) -> str:
    return ", ".join(str(value) for value in values)


def named(code: object) -> str:
    """A closed vocabulary's code in Russian; another code stays as it is."""
    return _NAMES.get(str(code), str(code))


def level(code: object) -> str:
    return _LEVELS.get(str(code), str(code))


def _one_line(value: object) -> object:
    return " ".join(value.split()) if isinstance(value, str) else value


def sandbox(loader: BaseLoader | None = None) -> ImmutableSandboxedEnvironment:
    """The environment of every text. It yields plain text: whoever makes HTML of it escapes it."""
    environment = ImmutableSandboxedEnvironment(
        loader=loader,
        autoescape=False,
        undefined=StrictUndefined,
        finalize=_one_line,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters.update(
        day=day,
        moment=moment,
        occurrence=occurrence,
        plural=plural,
        share=percent,
        listed=listed,
        named=named,
        level=level,
        mail_reason=mail_reason,
        refusal=refusal,
    )
    environment.globals["span"] = span
    return environment
