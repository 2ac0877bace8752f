"""What the outbox holds about stalled routes: what was told to whom on which day, what waits."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.dates import local_day
from connector.domain.owed import Recipient
from connector.domain.stall_episodes import Episode
from connector.domain.stall_notices import ROUTE_STALLED, STALL_HANDED, key_start
from connector.domain.stall_telling import Telling
from connector.models import Notice, Subject
from connector.models.among import among
from connector.services.imports.stored_rows import chunks
from connector.services.notices.notices import TOLD

_KINDS = (ROUTE_STALLED, STALL_HANDED)


def tellings(
    session: Session, municipality: str, episodes: Iterable[Episode], zone: tzinfo, now: datetime
) -> Mapping[tuple[str, date], tuple[Telling, ...]]:
    """By the route's code and the first stalled day; one query for a thousand people. zone: whose
    days are meant. What is being sent this moment is told today."""
    starts: dict[str, list[tuple[str, date]]] = defaultdict(list)
    for one in episodes:
        route = one.route.route
        starts[route.personnel_no].append((route.code, one.first_day))
    found: dict[tuple[str, date], list[Telling]] = defaultdict(list)
    for row in _rows(session, municipality, starts.keys()):
        for route_code, first_day in starts[row.code]:
            if row.key.startswith(key_start(row.kind, route_code, first_day)):
                found[route_code, first_day].append(_telling(row, zone, now))
    return {stall: tuple(of) for stall, of in found.items()}


def _rows(session: Session, municipality: str, people: Collection[str]) -> Iterator[Any]:
    columns = (Notice.kind, Notice.role, Notice.recipient, Notice.state, Notice.reason)
    for chunk in chunks(people):
        yield from session.execute(
            select(Subject.code, Notice.key, Notice.not_before, Notice.sent_at, *columns)
            .join(Notice, Notice.about_subject == Subject.id)
            .where(
                Subject.municipality == municipality,
                Subject.kind == "staff",
                among(session, Subject.code, chunk),
                Notice.municipality == municipality,
                Notice.kind.in_(_KINDS),
            )
            .order_by(Notice.id)
        )


def _telling(row: Any, zone: tzinfo, now: datetime) -> Telling:
    return Telling(
        row.kind,
        Recipient(row.role),
        row.recipient,
        row.state,
        row.reason,
        row.not_before,
        local_day(row.sent_at or now, zone) if row.state in TOLD else None,
    )
