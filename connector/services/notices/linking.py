"""Ways of a person besides e-mail: proved by a one-time code, chosen, and ended."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from connector.domain.preferences import EMAIL, EVERY_KIND
from connector.models import Account, LinkCode, Preference, Subject, Way
from connector.models.inserting import insert_into
from connector.services.sources.identity import HELD

TERM = timedelta(minutes=30)
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that are mistaken for each other."""
_LENGTH = 10


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


class LinkingService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def new_code(self, municipality: str, recipient: str, channel: str, now: datetime) -> str:
        """A fresh code; the one before is no longer good."""
        code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        values = {"digest": _digest(code), "expires_at": now + TERM}
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
            .where(LinkCode.digest == _digest(text), LinkCode.channel == channel)
            .returning(LinkCode.municipality, LinkCode.recipient, LinkCode.expires_at)
        ).first()
        if row is None or row.expires_at <= now:
            return None
        self.confirm(row.municipality, row.recipient, channel, address, now)
        return Redeemed(row.municipality, row.recipient)

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
