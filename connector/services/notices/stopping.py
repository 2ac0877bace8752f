"""Addresses that nothing reaches: stopped, told to the methodist once, tried again by a person."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from connector.domain.dates import local_day
from connector.domain.hours import Hours, PostHours
from connector.domain.owed import Owed, Recipient
from connector.domain.people import Duty
from connector.domain.preferences import EMAIL
from connector.models import Subject, Way
from connector.models.inserting import insert_into
from connector.services.notices.addresses import INSTALLATION
from connector.services.notices.circles import posts, standing_posts
from connector.services.notices.notices import NoticeService

ADDRESS_STOPPED = "address_stopped"
MOST_SOFT = 5
"""Refusals that were no verdict, one after the other: by then nobody reads there any more."""


@dataclass(frozen=True, slots=True)
class StoppedWay:
    """name: of the person, where a staff record has it."""

    id: int
    recipient: str
    name: str | None
    channel: str
    address: str
    stopped_at: datetime
    reason: str | None


class StopService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def stop(
        self,
        municipality: str,
        recipient: str,
        channel: str,
        address: str,
        reason: str,
        hours: Hours,
        now: datetime,
    ) -> None:
        """Nothing goes to this address any more, whoever is said to have it; what waited for it
        goes another way, or is held. Of an e-mail address the methodists are told once; what a
        person linked, the person links anew. Idempotent. A corrected address is another one."""
        row = self._row(municipality, recipient, channel, address, now)
        is_news = row.stopped_at is None
        if is_news:
            row.stopped_at = now
            row.stop_reason = reason[:80]
            self._session.flush()
        service = NoticeService(self._session)
        service.readdress(municipality, hours, now, recipient)
        if is_news and channel == EMAIL and municipality != INSTALLATION:
            service.tell(municipality, self._owed(municipality, row, hours, now), hours, now)

    def count_soft(
        self,
        municipality: str,
        recipient: str,
        address: str,
        hours: Hours,
        now: datetime,
    ) -> bool:
        """An e-mail address's refusal that was no verdict; whether it was one too many, and the
        address stopped."""
        row = self._row(municipality, recipient, EMAIL, address, now)
        row.soft += 1
        self._session.flush()
        if row.soft < MOST_SOFT or row.stopped_at is not None:
            return False
        self.stop(municipality, recipient, EMAIL, address, "too_many_soft", hours, now)
        return True

    def stopped(self, municipality: str, limit: int = 200) -> list[StoppedWay]:
        """The latest first."""
        rows = self._session.execute(
            select(Way, Subject.title)
            .outerjoin(
                Subject,
                (Subject.municipality == Way.municipality)
                & (Subject.kind == "staff")
                & (Subject.code == Way.recipient),
            )
            .where(Way.municipality == municipality, Way.stopped_at.is_not(None))
            .order_by(Way.stopped_at.desc(), Way.id.desc())
            .limit(limit)
        )
        return [
            StoppedWay(
                way.id, way.recipient, name, way.channel, way.address, way.stopped_at,
                way.stop_reason,
            )
            for way, name in rows
            if way.stopped_at is not None
        ]  # fmt: skip

    def try_again(self, municipality: str, way: int, hours: Hours, now: datetime) -> str | None:
        """Lets letters go there once more; the recipient. None: there is no such stopped way."""
        recipient = self._session.scalars(
            update(Way)
            .where(Way.id == way, Way.municipality == municipality, Way.stopped_at.is_not(None))
            .values(stopped_at=None, stop_reason=None, soft=0)
            .returning(Way.recipient)
            .execution_options(synchronize_session=False)
        ).first()
        if recipient is not None:
            NoticeService(self._session).readdress(municipality, hours, now)
        return recipient

    def _row(
        self, municipality: str, recipient: str, channel: str, address: str, now: datetime
    ) -> Way:
        key = {
            "municipality": municipality,
            "recipient": recipient,
            "channel": channel,
            "address": address,
        }
        self._session.execute(
            insert_into(self._session, Way)
            .values(**key, added_at=now, soft=0)
            .on_conflict_do_nothing(index_elements=list(key))
        )
        return self._session.scalars(
            select(Way).filter_by(**key).with_for_update().execution_options(populate_existing=True)
        ).one()

    def _owed(self, municipality: str, row: Way, hours: Hours, now: datetime) -> list[Owed]:
        """Once each address and stop: tried again and dead again is news."""
        day = local_day(now, hours.zone) if isinstance(hours, PostHours) else now.date()
        held = posts(self._session, municipality, standing_posts(self._session, municipality))
        members = [*held.told(held.duties.on(Duty.METHODIST, None, day), day), *held.methodists]
        name = self._session.scalar(
            select(Subject.title).where(
                Subject.municipality == municipality,
                Subject.kind == "staff",
                Subject.code == row.recipient,
            )
        )
        params = {"name": name or row.recipient, "page": f"/m/{municipality}/addresses"}
        short = sha256(row.address.casefold().encode()).hexdigest()[:16]
        what = f"{ADDRESS_STOPPED}:{row.recipient}:{short}:{day.isoformat()}"
        numbers = sorted({member.personnel_no for member in members} - {row.recipient})
        return [
            Owed(f"{what}:{number}", ADDRESS_STOPPED, Recipient.METHODIST, number, params, day)
            for number in numbers
        ]
