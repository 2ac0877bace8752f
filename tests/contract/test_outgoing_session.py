"""The guarded session on real sockets."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from time import monotonic

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connector.moodle import questions
from connector.moodle.errors import MoodleRefused
from connector.outgoing import BodyBroken, Guard, GuardedSession, OutgoingRefused, read_body
from connector.replay import Replied
from tests.contract.fake_moodle import client_of, site

PATH = "/webservice/rest/server.php"


class Resolver:
    """A name server that answers what it is told, and counts."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        return self.answers.pop(0)


def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    resolver = Resolver(["127.0.0.1"])
    with site(lambda *_: Replied(200, {"hello": 1})) as running:
        port = running.server.url.rsplit(":", 1)[1]
        session = GuardedSession(Guard(frozenset({"moodle.example"}), True, resolver))
        answer = session.post(f"http://moodle.example:{port}{PATH}", data={"wstoken": "x"})

    # The replayed site knows another token: it was really asked, under the name.
    assert answer.json()["errorcode"] == "invalidtoken"
    assert resolver.asked == [("moodle.example", int(port))]


def test_a_name_that_turns_inside_later_is_refused_on_the_next_connection() -> None:
    resolver = Resolver(["127.0.0.1"])
    session = GuardedSession(Guard(frozenset({"moodle.example"}), False, resolver))

    with pytest.raises(OutgoingRefused, match="private_address"):
        session.get("http://moodle.example:1/")


def test_a_host_that_is_not_listed_is_not_even_looked_up() -> None:
    resolver = Resolver()
    session = GuardedSession(Guard(frozenset({"moodle.example"}), True, resolver))

    with pytest.raises(OutgoingRefused, match="host_not_allowed"):
        session.get("http://other.example/")

    assert resolver.asked == []


def test_a_redirect_is_an_answer_and_nothing_more() -> None:
    moved = Replied(307, text="", headers={"Location": "http://127.0.0.1:1/"})
    with site(lambda *_: moved) as running:
        session = GuardedSession(Guard.for_urls(running.server.url, allow_private=True))
        token = {"wstoken": "token-of-the-replayed-moodle"}
        answer = session.post(running.server.url + PATH, data=token, allow_redirects=True)

    assert answer.status_code == 307
    assert answer.history == []


def test_a_proxy_of_the_environment_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with site(lambda *_: Replied(200, [])) as running:
        assert running.client.call(questions.user_by_id("4")).body == []


def test_a_cookie_is_not_sent_back() -> None:
    cookie = Replied(200, [], headers={"Set-Cookie": "MoodleSession=abc; Path=/"})
    with site(lambda *_: cookie) as running:
        session = GuardedSession(Guard.for_urls(running.server.url, allow_private=True))
        token = {"wstoken": "token-of-the-replayed-moodle"}
        session.post(running.server.url + PATH, data=token)

    assert list(session.cookies) == []


def test_a_packed_body_is_refused_before_it_grows() -> None:
    packed = Replied(200, [], headers={"Content-Encoding": "gzip"})
    with site(lambda *_: packed) as running:
        session = GuardedSession(Guard.for_urls(running.server.url, allow_private=True))
        token = {"wstoken": "token-of-the-replayed-moodle"}
        response = session.post(running.server.url + PATH, data=token, stream=True)
        with pytest.raises(BodyBroken):
            read_body(response, 1000, 5)


@contextmanager
def tls_server(folder: Path, name: str) -> Iterator[int]:
    """A TLS server for one connection, its certificate signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def serve() -> None:
            with suppress(OSError):
                connection, _ = server.accept()
                with connection, context.wrap_socket(connection, server_side=True) as secured:
                    secured.recv(65536)
                    secured.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]")

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with tls_server(tmp_path, "localhost") as port:
        client = client_of(f"https://127.0.0.1:{port}")
        with pytest.raises(MoodleRefused, match="certificate"):
            client.call(questions.site_info())


@pytest.mark.parametrize(("name", "passes"), [("moodle.example", True), ("x.example", False)])
def test_a_certificate_is_checked_against_the_name_and_not_the_address(
    tmp_path: Path, name: str, passes: bool
) -> None:
    with tls_server(tmp_path, name) as port:
        guard = Guard(frozenset({"moodle.example"}), True, lambda host, port: ["127.0.0.1"])
        session = GuardedSession(guard)
        session.verify = str(tmp_path / "server.pem")
        if passes:
            assert session.get(f"https://moodle.example:{port}/").json() == []
        else:
            with pytest.raises(requests.exceptions.SSLError):
                session.get(f"https://moodle.example:{port}/")


DRIPS = {
    "a header": b"HTTP/1.1 200 OK\r\nX-Long: ",
    "a status": b"HTTP/1.1 200 ",
    "one header after the other": b"HTTP/1.1 200 OK\r\n",
    "the answer behind a hundred": b"HTTP/1.1 100 Continue\r\n",
    "a handshake": b"\x16\x03\x03\x40\x00",
}
"""What a server begins with, before it goes on by the byte."""


@contextmanager
def dripping(began: bytes, drop: bytes) -> Iterator[int]:
    closing = Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def serve() -> None:
            with suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(began)
                    while not closing.wait(0.05):
                        connection.sendall(drop)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        closing.set()
        thread.join()


@pytest.mark.parametrize("what", DRIPS)
def test_a_head_that_comes_by_the_drop_is_not_waited_for(what: str) -> None:
    scheme = "https" if what == "a handshake" else "http"
    drop = b"X: y\r\n" if what == "one header after the other" else b"a"
    with dripping(DRIPS[what], drop) as port:
        session = GuardedSession(Guard.for_urls(f"{scheme}://127.0.0.1", allow_private=True))
        began = monotonic()
        with pytest.raises(requests.Timeout):
            session.post(f"{scheme}://127.0.0.1:{port}/", timeout=(0.4, 0.4), stream=True)
    # A byte arrives every twentieth of a second: each of them would be waited for anew.
    assert monotonic() - began < 2


def test_a_host_with_many_silent_addresses_is_given_up_in_the_time_for_one() -> None:
    silent = [f"127.0.0.{n}" for n in range(1, 30)]
    with socket.create_server(("0.0.0.0", 0), backlog=0) as server, ExitStack() as stack:
        port = server.getsockname()[1]
        # Nobody accepts them: whoever comes later is not even answered.
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        session = GuardedSession(Guard(frozenset({"moodle.example"}), True, lambda *_: silent))
        began = monotonic()
        with pytest.raises(requests.ConnectTimeout):
            session.get(f"http://moodle.example:{port}/", timeout=(0.2, 1))
        assert monotonic() - began < 2
