"""Letters to a mail server that insists on encryption and a password."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from connector.channels.channel import OutgoingLetter
from connector.channels.smtp import SmtpChannel, SmtpServer
from connector.domain.messengers import ChannelDown
from tests.services.ports import free_port

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
LETTER = OutgoingLetter("<1@example.org>", "one@example.org", "Тема", "Текст", "<p>Текст</p>", NOW)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate of 127.0.0.1 with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


class Keeper:
    """Keeps the recipients of what it was given."""

    def __init__(self) -> None:
        self.recipients: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.recipients += envelope.rcpt_tos
        return "250 OK"


def authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"user", b"pass")
    return AuthResult(success=good)


@contextmanager
def serving(keeper: Keeper, **options: Any) -> Iterator[int]:
    port = free_port()
    controller = Controller(keeper, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def channel(port: int, certificate: Path | None, **options: Any) -> SmtpChannel:
    trusted = None if certificate is None else ssl.create_default_context(cafile=str(certificate))
    server = SmtpServer("127.0.0.1", port, timeout=5.0, **options)
    return SmtpChannel(server, "service@example.org", trusted)


def test_a_letter_goes_over_starttls_with_a_password(certificate: Path) -> None:
    keeper = Keeper()
    options = {
        "tls_context": server_context(certificate),
        "require_starttls": True,
        "auth_required": True,
        "authenticator": authenticate,
    }
    with serving(keeper, **options) as port:
        channel(port, certificate, user="user", password="pass", starttls=True).send(LETTER)
        assert keeper.recipients == ["one@example.org"]
        with pytest.raises(ChannelDown, match="not_logged_in"):
            channel(port, certificate, user="user", password="no", starttls=True).send(LETTER)
        with pytest.raises(ChannelDown, match="smtp_530"):
            channel(port, certificate).send(LETTER)


def test_a_letter_goes_over_tls_from_the_first_byte(certificate: Path) -> None:
    keeper = Keeper()
    with serving(keeper, ssl_context=server_context(certificate)) as port:
        channel(port, certificate, tls=True).send(LETTER)
    assert keeper.recipients == ["one@example.org"]


@pytest.mark.parametrize("options", [{"tls": True}, {"starttls": True}])
def test_a_server_that_cannot_prove_its_name_gets_nothing(
    certificate: Path, options: dict[str, bool]
) -> None:
    keeper = Keeper()
    context = server_context(certificate)
    over = {"ssl_context": context} if "tls" in options else {"tls_context": context}
    with serving(keeper, **over) as port, pytest.raises(ChannelDown):
        channel(port, None, **options).send(LETTER)
    assert keeper.recipients == []
