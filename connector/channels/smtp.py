"""E-mail over SMTP, and what each way of failing means.

A connection is made for each letter: letters are few, gathered by recipient, and a connection that
is kept open is one that has been dropped when it is needed.
"""

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from connector.channels.channel import OutgoingLetter
from connector.domain.messengers import ChannelDown, Refused, TryLater
from connector.errors import BadSettings

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+")
_TOO_BIG = 552
_PORTS = {"smtp": 25, "smtps": 465}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where letters are handed in. timeout: seconds for each step of a session."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    starttls: bool = False
    timeout: float = 30.0


def is_address(text: str) -> bool:
    """Whether anything can be sent there at all, as far as its form tells."""
    return _ADDRESS.fullmatch(text) is not None


def parse_smtp_url(url: str) -> SmtpServer:
    """`smtp://user:password@host:port?starttls=1` or `smtps://…`. Raises BadSettings."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as err:
        raise BadSettings("CONNECTOR_SMTP_URL: host or port cannot be read") from err
    options = parse_qs(parts.query)
    if parts.scheme not in _PORTS or not parts.hostname or options.keys() - {"starttls"}:
        raise BadSettings("CONNECTOR_SMTP_URL: smtp://user:password@host:port?starttls=1 expected")
    starttls = options.get("starttls", ["0"])[-1] in ("1", "true", "yes")
    if starttls and parts.scheme == "smtps":
        raise BadSettings("CONNECTOR_SMTP_URL: smtps:// is encrypted already, drop starttls")
    return SmtpServer(
        parts.hostname,
        port or _PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        tls=parts.scheme == "smtps",
        starttls=starttls,
    )


class SmtpChannel:
    """sender: the From header, `Название <адрес>` or an address. Raises BadSettings for another.

    tls: for servers whose certificate the system does not know; the system's own by default.
    """

    name = "smtp"

    def __init__(self, server: SmtpServer, sender: str, tls: ssl.SSLContext | None = None) -> None:
        name, address = parseaddr(sender)
        if not _ADDRESS.fullmatch(address):
            raise BadSettings("CONNECTOR_MAIL_FROM: an e-mail address is expected")
        self._server = server
        self._tls = tls or ssl.create_default_context()
        self._from = Address(display_name=name, addr_spec=address)

    def check(self) -> None:
        """A session as for a letter, up to EHLO and log-in, and no letter. Raises ChannelDown."""
        _leave(self._session())

    def send(self, letter: OutgoingLetter) -> bytes | None:
        if not _ADDRESS.fullmatch(letter.address):
            raise Refused("bad_address")
        try:
            message = self._compose(letter)
        except (ValueError, MessageError) as err:
            raise Refused("not_deliverable") from err
        session = self._session()
        try:
            session.send_message(message)
        except smtplib.SMTPRecipientsRefused as err:
            code, _ = next(iter(err.recipients.values()))
            raise _verdict(code, "bounced") from err
        except smtplib.SMTPSenderRefused as err:
            if err.smtp_code == _TOO_BIG:
                raise Refused("refused") from err
            # Whom the server does not like is us: every letter would fare the same.
            raise ChannelDown(f"smtp_{err.smtp_code}") from err
        except smtplib.SMTPDataError as err:
            raise _verdict(err.smtp_code, "refused") from err
        except (smtplib.SMTPNotSupportedError, ValueError, MessageError) as err:
            # An address or text that this server cannot take in any form we have.
            raise Refused("not_deliverable") from err
        except (smtplib.SMTPException, OSError) as err:
            # Dropped, or silent for too long. Once it had the text, nobody knows what it did with
            # it, whether the last byte was on its way or not.
            raise TryLater("session_lost", perhaps_sent=session.was_given_text) from err
        finally:
            _leave(session)
        return message.as_bytes(policy=SMTP)

    def _session(self) -> "_Plain | _Encrypted":
        """An open session, greeted and logged in. Raises ChannelDown."""
        server = self._server
        session: _Plain | _Encrypted
        try:
            if server.tls:
                session = _Encrypted(
                    server.host, server.port, timeout=server.timeout, context=self._tls
                )
            else:
                session = _Plain(server.host, server.port, timeout=server.timeout)
        except (smtplib.SMTPException, OSError) as err:
            raise ChannelDown("unreachable") from err
        try:
            if server.starttls:
                session.starttls(context=self._tls)
            if server.user:
                session.login(server.user, server.password)
        except (smtplib.SMTPException, OSError) as err:
            session.close()
            raise ChannelDown("not_logged_in") from err
        try:
            session.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError) as err:
            session.close()
            raise ChannelDown("no_greeting") from err
        return session

    def _compose(self, letter: OutgoingLetter) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = self._from
        message["To"] = Address(addr_spec=_ascii_domain(letter.address))
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(letter.sent_at)
        message["Message-ID"] = letter.message_id
        # Holiday answers to a machine would only come back to a machine.
        message["Auto-Submitted"] = "auto-generated"
        message["Content-Language"] = "ru"
        if letter.unsubscribe:
            message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(letter.text, cte="base64")
        message.add_alternative(letter.html, subtype="html", cte="base64")
        return message


class _Plain(smtplib.SMTP):
    """was_given_text: whether the server was given a letter's text, or some of it."""

    was_given_text = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.was_given_text = True
        return super().data(msg)


class _Encrypted(_Plain, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


def _leave(session: smtplib.SMTP) -> None:
    # The letter's fate is decided by now: whatever the server says to a good-bye changes nothing.
    with suppress(smtplib.SMTPException, OSError):
        session.quit()
    session.close()


def _ascii_domain(address: str) -> str:
    """A Cyrillic domain in the form that every server knows. Raises ValueError."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode('ascii')}"


def _verdict(code: int, refused: str) -> TryLater | ChannelDown | Refused:
    """421 is the server going away; other 4xx are this letter's bad moment, 5xx its end; what is no
    code at all leaves it open."""
    if code < 400:
        return TryLater("session_lost", perhaps_sent=True)
    if code == 421:
        return ChannelDown("smtp_421")
    return Refused(refused) if code >= 500 else TryLater(f"smtp_{code}")
