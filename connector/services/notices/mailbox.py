"""Letters and notices as they can be looked at: what was written to whom, and what waits."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.errors import UnknownThing
from connector.models import Letter, Notice, Subject


@dataclass(frozen=True, slots=True)
class LetterLine:
    id: int
    subject: str
    recipient: str | None
    name: str | None
    address: str
    channel: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class LetterDetails:
    line: LetterLine
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """key: the business key. recipient None: nobody was found to tell."""

    id: int
    key: str
    kind: str
    role: str
    recipient: str | None
    name: str | None
    about: str | None
    params: Mapping[str, Any]
    state: str
    reason: str | None
    created_at: datetime
    not_before: datetime
    sent_at: datetime | None
    letter: int | None


class MailboxService:
    """Reads only. recipients: personnel numbers whose post is wanted, None: everybody's."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def letters(
        self,
        municipality: str,
        recipients: Collection[str] | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> list[LetterLine]:
        """The latest first; `before`: those written before the letter of this number."""
        query = select(Letter).where(Letter.municipality == municipality)
        if recipients is not None:
            query = query.where(Letter.recipient.in_(recipients))
        if before is not None:
            query = query.where(Letter.id < before)
        found = self._session.scalars(query.order_by(Letter.id.desc()).limit(limit)).all()
        names = self._names(municipality, {one.recipient for one in found if one.recipient})
        return [_line(one, names) for one in found]

    def letter(
        self, municipality: str, letter_id: int, recipients: Collection[str] | None = None
    ) -> LetterDetails:
        """Raises UnknownThing, also for a letter of others."""
        found = self._session.scalar(
            select(Letter).where(Letter.id == letter_id, Letter.municipality == municipality)
        )
        if found is None or (recipients is not None and found.recipient not in recipients):
            raise UnknownThing("letter", str(letter_id))
        names = self._names(municipality, {found.recipient} if found.recipient else set())
        return LetterDetails(_line(found, names), found.text, found.html)

    def notices(
        self,
        municipality: str,
        recipients: Collection[str] | None = None,
        about: str | None = None,
        state: str | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> list[NoticeLine]:
        """The latest first. about: a personnel number they were folded from, or sent to."""
        person = select(Subject.id).where(
            Subject.municipality == municipality, Subject.kind == "staff", Subject.code == about
        )
        query = (
            select(Notice, Subject.code, Subject.kind)
            .outerjoin(Subject, Subject.id == Notice.about_subject)
            .where(Notice.municipality == municipality)
        )
        if recipients is not None:
            query = query.where(Notice.recipient.in_(recipients))
        if about is not None:
            query = query.where(Notice.about_subject.in_(person))
        if state is not None:
            query = query.where(Notice.state == state)
        if before is not None:
            query = query.where(Notice.id < before)
        rows = self._session.execute(query.order_by(Notice.id.desc()).limit(limit)).all()
        names = self._names(municipality, {n.recipient for n, _, _ in rows if n.recipient})
        return [
            NoticeLine(
                id=notice.id,
                key=notice.key,
                kind=notice.kind,
                role=notice.role,
                recipient=notice.recipient,
                name=names.get(notice.recipient or ""),
                about=code if kind == "staff" else None,
                params=notice.params,
                state=notice.state,
                reason=notice.reason,
                created_at=notice.created_at,
                not_before=notice.not_before,
                sent_at=notice.sent_at,
                letter=notice.letter_id,
            )
            for notice, code, kind in rows
        ]

    def _names(self, municipality: str, numbers: Collection[str]) -> dict[str, str]:
        if not numbers:
            return {}
        rows = self._session.execute(
            select(Subject.code, Subject.title).where(
                Subject.municipality == municipality,
                Subject.kind == "staff",
                Subject.code.in_(numbers),
            )
        )
        return dict(rows.all())


def _line(letter: Letter, names: Mapping[str, str]) -> LetterLine:
    return LetterLine(
        id=letter.id,
        subject=letter.subject,
        recipient=letter.recipient,
        name=names.get(letter.recipient or ""),
        address=letter.address,
        channel=letter.channel,
        sent_at=letter.sent_at,
    )
