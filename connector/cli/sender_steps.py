"""What to do in Moodle next, as `sources add` and `rotate` print it; the page tells it in full."""

from connector.dialects.native_settings import settings_text
from connector.domain.signals import Dialect
from connector.services.sources.sources import SourceDetails

_STUDENT = "Проверяйте попыткой учащегося: просмотр теста преподавателем не сообщается."


def next_steps(source: SourceDetails, base: str, secret: str) -> list[str]:
    """Lines about this sender, its traps among them. base: the connector's public address."""
    endpoint = f"{base}{source.hook}"
    return [
        "",
        *_STEPS[source.dialect](endpoint, secret, source.code),
        _STUDENT,
        "",
        f"То же с подробностями: {base}/sources/{source.code}/connect",
    ]


def _native(endpoint: str, secret: str, code: str) -> list[str]:
    return [
        "Для нашего плагина Moodle вставьте этот текст целиком на его странице «Подключение»:",
        "",
        *settings_text(endpoint, secret).splitlines(),
        "",
        f"Плагин и этот текст файлами: connector sources files {code} ПАПКА",
    ]


def _tool_trigger(endpoint: str, secret: str, code: str) -> list[str]:
    return [
        f"1. Готовые сценарии: connector sources files {code} ПАПКА",
        "2. В Moodle импортируйте их по одному (Event Trigger > Manage workflows > Import) и "
        "включите каждый: после импорта они выключены.",
        "3. «Realtime» и «JSON encode» оставьте выключенными, ожидаемый ответ — 200.",
    ]


def _xapi(endpoint: str, secret: str, code: str) -> list[str]:
    user, _, password = secret.partition(":")
    return [
        f"1. В Logstore xAPI впишите endpoint {endpoint.removesuffix('/statements')} (без "
        "/statements: эту часть плагин добавляет сам).",
        f"2. Имя: {user}; пароль: {password}",
        "3. «Background mode» оставьте включённым, actor — обычным.",
    ]


def _local_webhooks(endpoint: str, secret: str, code: str) -> list[str]:
    return [
        "1. В HTTP-безопасности Moodle разрешите адрес и порт коннектора: по умолчанию закрыты все "
        "внутренние адреса и порты, кроме 80 и 443.",
        f"2. Одна служба: {endpoint}, секрет как token, application/json.",
        "3. Никогда не подписывайте её на \\local_webhooks\\event\\response_answer.",
    ]


_STEPS = {
    Dialect.NATIVE: _native,
    Dialect.TOOL_TRIGGER: _tool_trigger,
    Dialect.XAPI: _xapi,
    Dialect.LOCAL_WEBHOOKS: _local_webhooks,
}
