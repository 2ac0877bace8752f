"""What a kind of letter is about and when it comes, for the page of samples."""

from collections.abc import Mapping

from connector.domain.alarms import AlarmKind

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Диагностика": ("deficits_found",),
    "Маршрут": ("route_approved", "step_done", "proof_expiring", "route_completed"),
    "Маршрут остановился": (
        "route_stalled", "stall_reminder", "stall_handed", "stall_check", "stall_over",
        "stalls_week",
    ),
    "Просьбы и решения": (
        "request_made", "request_waits", "request_decided", "decisions_waiting",
    ),
    "Решения и рекомендации": (
        "recommendation_addressed", "decision_addressed", "decision_due", "decision_overdue",
    ),
    "Планы показателей": ("plan_met", "plan_lost"),
    "Почта и вход": ("address_stopped", "sign_in_link"),
    "Неполадки": (*(f"alarm_{kind}" for kind in AlarmKind), "alarm_over"),
}  # fmt: skip
OWN = "Сообщения муниципалитета"
"""Of the kinds that are in no group."""

WHEN: Mapping[str, str] = {
    "deficits_found": "Пройдена диагностика, и она показала, где нужна поддержка.",
    "deficits_found.head": "Диагностику прошёл кто-то из объединения: только числа, без имён.",
    "route_approved": "Методист утвердил маршрут.",
    "step_done": "Выполнен шаг маршрута.",
    "proof_expiring": "За 30 дней до конца срока документа, которым подтверждён шаг.",
    "route_completed": "Выполнены все обязательные шаги маршрута.",
    "route_stalled": "Маршрут остановился.",
    "route_stalled.head": "Маршрут всё ещё стоит, и подошла очередь руководителя "
    "(обычно через 5 рабочих дней).",
    "route_stalled.specialist": "Маршрут всё ещё стоит, и подошла очередь специалиста "
    "(обычно через 10 рабочих дней).",
    "stall_reminder": "На остановку никто не ответил (обычно за 3 рабочих дня); один раз.",
    "stall_handed": "Коллега передал остановившийся маршрут.",
    "stall_check": "Настал день, который назвал сам человек, а маршрут всё ещё стоит.",
    "stall_over": "Маршрут, об остановке которого сообщили, снова движется или завершён.",
    "stalls_week": "В первый рабочий день недели, если были остановки.",
    "request_made": "Педагог или наставник попросил изменить маршрут.",
    "request_waits": "На просьбу никто не ответил (обычно за 3 рабочих дня); один раз.",
    "request_decided": "На просьбу ответили: согласились или отказали.",
    "decisions_waiting": "К концу дня, если прибавилось решений, и раз в неделю.",
    "recommendation_addressed": "По итогам оценки человеку записана рекомендация.",
    "decision_addressed": "Внесено решение, которое ещё не выполнено.",
    "decision_due": "До срока решения осталось 5 рабочих дней; один раз.",
    "decision_overdue": "Срок решения прошёл, а отметки о выполнении нет; один раз.",
    "plan_met": "К концу дня показатель выполнил план.",
    "plan_lost": "К концу дня показатель снова оказался ниже плана.",
    "address_stopped": "Почтовый сервер не принял письмо на чей-то адрес.",
    "sign_in_link": "Человек попросил новую ссылку вместо просроченной.",
    "alarm_moodle_down": "Moodle не отвечает больше часа.",
    "alarm_token_failing": "Moodle отказал ключу коннектора.",
    "alarm_function_missing": "Веб-службе Moodle не разрешены нужные функции.",
    "alarm_source_silent": "В рабочие часы сообщений от источника нет дольше обычного.",
    "alarm_events_missed": "Сверка нашла события, которых отправитель не прислал.",
    "alarm_reconciliation_behind": "Полной сверки с Moodle не было больше трёх дней.",
    "alarm_clock_drift": "Часы коннектора и Moodle расходятся больше чем на минуту.",
    "alarm_rule_faulty": "Правило муниципалитета даёт сбой.",
    "alarm_deliveries_parked": "Результаты ждут, потому что неизвестно, чьи они.",
    "alarm_marks_rounded": "Тест показывает баллы с меньше чем двумя знаками.",
    "alarm_mail_down": "Почтовый сервер давно не принимает писем.",
    "alarm_letters_failing": "За неделю не дошла заметная часть писем.",
    "alarm_actions_refused": "Moodle отказался выполнять действия, о которых просят правила.",
    "alarm_broker_away": "События давно не уходят в брокер сообщений.",
    "alarm_webhook_failing": "Другая система не принимает события.",
    "alarm_over": "Неполадка, о которой сообщили, устранена.",
}
"""By kind, or by kind and role where that differs."""
BY_RULE = "Когда этого требует правило муниципалитета (файл notices.yaml)."
BY_PLUGIN = "Когда этого требует плагин муниципалитета."


def when(kind: str, role: str) -> str | None:
    return WHEN.get(f"{kind}.{role}") or WHEN.get(kind)


def group_of(kind: str) -> str:
    return next((title for title, kinds in GROUPS.items() if kind in kinds), OWN)
