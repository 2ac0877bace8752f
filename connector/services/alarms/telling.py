"""Tells administrators of alarms: once when one begins, once when it is over."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from connector.domain.alarms import AlarmKind
from connector.domain.hours import Hours
from connector.domain.owed import Owed, Recipient
from connector.domain.preferences import EMAIL
from connector.models import AlarmEpisode, Notice
from connector.services.notices.addresses import administrators
from connector.services.notices.notices import NoticeService
from connector.services.notices.unsent import UNSENT, change_unsent

PAGE = "/alarms/"
OVER = "alarm_over"
"""Kind of the notice that closes an episode; those that open one are `alarm_<kind>`."""

KEPT = "mail_down"
"""Why a notice is withdrawn that would tell by mail that no mail goes."""
LATE = timedelta(days=1)
"""Letters that waited for less were late; after longer people ask why they heard nothing."""

HoursOf = Callable[[Session, Iterable[str], datetime], Hours | None]
"""See connector.services.notices.post_offices.PostOffices.hours_of."""


class TellingService:
    """Takes a session, never commits. zone_of: by whose clock moments are told."""

    def __init__(
        self,
        session: Session,
        hours_of: HoursOf,
        zone_of: Callable[[Sequence[str]], tzinfo],
    ) -> None:
        self._session = session
        self._hours_of = hours_of
        self._zone_of = zone_of

    def tell(self, row: AlarmEpisode, now: datetime) -> bool:
        """That it began, or that it still goes on; False where there is nobody to tell."""
        hours = self._hours_of(self._session, row.municipalities, now)
        told_to = administrators(self._session, row.municipalities)
        if hours is None or not told_to:
            return False
        for tenant, name in row.told_to:
            # Said again before it could be said at all: once is enough.
            self._take_back(row, tenant, name)
        self._write(row, f"alarm_{row.kind}", f"{now:%Y%m%dT%H%M%S}", told_to, hours, now)
        if row.kind == AlarmKind.MAIL_DOWN:
            self._keep_from_mail(row)
        row.told_to = [[tenant, name] for tenant, names in told_to.items() for name in names]
        row.told_at, row.told_params, row.snoozed_until = now, dict(row.params), None
        return True

    def tell_over(self, row: AlarmEpisode, now: datetime) -> None:
        """To whoever was told of it, and only to them; what waits to be told is taken back: what
        was over before anybody could hear of it is on the page, and disturbs nobody. Only that no
        mail went for a day or longer is worth knowing afterwards, too."""
        is_late_news = row.kind == AlarmKind.MAIL_DOWN and now - row.since >= LATE
        heard: dict[str, list[str]] = {}
        for tenant, name in row.told_to:
            if not self._take_back(row, tenant, name) or is_late_news:
                heard.setdefault(tenant, []).append(name)
        hours = self._hours_of(self._session, row.municipalities, now)
        if hours is not None and heard:
            self._write(row, OVER, "over", heard, hours, now)

    def _keep_from_mail(self, row: AlarmEpisode) -> None:
        """It would arrive when it is over. Messengers tell it at once to whoever chose one."""
        self._session.execute(
            update(Notice)
            .where(
                Notice.key.startswith(f"{_key(row)}:"),
                Notice.channel == EMAIL,
                Notice.state == "waiting",
            )
            .values(state="withdrawn", reason=KEPT)
            .execution_options(synchronize_session=False)
        )

    def _take_back(self, row: AlarmEpisode, tenant: str, name: str) -> bool:
        """Whether nothing of it had been sent to them."""
        found = self._session.execute(
            select(Notice.id, Notice.state).where(
                Notice.municipality == tenant,
                Notice.recipient == name,
                Notice.key.startswith(f"{_key(row)}:"),
            )
        ).all()
        unsent = [(id_, state) for id_, state in found if state in UNSENT]
        change_unsent(
            self._session,
            [
                {"row": id_, "state": "withdrawn", "reason": None}
                for id_, state in unsent
                # What is withdrawn already keeps its reason.
                if state != "withdrawn"
            ],
        )
        return len(unsent) == len(found)

    def _write(
        self,
        row: AlarmEpisode,
        kind: str,
        stage: str,
        told_to: Mapping[str, Iterable[str]],
        hours: Hours,
        now: datetime,
    ) -> None:
        zone = self._zone_of(row.municipalities)
        params = {**told_params(row, zone, now), "page": PAGE}
        day = now.astimezone(zone).date()
        for tenant, names in sorted(told_to.items()):
            owed = [
                Owed(
                    f"{_key(row)}:{stage}:{name}", kind, Recipient.ADMINISTRATOR, name, params,
                    day, urgent=True,
                )
                for name in names
            ]  # fmt: skip
            NoticeService(self._session).tell(tenant, owed, hours, now)


def told_params(row: AlarmEpisode, zone: tzinfo, now: datetime) -> dict[str, Any]:
    """What the words of an alarm are about, moments by that clock."""
    return {
        **row.params,
        "alarm": row.kind,
        "since": _local(row.since, zone),
        "until": _local(row.closed_at or now, zone),
    }


def _key(row: AlarmEpisode) -> str:
    return f"alarm:{row.id}"


def _local(instant: datetime, zone: tzinfo) -> str:
    return instant.astimezone(zone).replace(tzinfo=None).isoformat(timespec="minutes")
