"""The four senders as an administrator chooses among them, our own first."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from connector.config import DEFAULT_PUBLIC_URL
from connector.domain.signals import Dialect


@dataclass(frozen=True, slots=True)
class Sender:
    """loses: what it does not tell, in one sentence."""

    dialect: Dialect
    title: str
    what: str
    loses: str


SENDERS = (
    Sender(
        Dialect.NATIVE,
        "Наш плагин «Муниципальный коннектор»",
        "Ставится в Moodle 4.1 и новее за две минуты. Сообщениям верим: они подписаны. "
        "Ключ веб-службы не обязателен.",
        "Ничего не теряет: ждёт и отправляет снова, пока коннектор не ответит. Нужно право "
        "устанавливать плагины.",
    ),
    Sender(
        Dialect.TOOL_TRIGGER,
        "tool_trigger (Event Trigger)",
        "Если этот плагин у вас уже стоит. Сценарии импортируются готовыми файлами.",
        "После шести неудач подряд (около пяти часов) событие пропадает; об отмене завершения "
        "курса не сообщает.",
    ),
    Sender(
        Dialect.XAPI,
        "logstore_xapi",
        "Если Moodle уже шлёт события в хранилище xAPI.",
        "Никогда не сообщает о пересчётах, удалённых попытках, ручных оценках и учётных записях; "
        "неудачный пакет сам не повторяет.",
    ),
    Sender(
        Dialect.LOCAL_WEBHOOKS,
        "local_webhooks",
        "Если этот плагин у вас уже стоит.",
        "Отправляет один раз: что не дошло, того он больше не пришлёт; страница учащегося ждёт "
        "ответа коннектора.",
    ),
)


def sender_of(dialect: Dialect) -> Sender:
    return next(one for one in SENDERS if one.dialect is dialect)


REFUSALS = {
    "wrong_credentials": "подпись или ключ не сходятся: вставьте в Moodle настройки с этой "
    "страницы заново",
    "wrong_time": "подпись верна, но время отправки расходится с нашим больше чем на пять минут: "
    "сверьте часы сервера Moodle и этого сервера",
    "wrong_path": "адрес записан не целиком или с лишним концом",
    "method": "обращение не методом POST",
    "no_length": "не указана длина (прокси пересылает по частям)",
    "too_large": "сообщение слишком велико",
    "content_encoding": "сообщение сжато",
    "content_type": "не указано Content-Type: application/json",
    "cut_short": "сообщение оборвалось по дороге",
    "not_an_object": "тело не похоже на шаблон: включён «JSON encode» или шаблон изменён",
    "not_an_array": "это не пакет xAPI",
    "syntax": "тело не читается как JSON: проверьте шаблон",
}
"""Why requests were refused, as the hooks count it; any other reason is shown by its code."""


def hook_troubles(public_url: str, dialect: Dialect) -> list[str]:
    """What at the connector's own address will keep this sender from it."""
    if public_url == DEFAULT_PUBLIC_URL:
        return [
            "Внешний адрес коннектора не задан (CONNECTOR_PUBLIC_URL), поэтому ниже стоит адрес "
            "этой машины. Moodle на другом сервере по нему ничего не пришлёт."
        ]
    troubles = []
    parts = urlsplit(public_url)
    if parts.scheme != "https":
        troubles.append(
            "Адрес коннектора без https: сообщения, а с ними и секрет, пойдут открытым текстом."
        )
    if dialect is Dialect.LOCAL_WEBHOOKS:
        if (parts.port or (443 if parts.scheme == "https" else 80)) not in (80, 443):
            troubles.append(
                f"Порт {parts.port} Moodle по умолчанию закрывает: добавьте его в «Разрешённые "
                "порты cURL»."
            )
        if _is_inside(parts.hostname or ""):
            troubles.append(
                "Адрес внутренний, Moodle по умолчанию его закрывает: уберите его сеть из "
                "«Заблокированных узлов cURL»."
            )
    return troubles


def _is_inside(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost"
