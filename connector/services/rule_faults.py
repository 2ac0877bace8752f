"""Faults of rules, kept where people see them (architecture: Rules and plugins)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.models import RuleFault as StoredFault
from connector.models.inserting import insert_into
from connector.rulebook.faults import RuleFault


class RuleFaultService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def note(self, faults: Sequence[RuleFault], now: datetime) -> None:
        """Counts each fault by municipality and rule."""
        counts: dict[tuple[str, str], tuple[str, int]] = {}
        for fault in faults:
            key = (fault.municipality, fault.rule)
            counts[key] = (str(fault)[:1000], counts.get(key, ("", 0))[1] + 1)
        for (municipality, rule), (message, count) in sorted(counts.items()):
            statement = insert_into(self._session, StoredFault).values(
                municipality=municipality,
                rule=rule[:120],
                message=message,
                count=count,
                first_at=now,
                last_at=now,
            )
            self._session.execute(
                statement.on_conflict_do_update(
                    index_elements=["municipality", "rule"],
                    set_={
                        "message": message,
                        "count": StoredFault.count + count,
                        "last_at": now,
                    },
                )
            )

    def list(self, municipality: str) -> Sequence[StoredFault]:
        return self._session.scalars(
            select(StoredFault)
            .where(StoredFault.municipality == municipality)
            .order_by(StoredFault.rule)
        ).all()
