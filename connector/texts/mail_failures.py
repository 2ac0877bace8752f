"""Why a letter that was tried did not go out, in plain Russian, with what to do about it."""

_CHECK = "Администратору: проверьте CONNECTOR_SMTP_URL и что покажет connector doctor."
_FAILURES = {
    "unreachable": "Почтовый сервер не отвечает: адрес или порт неверны либо закрыты сетевым "
    f"экраном. {_CHECK}",
    "no_greeting": "По этому адресу отвечает не почтовый сервер, или он не готов принимать. "
    f"{_CHECK}",
    "not_logged_in": "Почтовый сервер не впустил коннектор: имя, пароль или шифрование (starttls) "
    f"не подошли. {_CHECK}",
    "session_lost": "Связь с почтовым сервером оборвалась, и неизвестно, ушло ли письмо. Подождите "
    "несколько минут: если оно не пришло, попробуйте ещё раз.",
    "bounced": "Почтовый сервер не принимает писем на этот адрес. Проверьте, верно ли он записан.",
    "bad_address": "Это не адрес почты. Проверьте, верно ли он записан.",
    "not_deliverable": "Почтовый сервер не умеет писать на такой адрес. Укажите другой.",
    "refused": "Почтовый сервер не принял само письмо: так бывает с фильтром нежелательной почты. "
    "Спросите администратора почты.",
    "no_words": "Письмо не складывается: в шаблоне ошибка. Передайте её автору правил.",
}
_SHORT = {
    "unreachable": "сервер не отвечает",
    "no_greeting": "отвечает не почтовый сервер",
    "not_logged_in": "сервер не впустил коннектор",
    "session_lost": "связь с сервером обрывается",
    "bounced": "сервер не принимает писем на этот адрес",
    "bad_address": "это не адрес почты",
    "not_deliverable": "сервер не умеет писать на такой адрес",
    "refused": "сервер не принял само письмо",
    "no_words": "письмо не складывается: в шаблоне ошибка",
}
_LATER = "Почтовый сервер просит подождать. Попробуйте ещё раз через несколько минут."
_US = "Почтовый сервер не принимает писем от коннектора. " + _CHECK


def mail_failure(reason: str) -> str:
    """reason: as channels give it (connector.channels.smtp)."""
    if reason.startswith("smtp_"):
        return _LATER if reason.startswith("smtp_4") else _US
    return _FAILURES.get(reason, f"Письмо не ушло ({reason}). {_CHECK}")


def mail_reason(reason: str) -> str:
    """The same within a sentence, with the code for whoever asks about it; a code that is not known
    stays as it is."""
    if reason.startswith("smtp_"):
        short = "сервер просит подождать" if reason.startswith("smtp_4") else "сервер отказывает"
        return f"{short} ({reason})"
    return f"{_SHORT[reason]} ({reason})" if reason in _SHORT else reason
