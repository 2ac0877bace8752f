"""Why Moodle refused an action, within a sentence of a letter; its page says who has to do what."""

_WHY = {
    "unknown_course": "курса нет, или он не виден служебной учётной записи",
    "enrolment_suspended": "зачисление на курс приостановлено",
    "unknown_cohort": "такой глобальной группы нет",
    "member_refused": "нет группы или пользователя",
    "wsusercannotassign": "служебная учётная запись не может назначать роль студента",
    "wsnoinstance": "в курсе выключено зачисление «вручную»",
    "wscannotenrol": "зачисление «вручную» не принимает новых участников",
    "manualpluginnotinstalled": "выключен модуль зачисления вручную",
    "nopermissions": "не хватает прав",
    "requireloginerror": "курс закрыт для служебной учётной записи",
    "errorcoursecontextnotvalid": "курс закрыт для служебной учётной записи",
    "codingerror": "учётной записи больше нет",
    "userdeleted": "учётной записи больше нет",
    "invaliduser": "учётной записи больше нет",
    "invalidparameter": "курс или группа исчезли",
    "invalidrecord": "курс или группа исчезли",
}


def refusal(code: str) -> str:
    """With the code, for whoever asks about it; one that is not known stays as it is."""
    return f"{_WHY[code]} ({code})" if code in _WHY else code
