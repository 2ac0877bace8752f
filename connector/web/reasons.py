"""Why nothing happened, in plain Russian, and what to do about it.

A delivery's reason is a code; those who look at the page are methodists. First sentence: what is
so. Second: who should do what.
"""

from dataclasses import dataclass

from connector.texts.mail_failures import mail_reason


@dataclass(frozen=True, slots=True)
class Advice:
    """what: what is so; do: what to do, empty where nothing need be done."""

    what: str
    do: str = ""


_MOODLE = "Обратитесь к администратору Moodle, затем нажмите «Обработать ещё раз»."
_NOTHING = "Делать ничего не нужно."
_REPORT = "Сообщите администратору коннектора номер события."
_SENDER = "Администратору: проверьте настройки отправителя в Moodle и его версию."

_RIGHTS = Advice(
    "Роли веб-службы в Moodle недостаёт права на это чтение. Коннектор спросит снова сам.",
    "Попросите администратора Moodle дать роли все права из README.",
)

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
    "account_ignored": Advice(
        "Учётная запись признана посторонней: её события не учитываются.",
        "Если это ошибка, верните её на странице «Учётные записи».",
    ),
    "unknown_quiz": Advice(
        "Этот тест не описан в справочнике диагностик.",
        "Если тест — диагностика, опишите его на странице «Курсы и тесты» или в листах diagnostics "
        "и questions: событие обработается само. Если нет, отметьте там же «не для нас».",
    ),
    "unknown_course": Advice(
        "Этот курс не описан в справочнике программ.",
        "Если курс — программа повышения квалификации, опишите его на странице «Курсы и тесты» или "
        "в листе programmes: событие обработается само. Если нет, отметьте там же «не для нас».",
    ),
    "unwanted_course": Advice(
        "Об этом курсе решено: он не для нас.",
        "Если это ошибка, верните его на странице «Курсы и тесты».",
    ),
    "unwanted_quiz": Advice(
        "Об этом тесте решено: он не для нас.",
        "Если это ошибка, верните его на странице «Курсы и тесты».",
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
    "nopermissions": _RIGHTS,
    "nopermissiontoviewgrades": _RIGHTS,
    "cannotviewreport": _RIGHTS,
    "requireloginerror": _RIGHTS,
    "errorcoursecontextnotvalid": _RIGHTS,
    "redirected": Advice(
        "Адрес Moodle ведёт на другой адрес.", "Администратору: исправьте адрес у источника."
    ),
    "outgoing": Advice(
        "Адрес Moodle не проходит проверку безопасности коннектора.",
        "Администратору: проверьте адрес источника и настройку CONNECTOR_ALLOW_PRIVATE.",
    ),
    "http": Advice("Сайт Moodle ответил отказом.", _MOODLE),
    "unexpected_answer": Advice("Moodle ответил не так, как описано для его версии.", _REPORT),
    "certificate": Advice("Сертификат сайта Moodle не проходит проверку.", _MOODLE),
    "bad_url": Advice(
        "Адрес Moodle у источника записан неправильно.", "Администратору: исправьте адрес."
    ),
    "answer_too_large": Advice("Ответ Moodle слишком велик, он не принят.", _REPORT),
    "too_many_questions": Advice("В тесте слишком много вопросов для одного ответа.", _REPORT),
    "malformed": Advice("В событии нет того, что в нём должно быть.", _SENDER),
    "no_attempt": Advice("В событии не сказано, о какой попытке речь.", _SENDER),
    "no_course": Advice("В событии не сказано, о каком курсе речь.", _SENDER),
    "no_course_module": Advice("В событии не сказано, о каком элементе курса речь.", _SENDER),
    "no_event_name": Advice("В событии не сказано, что произошло.", _SENDER),
    "no_user": Advice("В событии не сказано, о ком речь.", _SENDER),
    "type": Advice("Вид события указан не так, как должен.", _SENDER),
    "unknown_type": Advice("Такой вид события коннектору неизвестен.", _SENDER),
    "unknown_version": Advice(
        "Событие записано в более новом виде, чем знает коннектор.",
        "Администратору: обновите коннектор, затем нажмите «Обработать ещё раз».",
    ),
    "gone": Advice("Событие удалено во время обработки.", _NOTHING),
    "same_as": Advice("То же самое уже прочитано из Moodle по соседнему событию.", _NOTHING),
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
    "rules_outdated": Advice(
        "Этот обработчик ещё не прочитал новых правил; событие возьмёт тот, кто прочитал.",
        "Если это длится минуты, администратору: обновите и перезапустите connector-worker.",
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
    "off_by_choice": "человек отключил такие письма",
    "stopped": "на этот адрес письма не доходят",
    "too_many_soft": "пять временных отказов подряд",
    "bad_address": "такого адреса не бывает",
    "bounced": "почтовый сервер адресата не принял письмо",
    "burst": "слишком много сразу: ждёт разрешения методиста",
    "veto": "отправку запретило правило",
    "released": "разрешено методистом",
    "discarded": "отклонено методистом",
}

_GAVE_UP = "gave_up:"
"""What a last try ended with stands after it."""


def what_to_do(state: str, reason: str | None) -> Advice:
    """What became of a delivery and what to do."""
    known = ADVICE.get(stem(reason))
    if known is not None:
        return known
    if state == "new" and reason:
        # A code of Moodle's own, or "not yet": it is asked again by itself.
        return Advice(f"Moodle пока не дал ответа (код: {reason}). Коннектор спросит снова сам.")
    if state in _UNKNOWN:
        advice = _UNKNOWN[state]
        return Advice(f"{advice.what} Код причины: {reason}.", advice.do) if reason else advice
    return _STATE[state]


def stem(reason: str | None) -> str:
    """The code without what varies: a status, a function, why an address is refused."""
    for one in ("outgoing", "http", "unexpected_answer"):
        if reason and reason.startswith((f"{one}_", f"{one}:")):
            return one
    return reason or ""


def why_held(reason: str | None) -> str:
    """Why a notice was not sent."""
    code = reason or ""
    if code.startswith(_GAVE_UP):
        return f"все попытки не удались: {mail_reason(code.removeprefix(_GAVE_UP))}"
    return HELD.get(code) or mail_reason(code)
