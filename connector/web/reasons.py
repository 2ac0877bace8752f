"""Why nothing happened, in plain Russian, and what to do about it.

A delivery's reason is a code; those who look at the page are methodists. First sentence: what is
so. Second: who should do what.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Advice:
    """what: what is so; do: what to do, empty where nothing need be done."""

    what: str
    do: str = ""


_MOODLE = "Обратитесь к администратору Moodle, затем нажмите «Обработать ещё раз»."
_NOTHING = "Делать ничего не нужно."

ADVICE = {
    "unknown_person": Advice(
        "Неизвестно, чья это учётная запись Moodle.",
        "Укажите работника на странице «Учётные записи» или впишите его табельный номер в поле "
        "idnumber в Moodle: событие обработается само.",
    ),
    "match_proposed": Advice(
        "Учётная запись похожа на работника по адресу почты, но это ещё никто не подтвердил.",
        "Подтвердите соответствие на странице «Учётные записи»: событие обработается само.",
    ),
    "unknown_quiz": Advice(
        "Этот тест не описан в справочнике диагностик.",
        "Если тест — диагностика, добавьте его в листы diagnostics и questions и загрузите файл "
        "заново: событие обработается само. Если нет, оставьте как есть.",
    ),
    "unknown_course": Advice(
        "Этот курс не описан в справочнике программ.",
        "Если курс — программа повышения квалификации, добавьте его в лист programmes и загрузите "
        "файл заново: событие обработается само. Если нет, оставьте как есть.",
    ),
    "no_rest": Advice(
        "У источника нет доступа к Moodle, а без ответа Moodle такому событию нельзя верить.",
        "Администратору: подключите источник к Moodle (адрес и токен веб-службы).",
    ),
    "internal_error": Advice(
        "Обработка несколько раз не удалась из-за ошибки в коннекторе.",
        "Сообщите администратору номер события; после исправления нажмите «Обработать ещё раз».",
    ),
    "moodle_unavailable": Advice(
        "Moodle не отвечает. Коннектор спросит снова сам.", "Если это длится дольше дня, " + _MOODLE
    ),
    "quiz_not_shown": Advice("Moodle не показывает этот тест нашей веб-службе.", _MOODLE),
    "marks_not_shown": Advice(
        "Moodle не показывает баллы за вопросы: их скрывают настройки просмотра теста.", _MOODLE
    ),
    "unknown_function": Advice("Веб-службе Moodle не разрешена нужная функция.", _MOODLE),
    "invalidtoken": Advice("Moodle не принимает токен источника.", _MOODLE),
    "accessexception": Advice("Токену источника не хватает прав в Moodle.", _MOODLE),
    "redirected": Advice(
        "Адрес Moodle ведёт на другой адрес.", "Администратору: исправьте адрес у источника."
    ),
    "readings_missing": Advice(
        "Ответы Moodle на это событие не сохранились.", "Нажмите «Обработать ещё раз»."
    ),
    "irrelevant": Advice("Событие не касается профилей и маршрутов.", _NOTHING),
    "no_finished_attempt": Advice("В Moodle нет завершённой попытки этого теста.", _NOTHING),
    "attempt_not_told": Advice("Moodle больше не показывает эту попытку.", _NOTHING),
    "preview": Advice("Это пробный просмотр теста преподавателем.", _NOTHING),
    "not_a_quiz": Advice("Событие относится не к тесту.", _NOTHING),
    "user_not_found": Advice("Такого пользователя в Moodle больше нет.", _NOTHING),
    "user_ambiguous": Advice(
        "В Moodle несколько учётных записей с таким адресом почты или логином.",
        "Попросите администратора Moodle оставить адрес у одной из них, затем нажмите "
        "«Обработать ещё раз».",
    ),
    "second_look": Advice(
        "Событие обработано; через минуту коннектор ещё раз спросит Moodle.", _NOTHING
    ),
    "owner_unknown": Advice("Удалена попытка, о которой коннектор не знает.", _NOTHING),
    "rules_refused": Advice(
        "Правила муниципалитета не читаются; событие ждёт, пока их исправят.",
        "Администратору: посмотрите ошибки командой connector plugins list.",
    ),
    "storage_refused": Advice(
        "База данных не приняла значение из этого события.",
        "Сообщите администратору номер события.",
    ),
    "user_not_shown": Advice("Moodle не показывает этого пользователя.", _MOODLE),
    "course_not_found": Advice("Такого курса в Moodle больше нет.", _NOTHING),
    "course_not_shown": Advice("Moodle не показывает этот курс нашей веб-службе.", _MOODLE),
    "no_activity_state": Advice("Moodle не знает, выполнен ли этот элемент курса.", _NOTHING),
}

_UNKNOWN = {
    "parked": Advice("Событие ждёт решения.", "Покажите его администратору."),
    "set_aside": Advice(
        "Событие не удалось обработать.",
        "Покажите его администратору; после исправления нажмите «Обработать ещё раз».",
    ),
}
_STATE = {
    "new": Advice("Коннектор спрашивает у Moodle подробности.", _NOTHING),
    "ready": Advice("Событие будет обработано в ближайшие секунды.", _NOTHING),
    "done": Advice("Событие обработано.", _NOTHING),
}

HELD = {
    "no_address": "у адресата нет почты",
    "no_recipient": "некому написать",
    "burst": "слишком много сразу: ждёт разрешения методиста",
    "veto": "отправку запретило правило",
    "released": "разрешено методистом",
    "discarded": "отклонено методистом",
}


def what_to_do(state: str, reason: str | None) -> Advice:
    """What became of a delivery and what to do."""
    if reason in ADVICE:
        return ADVICE[reason]
    if state in _UNKNOWN:
        advice = _UNKNOWN[state]
        return Advice(f"{advice.what} Код причины: {reason}.", advice.do) if reason else advice
    return _STATE[state]


def why_held(reason: str | None) -> str:
    """Why a notice was not sent."""
    return HELD.get(reason or "", reason or "")
