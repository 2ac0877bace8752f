"""What became of a call of another system, in words."""

_ERRORS = {
    "timed_out": "Система не ответила за отведённое время.",
    "connection": "С этим адресом нет связи.",
    "certificate": "Сертификат системы недействителен.",
    "outgoing_private_address": "Адрес ведёт во внутреннюю сеть, а это запрещено "
    "(CONNECTOR_ALLOW_PRIVATE).",
    "outgoing_not_https": "Нужен адрес https://.",
}
_STATUSES = {
    401: "Система не приняла подпись: проверьте секрет (код 401).",
    403: "Система отказала (код 403): проверьте секрет.",
    404: "По этому адресу ничего нет (код 404).",
    410: "Система больше не ждёт событий (код 410), вебхук выключен.",
    429: "Система просит не торопиться (код 429).",
}


def told(status: int | None, error: str | None) -> str:
    """A sentence for people; the code in it is for whoever mends it."""
    if status is None:
        return _ERRORS.get(error or "", f"Вызов не удался (код: {error}).")
    if 200 <= status < 300:
        return f"Принято (код {status})."
    if 300 <= status < 400:
        return f"Система пересылает на другой адрес (код {status}): укажите его прямо."
    return _STATUSES.get(status, f"Система ответила ошибкой (код {status}).")
