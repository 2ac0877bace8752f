"""What happened to a route, in sentences."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from connector.domain.catalogue import Catalogue, NotATarget, parse_target
from connector.services.routes.story import Happening
from connector.texts.words import day
from connector.web.targets import target_words

KINDS = {
    "proposed": "Предложен черновик",
    "renewed": "Черновик обновлён по новому результату",
    "withdrawn": "Черновик убран: открытых дефицитов больше нет",
    "edited": "Черновик изменён",
    "approved": "Маршрут утверждён",
    "dismissed": "Черновик отклонён",
    "paused": "Маршрут приостановлен",
    "prolonged": "Срок шага продлён",
    "not_relevant": "Шаг признан неактуальным",
    "dropped": "Маршрут прекращён",
    "step_done": "Выполнен шаг",
    "proved": "Подтверждение шага внесено в записи",
    "uploaded": "Приложен файл",
    "file_accepted": "Файл принят",
    "file_returned": "Файл возвращён",
    "request_granted": "Просьба удовлетворена",
    "request_refused": "Просьба отклонена",
    "request_taken_back": "Просьба отозвана",
    "stall_acknowledged": "Остановка маршрута принята к сведению",
    "stall_snoozed": "Остановка отложена",
    "stall_measure": "Из-за остановки принята мера",
    "stall_handed_over": "Остановка передана",
    "imported": "Загружено таблицей или внесено в записи",
}
ASKED = {
    "pause": "Просьба о перерыве",
    "prolong": "Просьба продлить шаг",
    "not_relevant": "Просьба признать шаг неактуальным",
    "drop": "Просьба прекратить маршрут",
}
SHEETS = {"routes": "маршрут", "steps": "шаги", "pauses": "перерывы"}


def told(one: Happening, catalogue: Catalogue) -> str:
    """A sentence without its full stop; who, when and why stand beside it."""
    params = one.params
    if one.kind == "asked":
        return f"{ASKED.get(str(params['kind']), str(params['kind']))}{_asked(params)}"
    text = KINDS.get(one.kind, one.kind)
    if one.kind == "step_done":
        return f"{text} {params['step']}"
    if one.kind in ("uploaded", "file_accepted", "file_returned"):
        return f"{text} к шагу {params['step']}: {params['name']}"
    if one.kind.startswith("request_"):
        return f"{text}: {_noun(str(params['kind']))}{_asked(params)}"
    if one.kind.startswith("stall_"):
        return f"{text}{_answered(params)}"
    if one.kind == "imported":
        return f"{text}: {', '.join(SHEETS.get(name, name) for name in params['sheets'])}"
    return f"{text}{_rows(params.get('rows') or (), catalogue)}"


def asked_words(kind: str, step: int, first: date | None, last: date | None) -> str:
    """What is asked for, as a request's heading."""
    return f"{_noun(kind)}{_asked({'step': step, 'first': first, 'last': last})}".capitalize()


def _noun(kind: str) -> str:
    return {
        "pause": "перерыв",
        "prolong": "продлить шаг",
        "not_relevant": "признать неактуальным шаг",
        "drop": "прекратить маршрут",
    }.get(kind, kind)


def _asked(params: Mapping[str, Any]) -> str:
    step, first, last = params.get("step"), params.get("first"), params.get("last")
    parts = [f" {step}" if step else ""]
    if first and last:
        parts.append(f" с {day(first)} по {day(last)}")
    elif last:
        parts.append(f" до {day(last)}")
    return "".join(parts)


def _answered(params: Mapping[str, Any]) -> str:
    if params.get("to"):
        return f": {params['to']}"
    return f", до {day(params['until'])}" if params.get("until") else ""


def _rows(rows: Any, catalogue: Catalogue) -> str:
    """What became of the rows, as far as people care."""
    found = [text for row in rows if (text := _row(row, catalogue))]
    return f": {'; '.join(found)}" if found else ""


def _row(row: Mapping[str, Any], catalogue: Catalogue) -> str:
    before, after = row.get("before"), row.get("after")
    if row["sheet"] == "pauses":
        if after is None:
            return ""
        return f"перерыв с {_day(after['from'])} по {_day(after['until'])}"
    if row["sheet"] == "evidence":
        if after is None:
            return "убрано"
        return f"шаг {after['target']}, {_day(after['happened_at'])}"
    if row["sheet"] == "steps":
        return _step(before, after, catalogue)
    if not before or not after or before["starts_on"] == after["starts_on"]:
        return ""
    return f"начало — {_day(after['starts_on'])} вместо {_day(before['starts_on'])}"


def _step(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, catalogue: Catalogue
) -> str:
    if after is None:
        return f"убран шаг «{_target(before, catalogue)}»" if before else ""
    what = f"шаг {after['order']} «{_target(after, catalogue)}»"
    if before is None:
        return f"{what}{_due(after)}"
    parts = []
    if before["target"] != after["target"]:
        parts.append(f"вместо «{_target(before, catalogue)}»")
    if before["due_on"] != after["due_on"]:
        parts.append(f"срок {_day(after['due_on'])} вместо {_day(before['due_on'])}")
    if before["required"] != after["required"]:
        parts.append("обязательный" if after["required"] else "необязательный")
    return f"{what}: {', '.join(parts)}" if parts else ""


def _target(body: Mapping[str, Any] | None, catalogue: Catalogue) -> str:
    if body is None:
        return ""
    try:
        return target_words(parse_target(body["target"]), catalogue)
    except NotATarget:
        return str(body["target"])


def _due(body: Mapping[str, Any]) -> str:
    return f", до {_day(body['due_on'])}" if body["due_on"] else ""


def _day(text: str | None) -> str:
    return day(text) if text else "без срока"
