"""Invented params of letters to administrators, as alarms bear them (connector.domain.alarms)."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

SOURCE = "moodle-obrazec"

_OF_A_SOURCE: Mapping[str, Mapping[str, Any]] = {
    "moodle_down": {"reason": "timed_out"},
    "token_failing": {"reason": "invalidtoken"},
    "function_missing": {"functions": ["core_course_get_courses", "mod_quiz_get_attempt_review"]},
    "source_silent": {},
    "events_missed": {"missed": 12, "delivered": 40, "share": 0.2308},
    "reconciliation_behind": {"reason": None, "never": False},
    "clock_drift": {"seconds": 240, "ahead": False, "ours": False, "mistimed": 3},
    "actions_refused": {"count": 5, "reasons": ["wsnoinstance"]},
    "deliveries_parked": {"events": 21, "people": 4},
    "marks_rounded": {"quizzes": ["Диагностика-образец", "Диагностика-пример"]},
}
_OF_NO_SOURCE: Mapping[str, Mapping[str, Any]] = {
    "mail_down": {"waiting": 21, "reason": "smtp_454"},
    "letters_failing": {"lost": 12, "whole": 101, "share": 0.1188},
    "broker_away": {"events": 3},
    "webhook_failing": {"webhook": 0, "host": "obrazec.example", "gone": False},
}


def alarm_items(kind: str, municipality: str, day: date) -> Sequence[Mapping[str, Any]]:
    """kind: of the letter, `alarm_…`. municipality: a code, of whose rules it speaks."""
    if kind == "alarm_over":
        return [_params(one, municipality, day) for one in ("moodle_down", "rule_faulty")]
    return [_params(kind.removeprefix("alarm_"), municipality, day)]


def _params(kind: str, municipality: str, day: date) -> Mapping[str, Any]:
    before = day - timedelta(days=1)
    times = {"since": f"{before.isoformat()}T16:05", "until": f"{day.isoformat()}T09:40"}
    return {**_what(kind, municipality), "alarm": kind, **times}


def _what(kind: str, municipality: str) -> Mapping[str, Any]:
    if kind == "rule_faulty":
        return {"municipality": municipality, "rule": "obrazec.rule", "message": "", "off": True}
    if kind in _OF_NO_SOURCE:
        return _OF_NO_SOURCE[kind]
    return {"source": SOURCE, **_OF_A_SOURCE[kind]}
