"""An SMTP server that misbehaves at any moment of a session; real ones are too polite for that."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum

DROP = "drop"
SILENT = "silent"


class Moment(StrEnum):
    """of a session. HALFWAY: the text has begun and its end has not come. ENDED: the final dot was
    read, and the letter is kept; TAKEN: also kept, and what goes wrong comes after the answer."""

    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    HALFWAY = "halfway"
    ENDED = "ended"
    TAKEN = "taken"


@dataclass
class ScriptedSmtp:
    """at: what happens at a moment instead of the usual answer: a whole reply, DROP or SILENT.
    addresses: replies to single recipients. offers: extensions. received: letters kept."""

    port: int = 0
    at: dict[Moment, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    offers: tuple[str, ...] = ()
    received: list[EmailMessage] = field(default_factory=list)
    sessions: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def ids(self) -> list[str]:
        return [one["Message-ID"] for one in self.received]


class _Gone(Exception):
    """The session is over."""


class _Session:
    def __init__(self, server: ScriptedSmtp, line: socket.socket) -> None:
        self._server = server
        self._line = line
        self._file = line.makefile("rb")

    def run(self) -> None:
        with suppress(_Gone, OSError):
            self._answer(Moment.GREETING, "220 ready")
            while words := self._file.readline().decode("latin-1").strip():
                self._command(words)
        self._file.close()
        self._line.close()

    def _command(self, words: str) -> None:
        match words.split()[0].upper():
            case "HELO" if Moment.EHLO in self._server.at:
                self._answer(Moment.EHLO, "")
            case "EHLO":
                lines = [f"250-{one}" for one in ("x.example", *self._server.offers)]
                self._answer(Moment.EHLO, "\r\n".join([*lines, "250 8BITMIME"]))
            case "STARTTLS":
                self._answer(Moment.STARTTLS, "220 go on")
            case "AUTH":
                self._answer(Moment.AUTH, "235 welcome")
            case "MAIL":
                self._answer(Moment.MAIL, "250 OK")
            case "RCPT":
                address = words.partition("<")[2].partition(">")[0]
                told = self._server.addresses.get(address)
                self._say(told) if told else self._answer(Moment.RCPT, "250 OK")
            case "DATA":
                self._text()
            case "QUIT":
                self._say("221 bye")
                raise _Gone
            case _:
                self._say("250 OK")

    def _text(self) -> None:
        told = self._server.at.get(Moment.DATA)
        self._answer(Moment.DATA, "354 go on")
        if told is not None and not told.startswith("354"):
            return
        lines = []
        while (line := self._file.readline()) not in (b".\r\n", b""):
            lines.append(line)
            if Moment.HALFWAY in self._server.at:
                self._answer(Moment.HALFWAY, "")
        moments = (Moment.ENDED, Moment.TAKEN)
        told = self._server.at.get(Moment.ENDED)
        if told is None or told in (DROP, SILENT):
            letter = message_from_bytes(b"".join(lines), EmailMessage, policy=policy.default)
            self._server.received.append(letter)
        self._answer(moments[0], "250 kept")
        if Moment.TAKEN in self._server.at:
            self._answer(moments[1], "")

    def _answer(self, moment: Moment, usual: str) -> None:
        told = self._server.at.get(moment, usual)
        if told == DROP:
            # Not a polite end, but a reset: what a dying machine or a firewall sends.
            self._line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            raise _Gone
        if told == SILENT:
            self._server.over.wait(30)
            raise _Gone
        self._say(told)

    def _say(self, words: str) -> None:
        self._line.sendall(f"{words}\r\n".encode())


@contextmanager
def scripted_smtp() -> Iterator[ScriptedSmtp]:
    """On a loopback port, accepting everything until told otherwise."""
    server = ScriptedSmtp()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server.port = listening.getsockname()[1]

        def accept() -> None:
            with suppress(OSError):
                while True:
                    line, _ = listening.accept()
                    server.sessions += 1
                    threading.Thread(target=_Session(server, line).run, daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)
