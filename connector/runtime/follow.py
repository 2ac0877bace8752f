"""Keeps notices up with the organisation: a new methodist, head, deputy, address or log-in.

Whom a notice goes to is found when its subject is judged, and an import judges only those whose
figures it touches. So after each import of the organisation and each new log-in, and each morning,
those of whom somebody is being told are judged once more, and what waits is addressed anew. Other
imports are let pass: each batch of drafts is one, and each form that is filled in.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connector.db import Database
from connector.domain.dates import local_day
from connector.models import Import, Login
from connector.rulebook import MunicipalityRules
from connector.services.cases.setting import Settings
from connector.services.notices.circles import ORGANISATION
from connector.services.notices.notices import NoticeService

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Seen:
    """day: a deputy's term begins and an assignment ends on a day of its own, without an import.
    logins: whom notices may go to besides. latest: the number of the latest import."""

    day: date
    logins: tuple[Any, ...]
    latest: int


class Follower:
    """Remembers the organisation last seen, in memory only: a restart looks once too often."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db = db
        self._settings = settings
        self._lock = Lock()
        self._seen: dict[str, _Seen] = {}

    def follow(self, rules: MunicipalityRules, now: datetime) -> bool:
        """Whether anything was marked or addressed anew. Twice does no harm."""
        municipality = rules.code
        today = local_day(now, rules.zone)
        with self._lock:
            before = self._seen.get(municipality)
        with self._db.reading() as session:
            seen = _Seen(today, _logins(session, municipality), _latest(session, municipality))
            if seen == before:
                return False
            is_same = (
                before is not None
                and (before.day, before.logins) == (seen.day, seen.logins)
                and not _is_reorganised(session, municipality, before.latest, seen.latest)
            )
        if is_same:
            self._remember(municipality, seen)
            return False
        with self._db.writing() as session:
            setting = self._settings.get(session, municipality, today)
            service = NoticeService(session)
            marked = service.look_again(municipality, now)
            moved = service.readdress(municipality, rules.post_hours(setting.calendar), now)
        self._remember(municipality, seen)
        log.info("follow.done municipality=%s marked=%d moved=%d", municipality, marked, moved)
        return bool(marked or moved)

    def _remember(self, municipality: str, seen: _Seen) -> None:
        with self._lock:
            self._seen[municipality] = seen


def _latest(session: Session, municipality: str) -> int:
    query = select(func.max(Import.id)).where(Import.municipality == municipality)
    return session.scalar(query) or 0


def _is_reorganised(session: Session, municipality: str, since: int, latest: int) -> bool:
    """Whether an import after `since` changed anything that decides whom notices go to."""
    imports = session.scalars(
        select(Import.outcome["sheets"]).where(
            Import.municipality == municipality, Import.id > since, Import.id <= latest
        )
    )
    return any(
        counts["added"] or counts["changed"] or counts["ended"]
        for sheets in imports
        for sheet, counts in sheets.items()
        if sheet in ORGANISATION
    )


def _logins(session: Session, municipality: str) -> tuple[Any, ...]:
    rows = session.execute(
        select(Login.name, Login.role, Login.person, Login.email)
        .where(Login.municipality == municipality)
        .order_by(Login.name)
    )
    return tuple(tuple(row) for row in rows)
