"""What readings of one pointer amount to: the values that leave the interpretation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from connector.domain.evidence import LAST_SEQ, Kind, Says, Statement, Version, digest_of
from connector.moodle.answers import Reading

SLACK = timedelta(seconds=1)
"""Moodle stamps a record just before it raises the event about it. Where it stamps much earlier (a
long run of its cron) the deliveries only wait once more; a larger slack would take a grade three
seconds old for the new one."""


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """An account as Moodle shows it now. idnumber and email None: not shown, or the user is deleted
    (Moodle then puts a hash in place of the e-mail)."""

    user_id: str
    idnumber: str | None = None
    email: str | None = None
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class SeenObject:
    """A quiz, course or activity the statements name, so that it can be mapped.

    kind: "quiz", "course" or "activity" (id = course module).
    """

    kind: str
    id: str
    idnumber: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Interpretation:
    """account: whose it is, None if no reading tells. statements: what the readings prove.

    not_yet: reason code; the event came before Moodle's commit, look again later. No statements.
    nothing: reason code; nothing is proved and looking again would not change that.
    warnings: codes of settings that the Moodle's administrator should mend.
    look_again: the answer contradicts itself, as one given in the midst of a commit can.
    """

    account: AccountSeen | None = None
    statements: tuple[Statement, ...] = ()
    objects: tuple[SeenObject, ...] = ()
    not_yet: str | None = None
    nothing: str | None = None
    warnings: tuple[str, ...] = ()
    look_again: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What the interpretation needs besides pointer and readings.

    zone: the municipality's, for the calendar years of activities.
    final: the last look; what was "not yet" until now is taken as it is.
    """

    source: str
    zone: tzinfo
    delivery: int | None
    final: bool = False

    def statement(
        self,
        kind: Kind,
        register: str,
        user_id: str,
        says: Says,
        happened_at: datetime | None,
        body: Mapping[str, Any],
        reading: Reading,
    ) -> Statement:
        """A statement whose version is the reading's (domain 2)."""
        digest = digest_of(
            {
                "says": says.value,
                "happened_at": None if happened_at is None else happened_at.isoformat(),
                "body": dict(body),
            }
        )
        version = Version(reading.read_at, LAST_SEQ, "", digest)
        return Statement(
            kind,
            register,
            self.source,
            user_id,
            says,
            version,
            happened_at,
            body,
            self.delivery,
        )


def instant(seconds: int | None) -> datetime | None:
    """Moodle's seconds since 1970 as an instant; its 0 means never."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def is_older(seconds: int, raised_at: datetime | None) -> bool:
    """Whether a record was last changed before the event about its change was raised.

    Senders post inside the transaction, so the reading can still show the state before it.
    """
    if raised_at is None:
        return False
    return datetime.fromtimestamp(seconds, UTC) + SLACK < raised_at
