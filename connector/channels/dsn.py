"""Delivery status notifications (RFC 3464): what a mail server says afterwards of a letter."""

import email
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.policy import default

_MOST_RECIPIENTS = 50
_FULL = ("5.2.2", "5.3.4")
"""A mailbox that is full, a letter that is too big: no word about the address."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one recipient. addresses: as we wrote it and as it ended up, in lower case."""

    addresses: frozenset[str]
    failed: bool
    status: str

    @property
    def is_for_good(self) -> bool:
        """Whether the address itself is dead, and not this moment bad."""
        return self.failed and self.status.startswith("5.") and self.status not in _FULL


@dataclass(frozen=True, slots=True)
class Bounce:
    """message_id: of the letter it is about, with its brackets."""

    message_id: str
    verdicts: tuple[Verdict, ...]


def read_bounce(raw: bytes) -> Bounce | None:
    """None where it is something else, or does not say which letter. Never raises: anybody can
    write to the address that letters come from."""
    try:
        message = email.message_from_bytes(raw, policy=default)
        return _read(message)
    # The standard parser trips over headers in ways that are not written down.
    except Exception:
        return None


def _read(message: EmailMessage) -> Bounce | None:
    verdicts: list[Verdict] = []
    message_id = None
    for part in message.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            verdicts += _verdicts(part)
        elif kind == "message/rfc822" and message_id is None:
            inner = part.get_payload()
            if isinstance(inner, list) and inner and isinstance(inner[0], Message):
                message_id = inner[0].get("Message-ID")
        elif kind == "text/rfc822-headers" and message_id is None:
            text = part.get_content()
            headers = email.message_from_string(str(text), policy=default)
            message_id = headers.get("Message-ID")
    if not verdicts or not message_id:
        return None
    return Bounce(str(message_id).strip(), tuple(verdicts[:_MOST_RECIPIENTS]))


def _verdicts(part: Message) -> Iterator[Verdict]:
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Message) or block.get("Action") is None:
            continue
        named = (block.get("Original-Recipient"), block.get("Final-Recipient"))
        addresses = frozenset(_address(str(one)) for one in named if one)
        action = str(block["Action"]).strip().lower()
        status = str(block.get("Status", "")).strip().split(" ")[0]
        if action in ("failed", "delayed"):
            yield Verdict(addresses, action == "failed", status)


def _address(field: str) -> str:
    """Without its type: `rfc822; a@b.example`."""
    return field.rpartition(";")[2].strip().strip("<>").casefold()
