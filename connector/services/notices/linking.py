"""Ways of a person besides e-mail: proved by a one-time code, chosen, and ended."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from connector.domain.preferences import EMAIL, EVERY_KIND
from connector.errors import ConnectorError
from connector.models import Account, CodeSending, LinkCode, Preference, Subject, Way
from connector.models.inserting import insert_into
from connector.services.sources.identity import HELD

TERM = timedelta(minutes=30)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that are mistaken for each other."""
_LENGTH = 10
MOST_CODES = 5
"""Sent for one person in a day, whatever they typed."""
MOST_TO_ADDRESS = 3
"""Sent to one address in a day, whoever typed it."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class KnownWay:
    channel: str
    address: str
    is_confirmed: bool
    stop_reason: str | None


@dataclass(frozen=True, slots=True)
class Redeemed:
    municipality: str
    recipient: str


class TooManyCodes(ConnectorError):
    """So many codes were sent for this person, or to this address, that it must wait for a day."""


class LinkingService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def new_code(
        self,
        municipality: str,
        recipient: str,
        channel: str,
        now: datetime,
        address: str | None = None,
    ) -> str:
        """A fresh code; the one before is no longer good. address: where it is to be sent."""
        code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        values = {"digest": _digest(code), "expires_at": now + TERM, "address": address}
        statement = insert_into(self._session, LinkCode).values(
            municipality=municipality, recipient=recipient, channel=channel, **values
        )
        self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["municipality", "recipient", "channel"], set_=values
            )
        )
        return code

    def redeem(self, channel: str, text: str, address: str, now: datetime) -> Redeemed | None:
        """Whose code it was: the address is theirs from now on, and chosen. None: nobody's; a code
        is good once and for half an hour."""
        row = self._session.execute(
            delete(LinkCode)
            .where(
                LinkCode.digest == _digest(text),
                LinkCode.channel == channel,
                LinkCode.address.is_(None),
            )
            .returning(LinkCode.municipality, LinkCode.recipient, LinkCode.expires_at)
        ).first()
        if row is None or row.expires_at <= now:
            return None
        self.confirm(row.municipality, row.recipient, channel, address, now)
        return Redeemed(row.municipality, row.recipient)

    def ask(
        self, municipality: str, recipient: str, channel: str, address: str, now: datetime
    ) -> str:
        """A code to be sent to an address that somebody typed, once this is committed: a try that
        fails counts too. Raises TooManyCodes."""
        # Whoever asks twice at once waits here for their own row, and is then counted.
        code = self.new_code(municipality, recipient, channel, now, address)
        plain = address.casefold()
        self._session.execute(delete(CodeSending).where(CodeSending.sent_at <= now - DAY))
        own = (CodeSending.municipality == municipality) & (CodeSending.recipient == recipient)
        there = (CodeSending.channel == channel) & (CodeSending.address == plain)
        by_person, to_address = self._session.execute(
            select(func.count().filter(own), func.count().filter(there)).where(or_(own, there))
        ).one()
        if by_person >= MOST_CODES or to_address >= MOST_TO_ADDRESS:
            raise TooManyCodes
        self._session.add(
            CodeSending(
                municipality=municipality, recipient=recipient, channel=channel, address=plain,
                sent_at=now,
            )
        )  # fmt: skip
        return code

    def asked(self, municipality: str, recipient: str, now: datetime) -> dict[str, str]:
        """By channel, the addresses to which a code was sent that is still good."""
        rows = self._session.execute(
            select(LinkCode.channel, LinkCode.address).where(
                LinkCode.municipality == municipality,
                LinkCode.recipient == recipient,
                LinkCode.address.is_not(None),
                LinkCode.expires_at > now,
            )
        )
        return {channel: address or "" for channel, address in rows}

    def enter(
        self, municipality: str, recipient: str, channel: str, text: str, now: datetime
    ) -> bool:
        """Whether it is the code that was sent to the address the person typed: it is theirs from
        now on, and chosen. A code is good once and for half an hour."""
        address = self._session.scalar(
            delete(LinkCode)
            .where(
                LinkCode.municipality == municipality,
                LinkCode.recipient == recipient,
                LinkCode.channel == channel,
                LinkCode.digest == _digest(text),
                LinkCode.address.is_not(None),
                LinkCode.expires_at > now,
            )
            .returning(LinkCode.address)
        )
        if address is None:
            return False
        self.confirm(municipality, recipient, channel, address, now)
        return True

    def forget(self, municipality: str, recipient: str, channel: str) -> None:
        """The code was not sent after all, or is no longer wanted."""
        self._session.execute(
            delete(LinkCode).where(
                LinkCode.municipality == municipality,
                LinkCode.recipient == recipient,
                LinkCode.channel == channel,
            )
        )

    def confirm(
        self, municipality: str, recipient: str, channel: str, address: str, now: datetime
    ) -> None:
        """Makes an address the person's only one on the channel, and the channel their choice."""
        self._session.execute(
            delete(Way).where(
                Way.municipality == municipality,
                Way.recipient == recipient,
                Way.channel == channel,
            )
        )
        self._session.add(
            Way(
                municipality=municipality, recipient=recipient, channel=channel, address=address,
                added_at=now, confirmed_at=now, soft=0,
            )
        )  # fmt: skip
        self._session.flush()
        self.choose(municipality, recipient, channel, now)

    def choose(self, municipality: str, recipient: str, channel: str, now: datetime) -> None:
        """By which channel the person wants to be written to, in general."""
        statement = insert_into(self._session, Preference).values(
            municipality=municipality,
            recipient=recipient,
            kind=EVERY_KIND,
            channel=channel,
            changed_at=now,
        )
        self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["municipality", "recipient", "kind"],
                set_={"channel": channel, "changed_at": now},
            )
        )

    def leave(self, municipality: str, recipient: str, channel: str, now: datetime) -> None:
        """Forgets the address on a channel; letters go by e-mail again if they went there."""
        self._session.execute(
            delete(Way).where(
                Way.municipality == municipality,
                Way.recipient == recipient,
                Way.channel == channel,
            )
        )
        if self.chosen(municipality, recipient) == channel:
            self.choose(municipality, recipient, EMAIL, now)

    def chosen(self, municipality: str, recipient: str) -> str:
        row = self._session.get(Preference, (municipality, recipient, EVERY_KIND))
        return (row.channel if row else None) or EMAIL

    def known(self, municipality: str, recipient: str) -> dict[str, KnownWay]:
        """By channel, e-mail excepted."""
        rows = self._session.scalars(
            select(Way)
            .where(
                Way.municipality == municipality, Way.recipient == recipient, Way.channel != EMAIL
            )
            .order_by(Way.id)
        )
        return {
            row.channel: KnownWay(
                row.channel, row.address, row.confirmed_at is not None, row.stop_reason
            )
            for row in rows
        }

    def moodle_accounts(self, municipality: str, number: str) -> list[str]:
        """Addresses of the person's accounts that were matched; nothing proposed is among them."""
        rows = self._session.execute(
            select(Account.source, Account.user_id)
            .join(Subject, Subject.id == Account.subject_id)
            .where(
                Subject.municipality == municipality,
                Subject.kind == "staff",
                Subject.code == number,
                Account.match.in_(HELD),
                Account.deleted.is_(False),
            )
            .order_by(Account.source, Account.user_id)
        )
        return [f"{source}:{user_id}" for source, user_id in rows]


def _digest(code: str) -> str:
    """Of the code as people type it: in any case, with spaces and dashes."""
    plain = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()
