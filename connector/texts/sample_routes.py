"""Invented params of letters about people, their routes and the municipality's figures.

As the notices themselves bear them (connector.domain), a few days before the day they are shown on.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from connector.domain.letter_pages import route_page, waiting_page
from connector.texts.sample_people import (
    ASSOCIATION,
    COLLEAGUE,
    COMPETENCIES,
    DIAGNOSTIC,
    HEAD,
    METHODIST,
    NUMBER,
    PROGRAMME,
    TEACHER,
    TOWN,
)

Params = Mapping[str, Any]
Items = Sequence[Params]


def _on(day: date, days: int) -> str:
    return (day + timedelta(days=days)).isoformat()


def _found(day: date, role: str) -> Items:
    if role == "head":
        one = {"on": _on(day, -1), "association": ASSOCIATION}
        return [{**one, "deficits": 2}, {**one, "deficits": 1}]
    common = {"on": _on(day, -1), "title": DIAGNOSTIC, "competencies": list(COMPETENCIES)}
    if role == "mentor":
        return [{**common, "person": TEACHER}]
    helped, other = COMPETENCIES
    helps = [
        {"competency": helped, "programmes": [PROGRAMME, f"{PROGRAMME}, часть 2"]},
        {"competency": other, "programmes": []},
    ]
    return [{**common, "helps": helps}]


def _approved(day: date, role: str) -> Items:
    steps = [
        {"title": PROGRAMME, "order": 1, "due": _on(day, 40), "required": True},
        {"title": DIAGNOSTIC, "order": 2, "due": _on(day, 90), "required": True},
        {"title": None, "order": 3, "due": None, "required": False},
    ]
    route = {"number": "1", "on": _on(day, 0), "starts_on": _on(day, 5), "steps": steps}
    return [{**route, "person": one} for one in _people(role)]


def _step(day: date, role: str) -> Items:
    step = {"number": "1", "on": _on(day, 0), "order": 1, "title": PROGRAMME}
    return [{**step, "person": one} for one in _people(role)]


def _expiring(day: date, role: str) -> Items:
    proof = {"target": "1/2", "until": _on(day, 30)}
    documents = ["Удостоверение-образец № 000", None]
    return [
        {**proof, "document": document, "person": person}
        for document, person in zip(documents, (TEACHER, COLLEAGUE), strict=True)
    ][: 2 if role == "methodist" else 1]


def _completed(day: date, role: str) -> Items:
    return [{"number": "1", "on": _on(day, 0), "steps": 3, "person": one} for one in _people(role)]


def _people(role: str) -> Sequence[str]:
    """A digest tells of several."""
    return (TEACHER, COLLEAGUE) if role == "methodist" else (TEACHER,)


def _stall(day: date, waited: int, tried: Items) -> dict[str, Any]:
    return {
        "number": "1",
        "person": TEACHER,
        "reason": "idle",
        "since": _on(day, -42),
        "first_day": _on(day, -waited * 7 // 5),
        "waited": waited,
        "done": 1,
        "required": 3,
        "next_step": 2,
        "next_title": PROGRAMME,
        "next_due": _on(day, 10),
        "tried": list(tried),
    }


def _measure(day: date) -> dict[str, Any]:
    return {
        "kind": "measure",
        "by": METHODIST,
        "on": _on(day, -5),
        "until": _on(day, 0),
        "to": None,
        "text": "Поговорили; договорились о замене на уроках",
    }


def _stalled(day: date, role: str) -> Items:
    match role:
        case "methodist":
            late = {**_stall(day, 0, ()), "person": COLLEAGUE, "reason": "overdue"}
            return [_stall(day, 0, ()), {**late, "since": _on(day, -7)}]
        case "head":
            return [_stall(day, 5, ())]
        case "specialist":
            return [_stall(day, 10, [{**_measure(day), "until": _on(day, 3)}])]
    return [_stall(day, 0, ())]


def _reminder(day: date, role: str) -> Items:
    return [_stall(day, 3, ())]


def _handed(day: date, role: str) -> Items:
    answer = {
        "kind": "handed_over",
        "by": METHODIST,
        "on": _on(day, 0),
        "until": None,
        "to": HEAD,
        "text": "Нужна помощь с открытым уроком",
    }
    return [{**_stall(day, 6, [answer]), **answer}]


def _check(day: date, role: str) -> Items:
    return [{**_stall(day, 8, [_measure(day)]), **_measure(day)}]


def _over(day: date, role: str) -> Items:
    moved = {"ended_on": _on(day, -1), "completed": False, "step": 2, "step_title": PROGRAMME}
    whole = {"ended_on": _on(day, -1), "completed": True, "step": 3, "step_title": None, "left": 0}
    first = {**_stall(day, 6, [_measure(day)]), **moved, "left": 1}
    second = {**_stall(day, 4, ()), **whole, "person": COLLEAGUE, "number": "2"}
    return [first, second]


def _week(day: date, role: str) -> Items:
    line = {"person": TEACHER, "number": "1", "first_day": _on(day, -29), "waited": 21}
    oldest = [
        {**line, "state": "measure", "until": _on(day, 2)},
        {**line, "person": COLLEAGUE, "waited": 11, "state": "new", "until": None},
    ]
    numbers = {"open": 2, "new": 1, "closed": 3, "unanswered": 1, "due": 1, "escalated": 1}
    return [{**numbers, "longest": 21, "oldest": oldest if role == "methodist" else []}]


def _request(day: date, **more: Any) -> dict[str, Any]:
    asked = {"asked": "pause", "step": 0, "title": None, "own": True}
    times = {"on": _on(day, -3), "first": _on(day, 1), "last": _on(day, 14)}
    answer = {"granted": False, "why": "", "page": waiting_page(TOWN)}
    return {"number": "1", "person": TEACHER, **times, **asked, **answer, **more}


def _made(day: date, role: str) -> Items:
    later = {"asked": "prolong", "step": 2, "title": PROGRAMME, "last": _on(day, 40)}
    return [_request(day), _request(day, person=COLLEAGUE, own=False, **later)]


def _waits(day: date, role: str) -> Items:
    return [_request(day)]


def _decided(day: date, role: str) -> Items:
    page = route_page(TOWN, NUMBER, "1")
    return [_request(day, granted=True, why="согласовано", page=page)]


def _waiting(day: date, role: str) -> Items:
    return [{"drafts": 5, "fresh": 2, "files": 1, "requests": 1, "on": day.isoformat()}]


def _plan(day: date, share: float, association: str | None) -> Params:
    population = 40
    achieved = round(population * share)
    return {
        "indicator": "Показатель-образец: доля прошедших диагностику",
        "period": str(day.year),
        "association": association,
        "population": population,
        "achieved": achieved,
        "share": share,
        "plan": 0.6,
        "missing": max(0, 24 - achieved),
        "on": day.isoformat(),
    }


def _met(day: date, role: str) -> Items:
    return [_plan(day, 0.65, ASSOCIATION if role == "head" else None)]


def _lost(day: date, role: str) -> Items:
    return [_plan(day, 0.55, ASSOCIATION if role == "head" else None)]


def _recommended(day: date, role: str) -> Items:
    told = {"on": _on(day, -1), "criterion": "Критерий-образец", "text": "Рекомендация-образец"}
    return [told, {**told, "criterion": "Критерий-пример", "text": "Рекомендация-пример"}]


def _decision(day: date, made: int, due: int | None) -> dict[str, Any]:
    return {
        "number": "1",
        "text": "Решение-образец: провести семинар",
        "basis": "Положение-образец, п. 0",
        "on": _on(day, made),
        "due": None if due is None else _on(day, due),
        "place": ASSOCIATION,
        "analysis": "000",
        "about": "Анализ-образец",
        "responsible": [HEAD],
    }


def _addressed(day: date, role: str) -> Items:
    whole: Params = {
        **dict.fromkeys(("text", "basis", "place", "analysis", "about")), "responsible": [],
    }  # fmt: skip
    return [_decision(day, -1, 30), {**_decision(day, -1, None), **whole, "number": "2"}]


def _due(day: date, role: str) -> Items:
    return [_decision(day, -30, 7)]


def _overdue(day: date, role: str) -> Items:
    return [_decision(day, -40, -1)]


def _stopped(day: date, role: str) -> Items:
    return [{"name": TEACHER}, {"name": COLLEAGUE}]


def _link(day: date, role: str) -> Items:
    return [{}]


ROUTES: Mapping[str, Callable[[date, str], Items]] = {
    "deficits_found": _found,
    "route_approved": _approved,
    "step_done": _step,
    "proof_expiring": _expiring,
    "route_completed": _completed,
    "route_stalled": _stalled,
    "stall_reminder": _reminder,
    "stall_handed": _handed,
    "stall_check": _check,
    "stall_over": _over,
    "stalls_week": _week,
    "request_made": _made,
    "request_waits": _waits,
    "request_decided": _decided,
    "decisions_waiting": _waiting,
    "recommendation_addressed": _recommended,
    "decision_addressed": _addressed,
    "decision_due": _due,
    "decision_overdue": _overdue,
    "plan_met": _met,
    "plan_lost": _lost,
    "address_stopped": _stopped,
    "sign_in_link": _link,
}
"""By kind: what the letter to a role would be about."""
