"""The rule files that are in force, municipality by municipality, and those that were before."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from connector.models import RuleSet
from connector.rulebook.rule_files import RuleFiles, from_texts
from connector.rulebook.rulebook import Known

log = logging.getLogger(__name__)

MOST = 50
"""Sets that are kept of one municipality."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The last set of a municipality, without its files. is_given_up: it has none."""

    number: int
    municipality: str
    digest: str
    rules_digest: str
    distribution: str | None
    version: str | None
    since: datetime

    @property
    def is_given_up(self) -> bool:
        return not self.digest


class RuleSetService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def in_force(self) -> Mapping[str, InForce]:
        """The last set of every municipality that has one."""
        last = select(func.max(RuleSet.id)).group_by(RuleSet.municipality)
        rows = self._session.execute(_columns().where(RuleSet.id.in_(last)))
        return {row.municipality: _in_force(row) for row in rows}

    def of(self, municipality: str) -> InForce | None:
        """The last set of one municipality."""
        rows = self._session.execute(
            _columns()
            .where(RuleSet.municipality == municipality)
            .order_by(RuleSet.id.desc())
            .limit(1)
        )
        return next((_in_force(row) for row in rows), None)

    def history(self, municipality: str) -> Sequence[InForce]:
        """All that are kept, the last first."""
        rows = self._session.execute(
            _columns().where(RuleSet.municipality == municipality).order_by(RuleSet.id.desc())
        )
        return [_in_force(row) for row in rows]

    def files(self, number: int) -> RuleFiles:
        """Raises NoResultFound."""
        texts = self._session.scalars(select(RuleSet.files).where(RuleSet.id == number)).one()
        return from_texts(texts)

    def add(self, known: Known, now: datetime) -> int:
        """Has the rules that this process knows be in force; the number of their set."""
        rules, files = known.rules, known.files
        assert rules is not None
        assert files is not None
        number = self._add(
            RuleSet(
                municipality=rules.code,
                digest=files.digest,
                rules_digest=rules.digest,
                distribution=known.plugin.distribution,
                version=(known.plugin.version or "")[:60] or None,
                files=files.texts(),
                since=now,
            )
        )
        log.info(
            "rules.in_force municipality=%s set=%d digest=%s", rules.code, number, rules.digest[:12]
        )
        return number

    def give_up(self, municipality: str, now: datetime) -> None:
        """Nothing is to be in force for the municipality any more, unless its rules come again."""
        nothing = {"digest": "", "rules_digest": "", "files": [], "since": now}
        self._add(RuleSet(municipality=municipality, **nothing))
        log.info("rules.given_up municipality=%s", municipality)

    def _add(self, row: RuleSet) -> int:
        self._session.add(row)
        self._session.flush()
        kept = (
            select(RuleSet.id)
            .where(RuleSet.municipality == row.municipality)
            .order_by(RuleSet.id.desc())
            .limit(MOST)
        )
        oldest = self._session.scalar(select(func.min(kept.subquery().c.id)))
        self._session.execute(
            delete(RuleSet).where(RuleSet.municipality == row.municipality, RuleSet.id < oldest)
        )
        return row.id


def _in_force(row: Any) -> InForce:
    return InForce(*row)


def _columns() -> Select[int, str, str, str, str | None, str | None, datetime]:
    return select(
        RuleSet.id,
        RuleSet.municipality,
        RuleSet.digest,
        RuleSet.rules_digest,
        RuleSet.distribution,
        RuleSet.version,
        RuleSet.since,
    )
