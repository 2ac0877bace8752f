"""What a test of a connection found, in plain Russian, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from connector.moodle.errors import MoodleError, MoodleUnavailable
from connector.moodle.findings import (
    NOT_IN_SERVICE,
    NOT_TO_BE_TRIED,
    NOTHING_TO_TRY,
    SHOWN_IN_PART,
    SHOWN_NOTHING,
    Check,
    Finding,
    Outcome,
)
from connector.moodle.noted import TOO_SLOW
from connector.moodle.orders import ActingFunction
from connector.moodle.questions import Function
from connector.moodle.rights import rights_of
from connector.web.reasons import ADVICE, Advice, stem

TITLES: Mapping[str, str] = {
    Check.ADDRESS: "По этому адресу отвечает Moodle",
    Check.WEB_SERVICES: "Веб-службы и протокол REST включены",
    Check.TOKEN: "Ключ веб-службы действует",
    Check.OWN_ADDRESS: "Moodle считает своим тот же адрес",
    Check.CLOCK: "Часы серверов согласованы",
    Check.CATALOGUE: "Курсы из справочника видны",
    Check.NUMBERS: "У учащихся есть табельные номера",
    Check.MARKS: "Баллы за вопросы видны",
    Check.DECIMALS: "Баллы показаны с двумя знаками после запятой",
    Function.SITE_INFO: "Узнать, что это за сайт",
    Function.USERS: "Видеть учётные записи и табельные номера",
    Function.LEARNERS: "Видеть участников курса",
    Function.COURSES: "Видеть курсы",
    Function.MODULE: "Узнать, в каком курсе тест",
    Function.QUIZZES: "Видеть тесты курса",
    Function.ATTEMPTS: "Видеть попытки учащегося",
    Function.REVIEW: "Видеть баллы за каждый вопрос попытки",
    Function.GRADE_ITEMS: "Видеть оценки учащегося",
    Function.COURSE_COMPLETION: "Видеть, завершён ли курс",
    Function.ACTIVITY_COMPLETION: "Видеть, выполнены ли элементы курса",
    ActingFunction.USER_COURSES: "Узнать, на какие курсы человек уже зачислен",
    ActingFunction.ENROL: "Зачислять на курсы утверждённых маршрутов",
    ActingFunction.COHORTS: "Видеть глобальные группы",
    ActingFunction.COHORT_MEMBERS: "Видеть состав глобальных групп",
    ActingFunction.ADD_MEMBERS: "Добавлять в глобальные группы",
    ActingFunction.REMOVE_MEMBERS: "Убирать из глобальных групп",
}

_FUNCTIONS = frozenset({*Function, *ActingFunction})

_SITE: Mapping[str, Advice] = {
    "connection": Advice(
        "С этим адресом нет связи.",
        "Проверьте адрес, включён ли сайт и пускает ли сетевой экран сервер коннектора к нему.",
    ),
    "timed_out": Advice("Сайт не ответил вовремя.", "Проверьте сетевой экран и повторите позже."),
    TOO_SLOW: Advice(
        "Сайт отвечает слишком медленно: проверка остановлена на полпути.",
        "Повторите, когда нагрузка меньше.",
    ),
    "not_json": Advice(
        "Отвечает не веб-служба Moodle, а обычная страница.",
        "Проверьте адрес: если Moodle лежит в папке, она тоже часть адреса.",
    ),
    "http_404": Advice(
        "По этому адресу нет веб-служб Moodle.",
        "Проверьте адрес: если Moodle лежит в папке, она тоже часть адреса.",
    ),
    "http_503": Advice(
        "Moodle на обслуживании или перегружен.", "Повторите, когда обслуживание закончится."
    ),
    "over_budget": Advice("Сайт уже спрашивают слишком часто.", "Повторите через минуту."),
    "webservices_off": Advice(
        "В Moodle выключены веб-службы или протокол REST.",
        "Администрирование > Дополнительные функции: «Включить веб-службы». "
        "Администрирование > Сервер > Веб-службы > Протоколы: REST.",
    ),
    "invalidtoken": Advice(
        "Такого ключа в этом Moodle нет.",
        "Скопируйте ключ целиком: Администрирование > Сервер > Веб-службы > Ключи.",
    ),
    "accessexception": Advice(
        "Ключ есть, но пользоваться им нельзя.",
        "Проверьте по порядку: служба включена; пользователь ей разрешён; ключ не просрочен и не "
        "ограничен чужим IP-адресом; в службе есть core_webservice_get_site_info; у роли "
        "пользователя есть право webservice/rest:use.",
    ),
    "wsaccessusersuspended": Advice(
        "Учётная запись, которой принадлежит ключ, заблокирована.",
        "Снимите блокировку или выпустите ключ для другой.",
    ),
}

_DOUBTS: Mapping[str, Advice] = {
    Check.OWN_ADDRESS: Advice(
        "Moodle называет себя {names}.",
        "Если это тот же сайт, запишите у источника этот адрес: иначе Moodle может перенаправлять.",
    ),
    Check.CATALOGUE: Advice(
        "В Moodle не найдены: {names}.",
        "Проверьте, так ли записан индивидуальный номер курса в справочнике и в Moodle.",
    ),
    Check.NUMBERS: Advice(
        "Без табельного номера {0} из {1} проверенных участников курсов.",
        "Впишите номер в поле «Индивидуальный номер» профиля. Кто без него, того придётся "
        "сопоставлять вручную.",
    ),
    Check.MARKS: Advice(
        "Баллы за вопросы скрыты: {names}.",
        "В настройках теста, «Параметры просмотра», включите «Баллы» после попытки и после "
        "закрытия теста.",
    ),
    Check.DECIMALS: Advice(
        "Меньше двух знаков: {names}.",
        "Если это диагностика, в настройках теста поставьте «Число десятичных знаков» 2 или "
        "больше: Moodle отдаёт баллы округлёнными так, как показывает.",
    ),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A finding in words. code: for whoever searches by it."""

    title: str
    outcome: Outcome
    what: str = ""
    do: str = ""
    code: str = ""


def told(finding: Finding) -> Told:
    advice = _advice(finding)
    is_function = finding.subject in _FUNCTIONS
    code = finding.subject if is_function else finding.reason or ""
    return Told(TITLES[finding.subject], finding.outcome, advice.what, advice.do, code)


def _advice(finding: Finding) -> Advice:
    if finding.outcome is Outcome.PASSED:
        return Advice(_passed(finding))
    if finding.outcome is Outcome.UNTRIED:
        return _untried(finding)
    if finding.subject == Check.CLOCK:
        return _clock(finding)
    if finding.subject in _DOUBTS:
        doubt = _DOUBTS[finding.subject]
        names = ", ".join(finding.about)
        return Advice(doubt.what.format(*finding.about, names=names), doubt.do)
    if finding.subject in _FUNCTIONS:
        return _refused(finding)
    return _of_the_site(finding)


def _passed(finding: Finding) -> str:
    if finding.subject == Check.ADDRESS and finding.about:
        return f"Moodle {finding.about[0]}."
    if finding.subject == Check.NUMBERS:
        return f"Проверено участников курсов: {finding.about[1]}."
    return ""


def _untried(finding: Finding) -> Advice:
    if finding.reason == NOTHING_TO_TRY:
        return Advice("Не на чем проверить: на сайте ещё нет такого курса, теста или попытки.")
    if finding.reason == NOT_TO_BE_TRIED:
        rights = ", ".join(rights_of(finding.subject))
        return Advice(f"В службе есть; проверка ничего не меняет и не пробует. Права: {rights}.")
    return Advice("Не проверялось.")


def _clock(finding: Finding) -> Advice:
    where = "отстают" if finding.reason == "behind" else "спешат"
    seconds = int(finding.about[0])
    how_much = f"{seconds // 60} мин" if seconds >= 120 else f"{seconds} с"
    return Advice(
        f"Часы Moodle {where} на {how_much} против часов коннектора.",
        "Включите на обоих серверах синхронизацию времени (NTP): подпись, которая расходится "
        "больше чем на пять минут, не принимается.",
    )


def _refused(finding: Finding) -> Advice:
    function = finding.subject
    rights = ", ".join(rights_of(function))
    give = f"Дайте роли пользователя на уровне сайта права: {rights}."
    if finding.reason == NOT_IN_SERVICE:
        return Advice(
            "Этой функции нет в службе.",
            f"Администрирование > Сервер > Веб-службы > Внешние службы > Функции: добавьте "
            f"{function}.",
        )
    if finding.reason == SHOWN_NOTHING:
        if function == Function.QUIZZES:
            return Advice(
                "Moodle не показал ни одного теста.",
                f"Если тесты на сайте есть, не хватает прав. {give}",
            )
        return Advice("Moodle ответил пустым списком: так он отвечает, когда нет прав.", give)
    if finding.reason == SHOWN_IN_PART:
        return Advice(
            "Учётные записи видны без логина, почты и табельного номера.",
            f"{give} Главное из них: moodle/user:viewalldetails.",
        )
    if function == Function.COURSE_COMPLETION and finding.reason == "cannotviewreport":
        return Advice(
            "Moodle не показывает завершение курса.",
            f"{give} Так же отвечает курс, в котором не включено отслеживание выполнения: если это "
            "курс программы, включите его в настройках курса.",
        )
    if finding.reason and stem(finding.reason) == "unexpected_answer":
        return ADVICE["unexpected_answer"]
    return Advice(f"Moodle отказал (код: {finding.reason}).", give)


def refusal(err: MoodleError) -> str:
    """Why a Moodle could not be asked, in one sentence; the code at the end is for whoever mends
    it."""
    known = _SITE.get(err.reason) or ADVICE.get(stem(err.reason))
    if known is not None:
        return f"{known.what} (код: {err.reason})"
    is_away = isinstance(err, MoodleUnavailable)
    what = "Moodle сейчас не отвечает. Попробуйте позже." if is_away else "Moodle отказал."
    return f"{what} (код: {err.reason})"


def _of_the_site(finding: Finding) -> Advice:
    reason = finding.reason or ""
    known = _SITE.get(reason) or ADVICE.get(stem(reason))
    if known is not None:
        return known
    if finding.subject == Check.TOKEN:
        return Advice(
            f"Moodle не принимает ключ (код: {reason}).",
            "Выпустите новый ключ и впишите его у источника.",
        )
    return Advice(
        f"Moodle сейчас не отвечает (код: {reason}).", "Повторите позже и проверьте адрес."
    )
