"""Codes as words and numbers as people read them, for the templates."""

from datetime import UTC, date, datetime, tzinfo
from fractions import Fraction

from flask import Flask, g

from connector.domain.dates import local_day
from connector.domain.shares import percent
from connector.spreadsheets.sheets import SHEETS
from connector.texts.words import day, plural
from connector.web import action_words, events, reasons
from connector.web.pretty import pretty

LEVELS = {
    "high": "высокий",
    "elevated": "повышенный",
    "base": "базовый",
    "below_base": "ниже базового",
}
DEFICITS = {
    "none": "дефицита нет",
    "open": "дефицит",
    "addressed": "в работе",
    "closed": "устранён",
}
ROUTE_STATES = {
    "draft": "черновик",
    "active": "идёт",
    "completed": "завершён",
    "cancelled": "отменён",
    "stalled": "остановился",
}
STALLS = {
    "idle": "давно нет продвижения",
    "overdue": "просрочен обязательный шаг",
}
STALL_ANSWERS = {
    "acknowledged": "принято к сведению",
    "snoozed": "отложено",
    "measure": "принята мера",
    "handed_over": "передано",
}
STAFF_ROLES = {"teacher": "педагогический работник", "manager": "управленческий кадр"}
ROLES = {
    "administrator": "администратор",
    "methodist": "методист",
    "specialist": "специалист управления",
    "head": "руководитель объединения",
    "mentor": "наставник",
    "teacher": "педагог",
    "addressee": "адресат решения",
    "viewer": "наблюдатель",
}
TO_ROLES = {
    "methodist": "методисту",
    "specialist": "специалисту управления",
    "head": "руководителю объединения",
    "mentor": "наставнику",
}
"""To whom a letter goes."""
SUBJECTS = {
    "staff": "работники",
    "school": "образовательные организации",
    "team": "управленческие команды",
    "association": "методические объединения",
    "route": "индивидуальные маршруты",
    "completion": "освоенные программы",
    "roadmap_item": "мероприятия дорожной карты",
    "document": "документы",
    "analysis": "анализы",
    "practice": "лучшие практики",
    "contest": "участия в конкурсах",
    "municipality": "муниципалитет в целом",
}
KINDS = {
    "share": "доля",
    "ratio": "отношение",
    "count": "количество",
    "presence": "наличие",
}
NOTICES = {
    "deficits_found": "Найдены профессиональные дефициты",
    "route_approved": "Маршрут утверждён",
    "route_completed": "Маршрут завершён",
    "step_done": "Шаг маршрута выполнен",
    "proof_expiring": "Заканчивается срок документа",
    "route_stalled": "Маршрут остановился",
    "address_stopped": "Письма не доходят до адресата",
    "sign_in_link": "Новая ссылка для входа",
    "stall_handed": "Передан остановившийся маршрут",
    "stall_check": "Пора проверить, помогла ли мера",
    "stall_reminder": "Остановившийся маршрут ждёт ответа",
    "stall_over": "Маршрут снова движется",
    "stalls_week": "Итоги недели по остановившимся маршрутам",
    "request_made": "Просьба о маршруте",
    "request_waits": "Просьба о маршруте ждёт ответа",
    "request_decided": "Ответ на просьбу о маршруте",
    "decisions_waiting": "Что ждёт решения методиста",
    "recommendation_addressed": "Рекомендация по итогам оценки",
    "decision_addressed": "Новое решение",
    "decision_due": "Подходит срок решения",
    "decision_overdue": "Срок решения прошёл",
    "plan_met": "План выполнен",
    "plan_lost": "План больше не выполняется",
}
NOTICE_STATES = {
    "waiting": "ждёт отправки",
    "sending": "отправляется",
    "sent": "отправлено",
    "withdrawn": "отозвано",
    "held": "задержано",
    "failed": "не отправлено",
}
CHOICES = {
    "at_once": "сразу",
    "digest": "в сводке",
    "off": "не присылать",
}
SAMPLE_STARTS = {
    "at_once": "сразу",
    "digest": "в сводке",
    "off": "не приходит, пока человек сам не включит",
}
WEEKDAYS = {
    "-1": "каждый рабочий день",
    "0": "по понедельникам",
    "1": "по вторникам",
    "2": "по средам",
    "3": "по четвергам",
    "4": "по пятницам",
}
CHANNELS = {
    "email": "почта",
    "moodle": "сообщение в Moodle",
    "max": "MAX",
}
LOOKS = {
    "link.signed_in": "вход по ссылке из письма",
    "letters.chosen": "изменён выбор писем",
    "sample.sent": "образец письма отправлен себе",
    "address.tried_again": "адрес разрешён снова",
    "profile.looked_at": "профиль",
    "actions.retried": "действия в Moodle повторены",
    "framework.taken": "взята структура компетенций Moodle",
    "letter.looked_at": "письмо",
    "delivery.looked_at": "событие Moodle",
    "delivery.replayed": "событие Moodle обработано заново",
    "account.confirmed": "учётная запись подтверждена",
    "account.parted": "учётная запись отвязана",
    "account.ignored": "учётная запись признана посторонней",
    "account.left": "учётная запись снова сопоставляется сама",
    "account.merged": "учётные записи двух работников объединены",
    "withdrawal.agreed": "отмена в Moodle учтена",
    "withdrawal.refused": "отмена в Moodle не учтена",
    "withdrawal.taken_back": "решение об отмене в Moodle снято",
    "account.restored": "решение об учётной записи отменено",
    "webhook.changed": "изменён вебхук",
}
WHY_OPEN = {
    "by_email": "Похоже по адресу почты; подтвердите, что это тот самый человек.",
    "email_of_several": "Этот адрес почты указан у нескольких работников.",
    "number_of_several": "Такой табельный номер есть у нескольких работников.",
    "parted": "Учётную запись отвязали от работника; чья она, ещё не решено.",
    "deleted": "В Moodle эта учётная запись удалена, но её результаты ждут.",
    "unknown": "Ни idnumber, ни почта не указывают ни на одного работника.",
    "number_of_other": "В Moodle у неё теперь табельный номер другого человека.",
    "email_of_other": "В Moodle у неё теперь почта другого человека.",
    "named_otherwise": "В Moodle сменился idnumber: ни он, ни почта больше не указывают на этого "
    "работника.",
    "ignored": "Решено, что она не наша.",
}
STANDINGS = {
    "yes": "засчитан",
    "no": "не засчитан",
    "out": "вне охвата",
}
CAUSES = {
    "event": "пришло событие Moodle",
    "retraction": "Moodle отозвал завершение или попытку",
    "account": "учётная запись Moodle сопоставлена с работником",
    "record": "изменена запись в листе",
    "taken_back": "убрана запись из листа",
}
UNITS = {
    "share": "процент",
    "ratio": "число на одного",
    "count": "штуки",
    "presence": "процент тех, у кого есть",
}
FORMULAS = {
    "share": "засчитанные ÷ все, кто в охвате",
    "ratio": "засчитанные ÷ те, кто в охвате; может быть больше единицы",
    "count": "сколько засчитано",
    "presence": "у скольких есть подтверждение ÷ все, кто в охвате",
}
PERIODS = {
    "year": "календарный год",
    "academic_year": "учебный год, с 1 сентября по 31 августа",
    "point": "на дату",
}
DRAFT_ORIGINS = {
    "proposed": "предложен",
    "edited": "изменён",
    "entered": "внесён вручную",
}
VERDICTS = {
    "chosen": "Предложена.",
    "taken_before": "Уже пройдена, а дефицит остался.",
    "not_registered": "Не в федеральном реестре на день завершения.",
    "covers_less": "Закрывает меньше дефицитов.",
    "more_hours": "Больше часов на каждый дефицит.",
    "alike": "Подходит так же.",
}
RECORD_STEPS = {
    "added": "добавлено",
    "changed": "изменено",
    "taken_back": "убрано",
}
DOMAIN_EVENTS = {
    "*": "все события",
    "deficit.*": "всё о дефицитах",
    "route.*": "всё о маршрутах",
    "share.*": "всё о планах",
    "deficit.opened": "открыт дефицит",
    "deficit.addressed": "дефицит в работе",
    "deficit.closed": "дефицит устранён",
    "route.approved": "маршрут утверждён",
    "route.step_done": "выполнен шаг маршрута",
    "route.completed": "маршрут завершён",
    "route.cancelled": "маршрут отменён",
    "route.stalled": "маршрут остановился",
    "route.resumed": "маршрут продолжился",
    "share.plan_met": "план выполнен",
    "share.plan_lost": "план больше не выполняется",
}
EVIDENCE = {
    "attempt": "Попытка теста",
    "completion": "Завершение курса",
    "activity": "Выполнение элемента курса",
    "rating": "Оценка компетенции в Moodle",
    "handmade": "Запись, занесённая вручную",
}
WORDS = {
    "evidence": EVIDENCE,
    "level": LEVELS,
    "deficit": DEFICITS,
    "route_state": ROUTE_STATES,
    "stall": STALLS,
    "stall_answer": STALL_ANSWERS,
    "staff_role": STAFF_ROLES,
    "role": ROLES,
    "to_role": TO_ROLES,
    "subjects": SUBJECTS,
    "kind": KINDS,
    "notice": NOTICES,
    "notice_state": NOTICE_STATES,
    "action": action_words.ACTIONS,
    "action_state": action_words.ACTION_STATES,
    "look": LOOKS,
    "choice": CHOICES,
    "sample_starts": SAMPLE_STARTS,
    "weekday": WEEKDAYS,
    "channel": CHANNELS,
    "why_open": WHY_OPEN,
    "record_step": RECORD_STEPS,
    "draft_origin": DRAFT_ORIGINS,
    "verdict": VERDICTS,
    "unit": UNITS,
    "standing": STANDINGS,
    "cause": CAUSES,
    "sheet": {name: sheet.titles[0] for name, sheet in SHEETS.items()},
    "formula": FORMULAS,
    "period": PERIODS,
    "delivery_state": events.STATES,
    "event": events.EVENTS,
    "domain_event": DOMAIN_EVENTS,
}


def word(code: object, vocabulary: str) -> str:
    """The Russian word of a code; a code without one (a plugin's own) is shown as it is."""
    return WORDS[vocabulary].get(str(code), str(code))


def moment(instant: datetime | None) -> str:
    """dd.mm.yyyy HH:MM in the municipality's time, or in UTC where there is none, and says so."""
    if instant is None:
        return "—"
    zone: tzinfo | None = g.get("zone")
    text = instant.astimezone(zone or UTC).strftime("%d.%m.%Y %H:%M")
    return text if zone else f"{text} UTC"


def moment_day(instant: datetime | None) -> str:
    if instant is None:
        return "—"
    return day(local_day(instant, g.get("zone") or UTC))


def points(percent: Fraction | float | None) -> str:
    """A percent 0..100 as `61,5 %`."""
    return share(None if percent is None else float(percent) / 100)


def share(value: float | None) -> str:
    """A share 0..1 as `61,5 %`, the sign held to its number."""
    return percent(value).replace(" %", "\u00a0%")


def plan(value: float) -> str:
    """A planned share: `60 %`, `62,5 %`."""
    return share(value).replace(",0\u00a0", "\u00a0")


def decimal(value: float | None) -> str:
    """A ratio: `3,25`."""
    return "—" if value is None else f"{value:.2f}".replace(".", ",")


def change(now: float | None, before: float | None) -> str | None:
    """`+3,4 п. п.`: how many percentage points a share moved; None where one is missing."""
    if now is None or before is None:
        return None
    moved = round((now - before) * 100, 1)
    if moved == 0:
        return "без изменений"
    sign = "+" if moved > 0 else "−"
    return f"{sign}{abs(moved):.1f}".replace(".", ",") + "\u00a0п.\u00a0п."


def iso(value: date | None) -> str:
    return value.isoformat() if value else ""


def register_words(app: Flask) -> None:
    """Makes the words known to the templates."""
    app.jinja_env.filters.update(
        word=word, moment=moment, moment_day=moment_day, day=day, share=share, points=points,
        plan=plan, decimal=decimal, plural=plural, pretty=pretty, iso=iso,
    )  # fmt: skip
    app.jinja_env.globals.update(
        change=change, what_to_do=reasons.what_to_do, why_held=reasons.why_held
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
