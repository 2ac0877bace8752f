"""Figures of a municipality: kept up by deltas for today, folded anew for any other day."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.because import WHOLE, Because, SliceKind, SubjectKind
from connector.domain.dates import local_day
from connector.domain.indicators import Indicator
from connector.domain.periods import Period, PeriodKind, period_containing
from connector.domain.shares import Share
from connector.errors import UnknownThing
from connector.models import EvidenceSlot, Membership, Subject
from connector.rulebook import MunicipalityRules, Rulebook, UnknownIndicator
from connector.services.cases.setting import Settings
from connector.services.folding.kept_shares import Kept, KeptShares, Standing
from connector.services.folding.recounting import Counts, Recount


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
    """One indicator of one period as of a day.

    is_frozen: by the rules before those that are coming into force (services.changeovers).
    """

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
    is_frozen: bool = False


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
        rules = self._rulebook.rules(municipality)
        chosen = [one for one in rules.indicators if one.period is period.kind]
        return self._figures(rules, chosen, period, as_of, (by,) if by else ())

    def figure(
        self, municipality: str, code: str, period: Period, as_of: date | None = None
    ) -> Figure:
        """One indicator with its slices of every kind.

        Raises UnknownMunicipality, AsOfBeforePeriod; UnknownThing also for an indicator of rules
        that are coming into force, which has no figure before everybody is judged by them.
        """
        rules = self._rulebook.rules(municipality)
        indicator = self.indicator(municipality, code)
        day = self.day(municipality, indicator, period, as_of)
        kinds = (SliceKind.SCHOOL, SliceKind.ASSOCIATION)
        for figure in self._figures(rules, [indicator], period, day, kinds):
            return figure
        raise UnknownThing("indicator", code)

    def _figures(
        self,
        rules: MunicipalityRules,
        chosen: Sequence[Indicator],
        period: Period,
        as_of: date | None,
        kinds: Sequence[SliceKind],
    ) -> tuple[Figure, ...]:
        today = local_day(self._now, rules.zone)
        day = period.as_of(as_of or max(today, period.first))
        kept = KeptShares(self._session, rules, today)
        previous = period.previous
        # What is kept is read between two looks at what is in force: rules that change in between
        # would make figures of the one and the other.
        while True:
            standing = kept.standing()
            now = self._counts(kept, standing, chosen, period, day, kinds)
            before = self._counts(kept, standing, chosen, previous, previous.last, ())
            if kept.standing() == standing:
                break
        names = {kind: self._names(rules.code, kind) for kind in kinds}
        return tuple(
            _figure(indicator, period, now, before.counts, names) for indicator in now.of(chosen)
        )

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
        rules = self._rulebook.rules(municipality)
        kept = KeptShares(self._session, rules, local_day(self._now, rules.zone))
        return kept.is_live(kept.standing(), period, day)

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
        kept: KeptShares,
        standing: Standing,
        indicators: Sequence[Indicator],
        period: Period,
        day: date,
        kinds: Sequence[SliceKind],
    ) -> Kept:
        """Of the whole, and of each slice of the kinds; a recount has all of them."""
        if not indicators:
            return Kept(day, {})
        found = kept.read(standing, indicators, period, day, kinds)
        if found is not None:
            return found
        setting = self._settings.get(self._session, kept.municipality, kept.today)
        recount = Recount(self._session, self._rulebook, setting)
        return Kept(day, recount.counts(indicators, period, day))

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
    now: Kept,
    before: Counts,
    names: Mapping[SliceKind, Mapping[str, str]],
) -> Figure:
    own = now.counts.get(indicator.code, {})
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
        now.as_of,
        share.population,
        share.achieved,
        share.rounded,
        period.previous,
        previous.rounded,
        _plan(indicator, share, period),
        tuple(slices),
        now.is_frozen,
    )


def _plan(indicator: Indicator, share: Share, period: Period) -> PlanFigure | None:
    plan = indicator.plan_on(period.last)
    if plan is None:
        return None
    return PlanFigure(float(plan.at_least), share.meets(plan), share.missing(plan), plan.source)
