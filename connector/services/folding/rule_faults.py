"""Faults of rules, kept where people see them (architecture: Rules and plugins).

A rule that fails batch after batch is switched off: not asked for a while, so that it costs nobody
time, and then asked again. What it owed stays as it was meanwhile, and whoever was judged without
it is judged again on the next day. A rule whose Python is another than the one that failed begins
anew; everybody is judged again then, because the digest of the rules has changed.
"""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.orm import Session

from connector.models import RuleFault as StoredFault
from connector.models.inserting import insert_into
from connector.rulebook.faults import RuleFault
from connector.rulebook.python_rules import PythonRules

log = logging.getLogger(__name__)

STRIKES = 5
"""Batches in a row, each of which the rule failed as a whole or its process did not survive. One
person's odd record fails a batch of one; five in a row are the rule's fault."""

OFF_FOR = timedelta(hours=1)


def off_until(fault: StoredFault, now: datetime) -> datetime | None:
    """When a rule that is switched off will be asked again; None where it is not switched off."""
    if fault.switched_off_at is None or fault.switched_off_at + OFF_FOR <= now:
        return None
    return fault.switched_off_at + OFF_FOR


class RuleFaultService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def switched_off(self, python: PythonRules | None, now: datetime) -> frozenset[str]:
        """The rules of a municipality that are not to be asked now."""
        if python is None:
            return frozenset()
        rows = self._session.scalars(
            select(StoredFault.rule).where(
                StoredFault.municipality == python.municipality,
                StoredFault.switched_off_at > now - OFF_FOR,
                StoredFault.code == python.code,
            )
        )
        return frozenset(rows) & python.rules

    def note(
        self,
        faults: Sequence[RuleFault],
        now: datetime,
        python: PythonRules | None = None,
        heard: Collection[str] = (),
    ) -> None:
        """One batch: counts each fault by municipality and rule; `heard` rules have answered.

        python: the rules of the batch's municipality that are switched off when they fail too
        often; others are only counted.
        """
        counts: dict[tuple[str, str], tuple[RuleFault, int]] = {}
        for fault in faults:
            key = (fault.municipality, fault.rule[:120])
            counts[key] = (fault, counts.get(key, (fault, 0))[1] + 1)
        failed = {fault.rule for fault in faults if fault.is_deadly or fault.rule not in heard}
        struck = failed & python.rules if python is not None else set()
        for (municipality, rule), (fault, count) in sorted(counts.items(), key=lambda i: i[0]):
            own = python is not None and rule in python.rules
            code = python.code if python is not None and own else None
            self._count(
                municipality, rule, str(fault)[:1000], count, int(rule in struck), code, now
            )
        if python is not None and (struck or heard):
            self._recover(python, sorted(set(heard) - struck))
            self._switch_off(python, sorted(struck), now)

    def _count(
        self,
        municipality: str,
        rule: str,
        message: str,
        count: int,
        strikes: int,
        code: str | None,
        now: datetime,
    ) -> None:
        new = {"message": message, "last_at": now, "code": code}
        statement = insert_into(self._session, StoredFault).values(
            municipality=municipality, rule=rule, count=count, first_at=now, strikes=strikes, **new
        )
        is_same = StoredFault.code.is_not_distinct_from(code)
        self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["municipality", "rule"],
                set_={
                    **new,
                    "count": StoredFault.count + count,
                    "strikes": case((is_same, StoredFault.strikes), else_=0) + strikes,
                    "switched_off_at": case((is_same, StoredFault.switched_off_at), else_=None),
                },
            )
        )

    def _recover(self, python: PythonRules, rules: Sequence[str]) -> None:
        """Rules that were heard: another code's faults are over, this code's no longer in a row."""
        own = (StoredFault.municipality == python.municipality, StoredFault.rule.in_(rules))
        held = select(StoredFault.rule).where(
            *own, or_(StoredFault.strikes > 0, StoredFault.code.is_distinct_from(python.code))
        )
        for rule in self._session.scalars(held).all():
            log.info("rule.answers_again municipality=%s rule=%s", python.municipality, rule)
            here = (StoredFault.municipality == python.municipality, StoredFault.rule == rule)
            self._session.execute(
                delete(StoredFault).where(*here, StoredFault.code.is_distinct_from(python.code))
            )
            self._session.execute(
                update(StoredFault).where(*here).values(strikes=0, switched_off_at=None)
            )

    def _switch_off(self, python: PythonRules, rules: Sequence[str], now: datetime) -> None:
        rows = self._session.execute(
            update(StoredFault)
            .where(
                StoredFault.municipality == python.municipality,
                StoredFault.rule.in_(rules),
                StoredFault.strikes >= STRIKES,
                or_(
                    StoredFault.switched_off_at.is_(None),
                    StoredFault.switched_off_at <= now - OFF_FOR,
                ),
            )
            .values(switched_off_at=now)
            .returning(StoredFault.rule)
            .execution_options(synchronize_session=False)
        )
        for (rule,) in rows.all():
            log.error("rule.switched_off municipality=%s rule=%s", python.municipality, rule)

    def list(self, municipality: str | None = None) -> Sequence[StoredFault]:
        """Every rule that failed, of one municipality or of all."""
        query = select(StoredFault).order_by(StoredFault.municipality, StoredFault.rule)
        if municipality is not None:
            query = query.where(StoredFault.municipality == municipality)
        return self._session.scalars(query).all()
