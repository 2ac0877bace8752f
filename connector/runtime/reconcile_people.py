"""The people of a pass: whose accounts Moodle shows otherwise than they are noted."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.db import Database
from connector.domain.evidence import LAST_SEQ, Version
from connector.domain.signals import About, Pointer
from connector.models import Account, Record, Subject
from connector.models.among import among
from connector.moodle.accounts import account_of
from connector.moodle.answers import Answers, Reading
from connector.moodle.searching import Finding, What
from connector.services.sources.identity import HELD, Seen
from connector.services.sources.sources import SourceDetails

FIELDS = ("id", "idnumber", "email")
"""By what accounts are asked for, in this order: known ones, then people who have none yet."""

AT_ONCE = 50
"""Accounts asked for in one question."""

Chunk = tuple[str, Sequence[str]]
"""A field, and values that are asked for at once."""


class People:
    """Reads only. Their accounts and names, and what is news of those that are shown."""

    def __init__(self, db: Database, source: SourceDetails) -> None:
        self._db = db
        self._source = source

    def chunks(self, position: str | None, known_only: bool) -> Iterator[Chunk]:
        """What is to be asked, from behind `position` on."""
        at, _, last = (position or "").partition(":")
        for field in FIELDS[:1] if known_only else FIELDS:
            if at and FIELDS.index(field) < FIELDS.index(at):
                continue
            values = self._values(field)
            if field == at:
                values = [value for value in values if _order(value) > _order(last)]
            for start in range(0, len(values), AT_ONCE):
                yield field, values[start : start + AT_ONCE]

    def news(self, shown: Mapping[str, Reading]) -> list[tuple[Finding, Seen]]:
        """Of accounts as Moodle shows them, by number."""
        if not shown:
            return []
        with self._db.reading() as session:
            rows = session.scalars(
                select(Account).where(
                    Account.source == self._source.code,
                    among(session, Account.user_id, sorted(shown)),
                )
            )
            known = {account.user_id: account for account in rows}
        found = []
        for user_id, reading in sorted(shown.items()):
            seen = self._seen(user_id, reading)
            if _is_news(seen, known.get(user_id)):
                pointer = Pointer(About.USER, user_id=user_id)
                found.append((Finding(What.ACCOUNT, pointer, (reading,), None), seen))
        return found

    def _values(self, field: str) -> list[str]:
        with self._db.reading() as session:
            if field == "id":
                known = session.scalars(
                    select(Account.user_id).where(Account.source == self._source.code)
                )
                return sorted((one for one in known if one.isdecimal()), key=_order)
            numbers, emails = self._without_account(session)
        return sorted(numbers if field == "idnumber" else emails, key=_order)

    def _without_account(self, session: Session) -> tuple[set[str], set[str]]:
        """Personnel numbers and addresses of those who have no account of this source yet.

        Moodle compares addresses with case, so each is tried as it was written and in small
        letters.
        """
        owned = select(Account.subject_id).where(
            Account.source == self._source.code, Account.match.in_(HELD)
        )
        rows = session.execute(
            select(Subject.code, Record.body["email"].as_string())
            .outerjoin(
                Record,
                (Record.municipality == Subject.municipality)
                & (Record.sheet == "staff")
                & (Record.person == Subject.code),
            )
            .where(
                Subject.kind == "staff",
                Subject.municipality.in_(self._source.municipalities),
                Subject.id.not_in(owned),
            )
        ).all()
        emails = {form for _, email in rows if email for form in (email, email.lower())}
        return {code for code, _ in rows}, emails

    def _seen(self, user_id: str, reading: Reading) -> Seen:
        account = account_of(user_id, Answers.of([reading]))
        version = Version(reading.read_at, LAST_SEQ, "", "").key()
        return Seen(
            self._source.code,
            user_id,
            account.idnumber,
            account.email,
            account.deleted,
            version,
        )


def _order(value: str) -> tuple[int, str]:
    """Numbers as numbers."""
    return len(value) if value.isdecimal() else 0, value


def _is_news(seen: Seen, known: Account | None) -> bool:
    """Whether an account is other than it is noted; what Moodle does not show is no news."""
    if known is None:
        return True
    if seen.deleted or known.deleted:
        return seen.deleted != known.deleted
    email = (seen.email or "").strip().lower()[:320]
    return bool(
        (seen.idnumber and seen.idnumber[:255] != known.idnumber)
        or (email and email != known.email_key)
    )
