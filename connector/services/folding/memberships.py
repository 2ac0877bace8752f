"""Memberships and the deltas of shares they cause; sums are never counted anew on this path."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import delete, select, text, tuple_
from sqlalchemy.orm import Session

from connector.domain.because import Judgement, Slice, SliceKind
from connector.domain.cases import Case, Frame, Moment, frame
from connector.domain.dates import earliest
from connector.domain.indicators import Indicator
from connector.domain.periods import Period, PeriodKind, period_containing
from connector.models import Membership, Share
from connector.models.among import among
from connector.models.many import insert_many, update_many
from connector.rulebook.faults import RuleFault
from connector.rulebook.municipality_rules import MunicipalityRules
from connector.rulebook.rulebook import Rulebook

ShareKey = tuple[str, str, str, str, str]
"""municipality, indicator, period, slice kind, slice code."""


def tracked_periods(kind: PeriodKind, today: date) -> tuple[Period, Period]:
    """The period that contains today and the one before it: those whose shares are kept up."""
    current = period_containing(today, kind)
    return current, current.previous


@dataclass(frozen=True, slots=True)
class Judged:
    """A subject's judgements by indicator and period, and what went wrong meanwhile.

    is_gone: there is nothing to judge any more; a row was taken back, a rule lists it no longer.
    """

    rows: Mapping[tuple[str, str], Mapping[str, Any]]
    faults: tuple[RuleFault, ...]
    changes_on: date | None
    is_gone: bool = False


def judge_case(rulebook: Rulebook, rules: MunicipalityRules, case: Case, today: date) -> Judged:
    """Judges a subject by every indicator about its kind, in every tracked period. Touches nothing.

    A rule that fails leaves its former memberships as they are, and is reported.
    """
    rows: dict[tuple[str, str], Mapping[str, Any]] = {}
    faults: list[RuleFault] = []
    days: list[date | None] = []
    frames: dict[date, Frame] = {}
    for indicator in rules.indicators:
        if indicator.subject is not case.kind:
            continue
        for period, name, day in _moments(indicator.period, today):
            framed = frames.get(day)
            if framed is None:
                framed = frames[day] = frame(case, day)
            try:
                judgement = rulebook.judge(rules.code, indicator, case, Moment(period, day), framed)
            except RuleFault as fault:
                faults.append(fault)
                continue
            rows[indicator.code, name] = as_row(judgement)
            days.append(judgement.changes_on)
    return Judged(rows, tuple(faults), earliest(*days))


@lru_cache(maxsize=64)
def _moments(kind: PeriodKind, today: date) -> tuple[tuple[Period, str, date], ...]:
    """The tracked periods, how they are written, and the days their subjects are judged on."""
    return tuple((p, str(p), p.as_of(today)) for p in tracked_periods(kind, today))


def as_row(judgement: Judgement) -> dict[str, Any]:
    """A judgement as its membership stores it."""
    evidence = sorted({key for because in judgement.because for key in because.evidence})
    population = _slices(judgement.population_slices)
    achieved = population
    if judgement.achieved_slices is not judgement.population_slices:
        achieved = _slices(judgement.achieved_slices)
    return {
        "in_population": judgement.in_population,
        "achieved": judgement.achieved,
        "because": [
            {"code": b.code, "params": dict(b.params), "evidence": list(b.evidence)}
            for b in judgement.because
        ],
        "evidence": evidence,
        "population_slices": population,
        "achieved_slices": achieved,
    }


def counted(row: Mapping[str, Any]) -> tuple[set[Slice], set[Slice]]:
    """The slices a membership counts in: of the population, and among the achieved."""
    population = _parsed(row["population_slices"]) if row["in_population"] else set()
    achieved = _parsed(row["achieved_slices"]) if row["achieved"] else set()
    return population, achieved


@dataclass(slots=True)
class Change:
    """What one batch writes."""

    municipality: str
    upserts: list[dict[str, Any]] = field(default_factory=list)
    removed: list[tuple[int, str, str]] = field(default_factory=list)
    deltas: dict[ShareKey, list[int]] = field(default_factory=dict)

    def compare(
        self,
        subject: int,
        former: Mapping[tuple[str, str], Mapping[str, Any]],
        judged: Judged,
        indicators: Iterable[Indicator],
    ) -> None:
        """Adds the difference between a subject's stored and its new memberships.

        Memberships of indicators that the rules no longer have go, and all of a subject that is
        gone; those of periods that are no longer tracked, and of rules that failed just now, stay.
        """
        known = {indicator.code for indicator in indicators}
        for key, row in judged.rows.items():
            held = former.get(key)
            if held is not None and all(held[name] == row[name] for name in row):
                continue
            self.upserts.append(
                {
                    "subject_id": subject,
                    "indicator": key[0],
                    "period": key[1],
                    "municipality": self.municipality,
                    **row,
                }
            )
            self._shift(key, held, row)
        for key, held in former.items():
            if judged.is_gone or key[0] not in known:
                self.removed.append((subject, *key))
                self._shift(key, held, None)

    def _shift(
        self,
        key: tuple[str, str],
        held: Mapping[str, Any] | None,
        row: Mapping[str, Any] | None,
    ) -> None:
        for record, sign in ((held, -1), (row, 1)):
            if record is None:
                continue
            for column, slices in enumerate(counted(record)):
                for one in slices:
                    share = (self.municipality, *key, str(one.kind), one.code)
                    self.deltas.setdefault(share, [0, 0])[column] += sign

    def write(self, session: Session) -> None:
        """Writes memberships, then shares in one order for everybody, so that nobody deadlocks."""
        insert_many(session, Membership, self.upserts, _REPLACE)
        if self.removed:
            session.execute(
                delete(Membership).where(
                    tuple_(Membership.subject_id, Membership.indicator, Membership.period).in_(
                        self.removed
                    )
                )
            )
        add_to_shares(session, self.deltas)


_COLUMNS = (
    "in_population",
    "achieved",
    "because",
    "evidence",
    "population_slices",
    "achieved_slices",
)
_REPLACE = "ON CONFLICT (subject_id, indicator, period) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in _COLUMNS
)

_SHARE_KEY = ("municipality", "indicator", "period", "slice_kind", "slice_code")
_KEEP = f"ON CONFLICT ({', '.join(_SHARE_KEY)}) DO NOTHING"
_LOCK = text(
    "SELECT 1 FROM shares AS s JOIN json_to_recordset(CAST(:rows AS json)) AS r"
    f"({', '.join(f'{name} text' for name in _SHARE_KEY)}) "
    f"ON {' AND '.join(f's.{name} = r.{name}' for name in _SHARE_KEY)} "
    f"ORDER BY {', '.join(f's.{name}' for name in _SHARE_KEY)} FOR UPDATE OF s"
)


def add_to_shares(session: Session, deltas: Mapping[ShareKey, Sequence[int]]) -> None:
    """Adds deltas to shares. A row that does not exist cannot be locked: it is made first.

    Then they are locked in one order for everybody, and only then changed.
    """
    moved = [(key, delta) for key, delta in sorted(deltas.items()) if any(delta)]
    if not moved:
        return
    keys = [dict(zip(_SHARE_KEY, key, strict=True)) for key, _ in moved]
    insert_many(session, Share, [{**key, "population": 0, "achieved": 0} for key in keys], _KEEP)
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(_LOCK, {"rows": json.dumps(keys, ensure_ascii=False)})
    values = [{"population": people, "achieved": achieved} for _, (people, achieved) in moved]
    update_many(session, Share, keys, values, are_added=True)


def stored_memberships(
    session: Session, subjects: Sequence[int]
) -> dict[int, dict[tuple[str, str], dict[str, Any]]]:
    """What is stored, by subject, then by indicator and period."""
    found: dict[int, dict[tuple[str, str], dict[str, Any]]] = {s: {} for s in subjects}
    columns = (getattr(Membership, name) for name in _COLUMNS)
    rows = session.execute(
        select(Membership.subject_id, Membership.indicator, Membership.period, *columns).where(
            among(session, Membership.subject_id, subjects)
        )
    )
    for subject, indicator, period, *values in rows:
        found[subject][indicator, period] = dict(zip(_COLUMNS, values, strict=True))
    return found


def _slices(slices: Iterable[Slice]) -> list[list[str]]:
    return [[str(one.kind), one.code] for one in slices]


def _parsed(slices: Iterable[Sequence[str]]) -> set[Slice]:
    return {Slice(SliceKind(kind), code) for kind, code in slices}
