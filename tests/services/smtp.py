"""A real SMTP server for tests, which can also be full, stern, slow or gone."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.services.ports import free_port


@dataclass(frozen=True)
class Received:
    """One accepted letter: the envelope and what was in it."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage


@dataclass
class SmtpServer:
    """Where to send, what has arrived, and how to answer from now on.

    `reply_to_recipient`, `reply_to_data`: a whole reply such as "450 4.2.2 Mailbox full" instead of
    acceptance. `seconds_before_reply` holds every answer to DATA back. `drop_on_data` closes the
    connection when the letter has been read, without a word: the sender cannot know its fate.
    """

    host: str
    port: int
    received: list[Received] = field(default_factory=list)
    reply_to_recipient: str | None = None
    reply_to_data: str | None = None
    seconds_before_reply: float = 0.0
    drop_on_data: bool = False


class _Handler:
    def __init__(self, state: SmtpServer) -> None:
        self.state = state

    async def handle_RCPT(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        if self.state.reply_to_recipient is not None:
            return self.state.reply_to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.state.drop_on_data:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "421 Never read by anyone"
        if self.state.seconds_before_reply:
            await asyncio.sleep(self.state.seconds_before_reply)
        if self.state.reply_to_data is not None:
            return self.state.reply_to_data
        content = envelope.content
        assert isinstance(content, bytes)
        assert envelope.mail_from is not None
        self.state.received.append(
            Received(
                sender=envelope.mail_from,
                recipients=tuple(envelope.rcpt_tos),
                message=message_from_bytes(content, _class=EmailMessage, policy=policy.default),
            )
        )
        return "250 OK"


@contextmanager
def smtp() -> Iterator[SmtpServer]:
    """A server on a loopback port, accepting everything until told otherwise."""
    state = SmtpServer("127.0.0.1", free_port())
    controller = Controller(_Handler(state), hostname=state.host, port=state.port)
    controller.start()
    try:
        yield state
    finally:
        controller.stop()
