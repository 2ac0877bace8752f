"""The letters of alarms say what happened in every shape that an alarm can have."""

from typing import Any

import pytest

from connector.domain.alarms import AlarmKind
from connector.runtime.act import OF_ONE_ACTION
from connector.texts.letter_pages import page_of
from connector.texts.letters import Told, render_letter, section_of
from connector.texts.refusals import refusal

COMMON = {"source": "lms", "since": "2026-03-10T12:05", "until": "2026-03-10T14:00"}
RULE = {"municipality": "korolev", "since": "2026-03-10T12:05", "until": "2026-03-10T14:00"}
TIMES = {"since": "2026-03-10T12:05", "until": "2026-03-10T14:00"}
HOOK = {"webhook": 7, "host": "edu.example"}
SHAPES: dict[AlarmKind, list[tuple[dict[str, Any], str]]] = {
    AlarmKind.MOODLE_DOWN: [
        ({**COMMON, "reason": "http_503"}, "Moodle на обслуживании или перегружен."),
        ({**COMMON, "reason": "odd_one"}, "код отказа — odd_one."),
        ({**COMMON, "reason": None}, "причина не названа."),
    ],
    AlarmKind.TOKEN_FAILING: [({**COMMON, "reason": "invalidtoken"}, "такого ключа в Moodle")],
    AlarmKind.FUNCTION_MISSING: [({**COMMON, "functions": ["a", "b"]}, "12:05: a, b")],
    AlarmKind.SOURCE_SILENT: [(COMMON, "последнее сообщение 10.03.2026 12:05.")],
    AlarmKind.EVENTS_MISSED: [
        ({**COMMON, "missed": 12, "delivered": 40, "share": 0.2308}, "не прислано 12 событий"),
    ],
    AlarmKind.RECONCILIATION_BEHIND: [
        ({**COMMON, "reason": None, "never": True}, "ещё не было, источник добавлен 10.03.2026"),
        ({**COMMON, "reason": "timed_out", "never": False}, "остановлена: сайт не отвечает"),
    ],
    AlarmKind.CLOCK_DRIFT: [
        ({**COMMON, "seconds": 240, "ahead": False, "ours": False, "mistimed": 0}, "отстают"),
        ({**COMMON, "seconds": 0, "ahead": False, "ours": True, "mistimed": 3}, "не принято 3"),
    ],
    AlarmKind.RULE_FAULTY: [
        ({**RULE, "rule": "k.young", "off": True, "message": ""}, "правило k.young выключено"),
        ({**RULE, "rule": "files", "off": False, "message": "a.yaml:3: x"}, "(a.yaml:3: x)."),
    ],
    AlarmKind.DELIVERIES_PARKED: [({**COMMON, "events": 21, "people": 4}, "21 событие ждёт")],
    AlarmKind.MAIL_DOWN: [
        (
            {**TIMES, "waiting": 21, "reason": "smtp_454"},
            "ждут 21 сообщение; причина — сервер просит подождать (smtp_454).",
        ),
        ({**TIMES, "waiting": 1, "reason": "smtp_550"}, "сервер отказывает (smtp_550)."),
        ({**TIMES, "waiting": 1, "reason": "not_logged_in"}, "не впустил коннектор (not_logged_"),
        ({**TIMES, "waiting": 1, "reason": "odd_one"}, "причина — odd_one."),
        ({**TIMES, "waiting": 2, "reason": None}, "ждут 2 сообщения."),
    ],
    AlarmKind.ACTIONS_REFUSED: [
        ({**COMMON, "count": 5, "reasons": ["wsnoinstance"]}, "5 действий, первое — 10.03.2026"),
        (
            {**COMMON, "count": 2, "reasons": ["nopermissions", "wsnoinstance", "odd_one"]},
            "12:05. Почему: не хватает прав (nopermissions); в курсе выключено зачисление "
            "«вручную» (wsnoinstance); odd_one.",
        ),
        ({**COMMON, "count": 1, "reasons": []}, "не сделано 1 действие"),
    ],
    AlarmKind.LETTERS_FAILING: [
        ({**TIMES, "lost": 20, "whole": 101, "share": 0.198}, "не доставлено 20 из 101 сообщения"),
    ],
    AlarmKind.BROKER_AWAY: [({**TIMES, "events": 3}, "Ждут 3 события, первое — с 10.03.2026")],
    AlarmKind.WEBHOOK_FAILING: [
        ({**TIMES, **HOOK, "gone": True}, "его больше нет (410)"),
        ({**TIMES, **HOOK, "gone": False}, "после всех попыток событие не доставлено"),
    ],
    AlarmKind.MARKS_ROUNDED: [({**COMMON, "quizzes": ["Входная"]}, "«lms»: Входная")],
}


def test_whatever_refuses_one_action_is_told_in_words() -> None:
    assert {code for code in OF_ONE_ACTION if refusal(code) == code} == set()


def test_every_kind_is_tried() -> None:
    assert set(SHAPES) == set(AlarmKind)


@pytest.mark.parametrize(("kind", "params", "said"), [
    (kind, params, said) for kind, shapes in SHAPES.items() for params, said in shapes
])  # fmt: skip
def test_each_shape_has_its_words(kind: AlarmKind, params: dict[str, Any], said: str) -> None:
    section = section_of(Told(f"alarm_{kind}", "administrator", params))
    lines = [line for block in section.blocks for line in block.lines]
    assert any(said in line for line in lines), lines
    # What is so, and what to do.
    assert [block.bullets for block in section.blocks] == [True, False]
    over = section_of(Told("alarm_over", "administrator", {**params, "alarm": str(kind)}))
    assert "с 10.03.2026 12:05 до 10.03.2026 14:00" in over.blocks[0].lines[0]


def test_several_alarms_are_one_letter_that_leads_to_their_page() -> None:
    told = [
        Told(f"alarm_{kind}", "administrator", {**params, "page": "/alarms/"})
        for kind, shapes in SHAPES.items()
        for params, _ in shapes
    ]
    page = page_of("", told)
    letter = render_letter(told, "все муниципалитеты", f"https://c.example{page}")
    assert letter.subject == f"Методическая служба: {len(told)} сообщений"
    assert "https://c.example/alarms/" in letter.text
    assert letter.text.index("не отвечает коннектору") < letter.text.index("слишком грубо")
