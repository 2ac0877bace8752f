"""The address people use, the key, the mail server, the Moodle sites."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from connector.bootstrap import Container
from connector.channels.smtp import SmtpChannel
from connector.checkup.finding import Finding, note, ok, trouble
from connector.config import Config
from connector.domain.messengers import ChannelDown
from connector.domain.preferences import EMAIL
from connector.errors import BadSettings
from connector.moodle.errors import MoodleError
from connector.moodle.questions import Function
from connector.moodle.site import check_site, missing_rights
from connector.services.sources.sources import SourceDetails, SourceService
from connector.services.upkeep.backups import sealed_sources


def public_url(config: Config) -> Finding:
    parts = urlsplit(config.public_url)
    what = f"Адрес для людей и для Moodle: {config.public_url}"
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        return trouble(
            "public_url", f"{what} — это не адрес.", "Поправьте CONNECTOR_PUBLIC_URL (https://…)."
        )
    if _is_own(parts.hostname):
        return note(
            "public_url", f"{what} — открывается только на этой машине.",
            "Для остальных задайте CONNECTOR_PUBLIC_URL.",
        )  # fmt: skip
    if parts.scheme == "http":
        return trouble(
            "public_url", f"{what} — без шифрования.",
            "Пароли и сведения о людях пойдут открыто: настройте nginx с сертификатом и https://.",
        )  # fmt: skip
    return ok("public_url", f"{what}.")


def secret_key(made: Container) -> Iterator[Finding]:
    """Raises StorageUnavailable."""
    if made.config.is_distributed and not made.config.secret_key:
        yield trouble(
            "secret_key",
            "Ключ CONNECTOR_SECRET_KEY не задан: на каждой машине он будет свой.",
            "Задайте один и тот же на всех: deploy/README.md.",
        )
    with made.db.reading() as session:
        sealed = sealed_sources(session, made.box)
    if sealed:
        yield trouble(
            "secret_key",
            f"Ключ не открывает секреты источников: {', '.join(sealed)}.",
            "Верните прежний secret-key, через запятую после нового.",
        )
    else:
        yield ok("secret_key", "Ключ открывает секреты всех источников.")


def mail(made: Container) -> Finding:
    """Says EHLO, encrypts and logs in as for a letter, and sends none."""
    channel = made.channels[EMAIL]
    if not isinstance(channel, SmtpChannel):
        return note(
            "smtp", "Почта не настроена: письма видны только на странице «Письма».",
            "Для отправки задайте CONNECTOR_SMTP_URL.",
        )  # fmt: skip
    try:
        channel.check()
    except ChannelDown as err:
        todo = {
            "unreachable": "Проверьте адрес и порт в CONNECTOR_SMTP_URL и сетевой экран.",
            "not_logged_in": "Проверьте имя, пароль и starttls в CONNECTOR_SMTP_URL.",
        }.get(str(err), "Спросите администратора почты.")
        return trouble("smtp", f"Почтовый сервер не принимает писем ({err}).", todo)
    limit = made.config.letters_per_minute
    pace = f"не больше {limit} писем в минуту" if limit else "без ограничения скорости"
    return ok("smtp", f"Почтовый сервер отвечает; {pace}.")


def sources(made: Container, deep: bool) -> Iterator[Finding]:
    """deep: each Moodle is asked. Raises StorageUnavailable."""
    with made.db.reading() as session:
        closed = set(sealed_sources(session, made.box))
        service = SourceService(session, made.box)
        found = [service.get(code) for code in service.codes() if code not in closed]
    if not found and not closed:
        yield note("sources", "Источников ещё нет.", "Добавьте: connector sources add")
    for source in found:
        name = f"Источник «{source.code}»"
        if source.needs_rest and not (source.url and source.rest_token):
            yield trouble(
                "sources", f"{name}: не заданы адрес Moodle и ключ.",
                f"Задайте: connector sources connect {source.code}",
            )  # fmt: skip
        elif source.last_delivery_at is None:
            yield trouble(
                "sources", f"{name}: сообщений ещё не было.",
                "Настройте отправку в Moodle и пришлите проверочное сообщение.",
            )  # fmt: skip
        else:
            at = source.last_delivery_at
            yield ok("sources", f"{name}: последнее сообщение {at:%d.%m.%Y %H:%M} UTC.")
        if deep and source.url and source.rest_token:
            yield _moodle(made, source, name)


def _moodle(made: Container, source: SourceDetails, name: str) -> Finding:
    try:
        client = made.moodles.client(source)
        assert client is not None
        site = check_site(client)
        lacking = set(site.missing)
        if str(Function.USERS) not in lacking:
            lacking |= set(missing_rights(client))
    except (MoodleError, BadSettings) as err:
        reason = err.reason if isinstance(err, MoodleError) else str(err)
        return trouble(
            "moodle", f"{name}: Moodle отказывает или молчит ({reason}).",
            f"Подробности: connector sources test {source.code}",
        )  # fmt: skip
    if lacking:
        return trouble(
            "moodle", f"{name}: веб-службе недостаёт {', '.join(sorted(lacking))}.",
            f"Подробности: connector sources test {source.code}",
        )  # fmt: skip
    return ok("moodle", f"{name}: Moodle отвечает, {site.release or 'версия не названа'}.")


def _is_own(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
