"""Keeps notices up with the organisation: a new methodist, head, deputy, address or log-in.

Whom a notice goes to is found when its subject is judged, and an import judges only those whose
figures it touches. So after each import and new log-in, and each morning, those of whom somebody
is being told are judged once more, and what waits is addressed anew.
"""

import logging
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connector.db import Database
from connector.domain.dates import local_day
from connector.models import Import, Login
from connector.rulebook import MunicipalityRules
from connector.services.cases.setting import Settings
from connector.services.notices.notices import NoticeService

log = logging.getLogger(__name__)


class Follower:
    """Remembers the organisation last seen, in memory only: a restart looks once too often."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self._db = db
        self._settings = settings
        self._lock = Lock()
        self._seen: dict[str, Any] = {}

    def follow(self, rules: MunicipalityRules, now: datetime) -> bool:
        """Whether anything was marked or addressed anew. Twice does no harm."""
        municipality = rules.code
        today = local_day(now, rules.zone)
        with self._db.reading() as session:
            # The day as well: on a day of its own a deputy's term begins, an assignment ends.
            stamp = (today, *_stamp(session, municipality))
        with self._lock:
            if self._seen.get(municipality) == stamp:
                return False
        with self._db.writing() as session:
            setting = self._settings.get(session, municipality, today)
            service = NoticeService(session)
            marked = service.look_again(municipality, now)
            moved = service.readdress(municipality, rules.post_hours(setting.calendar), now)
        with self._lock:
            self._seen[municipality] = stamp
        log.info("follow.done municipality=%s marked=%d moved=%d", municipality, marked, moved)
        return bool(marked or moved)


def _stamp(session: Session, municipality: str) -> tuple[Any, ...]:
    latest = session.scalar(select(func.max(Import.id)).where(Import.municipality == municipality))
    logins = session.execute(
        select(Login.name, Login.role, Login.person, Login.email)
        .where(Login.municipality == municipality)
        .order_by(Login.name)
    )
    return latest, tuple(tuple(row) for row in logins)
