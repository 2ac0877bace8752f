"""What is done in Moodle, in words: what it is, how it stands, why not, and who has to do what."""

ACTIONS = {
    "enrol": "Зачисление на курс",
    "cohort_add": "Добавление в глобальную группу",
    "cohort_remove": "Исключение из глобальной группы",
}
ACTION_STATES = {
    "waiting": "ждёт",
    "doing": "выполняется",
    "done": "сделано",
    "refused": "отказ Moodle",
    "held": "пока невозможно",
    "withdrawn": "больше не нужно",
}

_RIGHTS = "Администратору Moodle: дайте роли служебной учётной записи право"

WHY = {
    "done": "сделал коннектор",
    "held_already": "уже было так",
    "removed_there": "Убран из группы в самом Moodle: обратно коннектор не добавляет.",
    "no_account": "У работника нет сопоставленной учётной записи в этом Moodle. Как только она "
    "появится (страница «Учётные записи»), зачисление пройдёт само.",
    "no_source": "Курса нет в каталоге программ, а Moodle несколько: укажите курс в каталоге с его "
    "источником.",
    "unknown_course": "Курса с таким идентификатором в Moodle нет, или он не виден служебной "
    "учётной записи. Проверьте идентификатор (idnumber) курса в Moodle и в маршруте.",
    "enrolment_suspended": "Зачисление на этот курс в Moodle приостановлено или его срок истёк. "
    "Коннектор не отменяет чужого решения: снимите приостановку в списке участников курса.",
    "unknown_cohort": "Глобальной группы с таким идентификатором в Moodle нет (или их несколько).",
    "member_refused": "Moodle не нашёл группу или пользователя. Проверьте, не удалена ли учётная "
    "запись.",
    "wsusercannotassign": "Служебная учётная запись не может назначать роль студента. "
    f"{_RIGHTS} moodle/role:assign и разрешите ей назначать роль студента (Администрирование → "
    "Пользователи → Определение ролей → Разрешить назначение ролей).",
    "wsnoinstance": "В курсе выключен способ зачисления «вручную». Преподавателю курса: добавьте "
    "его на странице «Способы зачисления на курс».",
    "wscannotenrol": "Способ зачисления «вручную» в этом курсе не принимает новых участников.",
    "manualpluginnotinstalled": "В Moodle выключен модуль зачисления вручную.",
    "nopermissions": "Не хватает прав. "
    f"{_RIGHTS} enrol/manual:enrol для зачислений, moodle/cohort:view и moodle/cohort:assign для "
    "глобальных групп.",
    "requireloginerror": f"Курс закрыт для служебной учётной записи. {_RIGHTS} moodle/course:view.",
    "errorcoursecontextnotvalid": "Курс закрыт для служебной учётной записи. "
    f"{_RIGHTS} moodle/course:view и moodle/course:viewhiddencourses.",
    "codingerror": "Учётной записи в Moodle больше нет.",
    "userdeleted": "Учётной записи в Moodle больше нет.",
    "invaliduser": "Учётной записи в Moodle больше нет.",
    "invalidparameter": "Курс или группа исчезли из Moodle, пока мы к ним обращались.",
    "invalidrecord": "Курс или группа исчезли из Moodle, пока мы к ним обращались.",
    "no_token": "У источника нет адреса или токена Moodle (страница «Источники»).",
    "invalidtoken": "Moodle не принимает токен источника. Администратору: выпустите новый.",
    "accessexception": "Функции нет в веб-сервисе токена, или срок токена истёк. Администратору "
    "Moodle: добавьте функции из руководства «Действия в Moodle».",
    "timed_out": "Moodle не ответил вовремя; попробуем снова.",
    "connection": "Moodle недоступен; попробуем снова.",
    "breaker_open": "Moodle недавно не отвечал; попробуем снова.",
    "over_budget": "Слишком много запросов к Moodle; попробуем снова.",
    "webservices_off": "В Moodle выключены веб-сервисы.",
    "internal_error": "Внутренняя ошибка коннектора; попробуем снова.",
}


def why(reason: str | None) -> str:
    """One or two sentences; a code that is not known is shown as it is."""
    if not reason:
        return ""
    if reason.startswith("http_"):
        return f"Moodle ответил ошибкой {reason.removeprefix('http_')}; попробуем снова."
    return WHY.get(reason, f"Moodle отказал: {reason}")
