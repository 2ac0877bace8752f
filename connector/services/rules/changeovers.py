"""The change from one set of rules to another: figures switch over at once, never half-changed.

To judge everybody anew takes seconds in a town and hours in a region. Memberships and shares move
meanwhile, subject by subject, so the figures are taken from a copy of the shares as they stood
when the rules changed. It is a small table (indicators × periods × slices), deliveries do not
change it, and what is shown says of which day it is. When nobody is left to be judged, one short
transaction removes the copy, and from then on figures are by the new rules.

Rules that change once more meanwhile leave the copy as it is and begin the judging again. A second
set of memberships beside the first, kept up as well, would have shown today's deliveries in the old
figures too, at twice the writing for everybody.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from connector.models import Changeover, FrozenShare, Share, Subject, Tenant
from connector.rulebook import MunicipalityRules
from connector.services.cases.subjects import mark_by_old_rules, mark_left_behind
from connector.services.figures.figures import Figure

log = logging.getLogger(__name__)

_COLUMNS = (
    "municipality",
    "indicator",
    "period",
    "slice_kind",
    "slice_code",
    "population",
    "achieved",
)


def measures_of(rules: MunicipalityRules) -> Mapping[str, Any]:
    """What a share must be read by, as Tenant keeps it: by indicator its kind and subject."""
    return {one.code: [str(one.kind), str(one.subject)] for one in rules.indicators}


class ChangeoverService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def begin(self, tenant: Tenant, now: datetime) -> None:
        """Freezes the shares and has everybody judged again.

        tenant: locked, and still as the former rules left it. Idempotent while it lasts.
        """
        municipality = tenant.municipality
        held = self._session.get(Changeover, municipality)
        if held is None:
            assert tenant.judged_on is not None
            self._freeze(municipality)
        total = mark_by_old_rules(self._session, municipality)
        if held is None:
            held = Changeover(
                municipality=municipality,
                since=now,
                as_of=tenant.judged_on,
                measures=tenant.measures,
            )
            self._session.add(held)
        held.total = held.remaining = total
        log.info("rules.changeover_begun municipality=%s subjects=%d", municipality, held.total)

    def _freeze(self, municipality: str) -> None:
        rows = select(*(getattr(Share, name) for name in _COLUMNS)).where(
            Share.municipality == municipality
        )
        self._session.execute(insert(FrozenShare).from_select(_COLUMNS, rows))

    def advance(self, municipality: str) -> bool:
        """Counts who is left; where nobody is, the figures switch over. Whether they did."""
        # The row that whoever begins one locks too, so that none is ended that has just begun anew.
        self._session.scalars(
            select(Tenant.municipality).where(Tenant.municipality == municipality).with_for_update()
        ).all()
        held = self._session.get(Changeover, municipality)
        if held is None:
            return False
        mark_left_behind(self._session, municipality)
        held.remaining = self._left(municipality)
        if held.remaining:
            return False
        self.drop(municipality)
        log.info("rules.changeover_done municipality=%s subjects=%d", municipality, held.total)
        return True

    def drop(self, municipality: str) -> None:
        """Figures are those of the live shares from now on, whoever is judged by then."""
        for table in (Changeover, FrozenShare):
            self._session.execute(delete(table).where(table.municipality == municipality))

    def _left(self, municipality: str) -> int:
        return (
            self._session.scalar(
                select(func.count())
                .select_from(Subject)
                .where(Subject.municipality == municipality, Subject.by_old_rules)
            )
            or 0
        )

    def of(self, municipality: str) -> Changeover | None:
        """The one that is under way."""
        return self._session.get(Changeover, municipality)

    def behind(self, municipality: str, figures: Iterable[Figure]) -> Changeover | None:
        """The one for whose sake some of these figures are frozen."""
        return self.of(municipality) if any(one.is_frozen for one in figures) else None

    def all(self) -> dict[str, Changeover]:
        """Those under way, by municipality."""
        rows = self._session.scalars(select(Changeover).order_by(Changeover.municipality))
        return {row.municipality: row for row in rows}
