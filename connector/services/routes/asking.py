"""Requests about routes, read for the fold: with their local days, and whom their names mean."""

from collections.abc import Collection
from datetime import tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.dates import local_day
from connector.domain.dossier import Setting
from connector.domain.requests import RequestState, RouteRequest
from connector.models import Login
from connector.models import RouteRequest as Row
from connector.models.among import among
from connector.services.access.signatures import LINK
from connector.services.imports.stored_rows import chunks
from connector.services.notices.addresses import LOGIN


def requests_of(
    session: Session, setting: Setting, people: Collection[str]
) -> dict[str, list[RouteRequest]]:
    """Requests about these people's routes, in the order they were made."""
    rows: list[Row] = []
    for chunk in chunks(people):
        rows += session.scalars(
            select(Row)
            .where(Row.municipality == setting.municipality, among(session, Row.person, chunk))
            .order_by(Row.id)
        )
    if not rows:
        return {}
    who = _recipients(session, {name for row in rows for name in (row.asked_by, row.decided_by)})
    found: dict[str, list[RouteRequest]] = {}
    for row in rows:
        found.setdefault(row.person, []).append(_request(row, who, setting.zone))
    return found


def _recipients(session: Session, names: Collection[str | None]) -> dict[str | None, str]:
    """As notices name them: personnel numbers, else log-ins; who is gone is left out."""
    known = {name for name in names if name is not None}
    found: dict[str | None, str] = {
        name: name.removeprefix(LINK) for name in known if name.startswith(LINK)
    }
    for chunk in chunks(known - found.keys()):
        rows = session.execute(
            select(Login.name, Login.person).where(among(session, Login.name, chunk))
        )
        found.update((name, person or f"{LOGIN}{name}") for name, person in rows)
    return found


def _request(row: Row, who: dict[str | None, str], zone: tzinfo) -> RouteRequest:
    return RouteRequest(
        number=row.id,
        route=row.number,
        kind=row.kind,
        asked_on=local_day(row.asked_at, zone),
        step=row.step,
        first=row.first_day,
        last=row.last_day,
        asked_by=who.get(row.asked_by),
        state=RequestState(row.state),
        decided_on=local_day(row.decided_at, zone) if row.decided_at else None,
        decided_by=who.get(row.decided_by),
        decision=row.decision,
    )
