"""Figures of a municipality: kept up by deltas for today, folded anew for any other day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.because import WHOLE, Because, Slice, SliceKind, SubjectKind
from connector.domain.dates import local_day
from connector.domain.indicators import Indicator
from connector.domain.periods import Period, PeriodKind, period_containing
from connector.domain.shares import Share
from connector.errors import UnknownThing
from connector.models import EvidenceSlot, Membership, Subject, Tenant
from connector.models import Share as StoredShare
from connector.rulebook import Rulebook, UnknownIndicator
from connector.services.memberships import tracked_periods
from connector.services.recounting import Counts, Recount
from connector.services.setting import Settings


@dataclass(frozen=True, slots=True)
class SliceFigure:
    kind: SliceKind
    code: str
    name: str
    population: int
    achieved: int
    share: float | None


@dataclass(frozen=True, slots=True)
class PlanFigure:
    """at_least: 0..1; met and missing None for an empty population."""

    at_least: float
    met: bool | None
    missing: int | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator of one period as of a day."""

    indicator: Indicator
    period: Period
    as_of: date
    population: int
    achieved: int
    share: float | None
    previous_period: Period
    previous_share: float | None
    plan: PlanFigure | None
    slices: tuple[SliceFigure, ...]


@dataclass(frozen=True, slots=True)
class EvidenceRef:
    """Where a piece of evidence came from; hand-made evidence has no delivery."""

    key: str
    happened_at: datetime | None
    delivery: int | None


@dataclass(frozen=True, slots=True)
class SubjectFigure:
    kind: SubjectKind
    code: str
    name: str
    in_population: bool
    achieved: bool
    because: tuple[Because, ...]
    evidence: tuple[EvidenceRef, ...]


Line = tuple[str, str, Mapping[str, Any]]
"""A subject's code, its title, and its membership as stored."""


class FigureService:
    """Reads only. `now` decides what today is in the municipality."""

    def __init__(
        self,
        session: Session,
        rulebook: Rulebook,
        now: datetime,
        settings: Settings | None = None,
    ) -> None:
        self._session = session
        self._rulebook = rulebook
        self._now = now
        self._settings = settings or Settings(rulebook)

    def figures(
        self,
        municipality: str,
        period: Period | None = None,
        as_of: date | None = None,
        by: SliceKind | None = None,
    ) -> tuple[Figure, ...]:
        """The indicators of the period's kind, in the rules' order; default: this calendar year.

        Raises UnknownMunicipality, RulesRefused, AsOfBeforePeriod.
        """
        period = period or period_containing(self.today(municipality), PeriodKind.YEAR)
        chosen = [
            indicator
            for indicator in self._rulebook.rules(municipality).indicators
            if indicator.period is period.kind
        ]
        return self._figures(municipality, chosen, period, as_of, (by,) if by else ())

    def figure(
        self, municipality: str, code: str, period: Period, as_of: date | None = None
    ) -> Figure:
        """One indicator with its slices of every kind.

        Raises UnknownMunicipality, UnknownThing, AsOfBeforePeriod.
        """
        indicator = self.indicator(municipality, code)
        day = self.day(municipality, indicator, period, as_of)
        kinds = (SliceKind.SCHOOL, SliceKind.ASSOCIATION)
        return self._figures(municipality, [indicator], period, day, kinds)[0]

    def _figures(
        self,
        municipality: str,
        chosen: Sequence[Indicator],
        period: Period,
        as_of: date | None,
        kinds: Sequence[SliceKind],
    ) -> tuple[Figure, ...]:
        today = self.today(municipality)
        day = period.as_of(as_of or max(today, period.first))
        counts = self._counts(municipality, chosen, period, day, today, kinds)
        previous = period.previous
        before = self._counts(municipality, chosen, previous, previous.last, today, ())
        names = {kind: self._names(municipality, kind) for kind in kinds}
        return tuple(_figure(indicator, period, day, counts, before, names) for indicator in chosen)

    def subjects(
        self,
        municipality: str,
        code: str,
        period: Period | None = None,
        as_of: date | None = None,
    ) -> tuple[SubjectFigure, ...]:
        """Everybody behind a figure, with why each counts or does not, in order of name.

        Raises UnknownMunicipality, UnknownThing, AsOfBeforePeriod.
        """
        indicator = self.indicator(municipality, code)
        period = period or period_containing(self.today(municipality), indicator.period)
        day = self.day(municipality, indicator, period, as_of)
        if self.is_kept(municipality, indicator, period, day):
            rows = self._stored(municipality, indicator, period)
            lines = self._named(municipality, indicator, rows)
        else:
            lines = self.judged(municipality, indicator, period, day)
        return tuple(self.told(indicator.subject, lines))

    def indicator(self, municipality: str, code: str) -> Indicator:
        """Raises UnknownMunicipality, UnknownThing."""
        try:
            return self._rulebook.rules(municipality).indicator(code)
        except UnknownIndicator as err:
            raise UnknownThing("indicator", code) from err

    def day(
        self, municipality: str, indicator: Indicator, period: Period, as_of: date | None
    ) -> date:
        """The local day that an indicator is judged on. Raises UnknownThing for a period of another
        kind than the indicator's, AsOfBeforePeriod."""
        if period.kind is not indicator.period:
            raise UnknownThing("indicator", f"{indicator.code} / {period}")
        return period.as_of(as_of or max(self.today(municipality), period.first))

    def is_kept(self, municipality: str, indicator: Indicator, period: Period, day: date) -> bool:
        """Whether the stored memberships speak of this day; else everybody is judged anew."""
        return self._is_current(municipality, indicator, period, day, self.today(municipality))

    def judged(
        self, municipality: str, indicator: Indicator, period: Period, day: date
    ) -> list[Line]:
        """Everybody judged anew for a day, in order of name."""
        setting = self._settings.get(self._session, municipality, self.today(municipality))
        recount = Recount(self._session, self._rulebook, setting)
        return self._named(municipality, indicator, dict(recount.rows(indicator, period, day)))

    def told(self, kind: SubjectKind, lines: Sequence[Line]) -> list[SubjectFigure]:
        """Memberships with the time and the delivery of what proves them."""
        refs = self._refs({key for *_, row in lines for key in row["evidence"]})
        return [
            SubjectFigure(
                kind,
                code,
                title,
                row["in_population"],
                row["achieved"],
                tuple(_because(b) for b in row["because"]),
                tuple(refs.get(key, EvidenceRef(key, None, None)) for key in row["evidence"]),
            )
            for code, title, row in lines
        ]

    def _named(
        self, municipality: str, indicator: Indicator, rows: Mapping[str, Mapping[str, Any]]
    ) -> list[Line]:
        titles = self._titles(municipality, indicator.subject)
        ordered = sorted(rows, key=lambda code: (titles.get(code, ("", code))[1], code))
        return [(code, titles.get(code, (code, code))[0], rows[code]) for code in ordered]

    def today(self, municipality: str) -> date:
        return local_day(self._now, self._rulebook.rules(municipality).zone)

    def _counts(
        self,
        municipality: str,
        indicators: Sequence[Indicator],
        period: Period,
        day: date,
        today: date,
        kinds: Sequence[SliceKind],
    ) -> Counts:
        """Of the whole, and of each slice of the kinds; a recount has all of them."""
        if not indicators:
            return {}
        if self._is_current(municipality, indicators[0], period, day, today):
            return self._shares(municipality, indicators, period, kinds)
        setting = self._settings.get(self._session, municipality, today)
        return Recount(self._session, self._rulebook, setting).counts(indicators, period, day)

    def _is_current(
        self, municipality: str, indicator: Indicator, period: Period, day: date, today: date
    ) -> bool:
        """Whether the deltas speak of this day: a tracked period, judged for today."""
        if period not in tracked_periods(indicator.period, today):
            return False
        if period.first > today or day != period.as_of(today):
            return False
        tenant = self._session.get(Tenant, municipality)
        rules = self._rulebook.rules(municipality)
        return (
            tenant is not None and tenant.judged_on == today and tenant.rules_digest == rules.digest
        )

    def _shares(
        self,
        municipality: str,
        indicators: Sequence[Indicator],
        period: Period,
        kinds: Sequence[SliceKind],
    ) -> Counts:
        # The whole key, so that of a region's thousands of schools none is read unless asked for.
        rows = self._session.execute(
            select(
                StoredShare.indicator,
                StoredShare.slice_kind,
                StoredShare.slice_code,
                StoredShare.population,
                StoredShare.achieved,
            ).where(
                StoredShare.municipality == municipality,
                StoredShare.indicator.in_([indicator.code for indicator in indicators]),
                StoredShare.period == str(period),
                StoredShare.slice_kind.in_({SliceKind.WHOLE, *kinds}),
            )
        )
        counts: Counts = {}
        for indicator, kind, code, population, achieved in rows:
            counts.setdefault(indicator, {})[Slice(SliceKind(kind), code)] = (population, achieved)
        return counts

    def _stored(
        self, municipality: str, indicator: Indicator, period: Period
    ) -> dict[str, Mapping[str, Any]]:
        rows = self._session.execute(
            select(Subject.code, Membership)
            .join(Subject, Subject.id == Membership.subject_id)
            .where(
                Membership.municipality == municipality,
                Membership.indicator == indicator.code,
                Membership.period == str(period),
            )
        )
        return {
            code: {
                "in_population": row.in_population,
                "achieved": row.achieved,
                "because": row.because,
                "evidence": row.evidence,
            }
            for code, row in rows
        }

    def _names(self, municipality: str, by: SliceKind) -> dict[str, str]:
        kind = SubjectKind.SCHOOL if by is SliceKind.SCHOOL else SubjectKind.ASSOCIATION
        return {code: title for code, (title, _) in self._titles(municipality, kind).items()}

    def _titles(self, municipality: str, kind: SubjectKind) -> dict[str, tuple[str, str]]:
        rows = self._session.execute(
            select(Subject.code, Subject.title, Subject.sort_key).where(
                Subject.municipality == municipality, Subject.kind == str(kind)
            )
        )
        return {code: (title, sort_key) for code, title, sort_key in rows}

    def _refs(self, keys: Iterable[str]) -> dict[str, EvidenceRef]:
        return evidence_refs(self._session, keys)


def evidence_refs(session: Session, keys: Iterable[str]) -> dict[str, EvidenceRef]:
    """Time and delivery of pieces of evidence, by natural key."""
    by_register: dict[str, list[str]] = {}
    for key in keys:
        # A completion's key is its register with the time behind it.
        parts = key.split(":")
        register = ":".join(parts[:4]) if parts[0] == "completion" else key
        by_register.setdefault(register, []).append(key)
    found: dict[str, EvidenceRef] = {}
    for chunk in _chunks(sorted(by_register)):
        slots = session.scalars(
            select(EvidenceSlot)
            .where(EvidenceSlot.register.in_(chunk), EvidenceSlot.says != "not_so")
            .order_by(EvidenceSlot.version)
        )
        for slot in slots:
            for key in by_register[slot.register]:
                at = slot.happened_at
                if at is None or (slot.kind == "completion" and not key.endswith(_stamp(at))):
                    continue
                found[key] = EvidenceRef(key, at, slot.delivery_id)
    return found


def _stamp(at: datetime) -> str:
    return f":{at:%Y-%m-%dT%H:%M:%SZ}"


def _chunks(keys: Sequence[str], size: int = 500) -> Iterator[Sequence[str]]:
    for at in range(0, len(keys), size):
        yield keys[at : at + size]


def _because(stored: Mapping[str, Any]) -> Because:
    return Because(stored["code"], stored["params"], tuple(stored["evidence"]))


def _figure(
    indicator: Indicator,
    period: Period,
    day: date,
    counts: Counts,
    before: Counts,
    names: Mapping[SliceKind, Mapping[str, str]],
) -> Figure:
    own = counts.get(indicator.code, {})
    share = Share(indicator.kind, *own.get(WHOLE, (0, 0)))
    previous = Share(indicator.kind, *before.get(indicator.code, {}).get(WHOLE, (0, 0)))
    slices = [
        SliceFigure(
            one.kind,
            one.code,
            names[one.kind].get(one.code, one.code),
            *numbers,
            Share(indicator.kind, *numbers).rounded,
        )
        for one, numbers in sorted(own.items())
        if one.kind in names and any(numbers)
    ]
    return Figure(
        indicator,
        period,
        day,
        share.population,
        share.achieved,
        share.rounded,
        period.previous,
        previous.rounded,
        _plan(indicator, share, period),
        tuple(slices),
    )


def _plan(indicator: Indicator, share: Share, period: Period) -> PlanFigure | None:
    plan = indicator.plan_on(period.last)
    if plan is None:
        return None
    return PlanFigure(float(plan.at_least), share.meets(plan), share.missing(plan), plan.source)
