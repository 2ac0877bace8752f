"""The shares that are kept up: the live ones, or the frozen ones while other rules come into force.

See connector.services.rules.changeovers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.because import Slice, SliceKind, SubjectKind
from connector.domain.indicators import Indicator, IndicatorKind
from connector.domain.periods import Period
from connector.models import Changeover, FrozenShare, Tenant
from connector.models import Share as StoredShare
from connector.rulebook import MunicipalityRules
from connector.services.folding.memberships import tracked_periods
from connector.services.folding.recounting import Counts


@dataclass(frozen=True, slots=True)
class Standing:
    """What the kept shares of a municipality speak of at a moment.

    frozen_since, frozen_on: of the change-over that is under way; measures: by indicator kind and
    subject, as the frozen shares must be read.
    """

    judged_on: date | None = None
    rules_digest: str | None = None
    frozen_since: datetime | None = None
    frozen_on: date | None = None
    measures: Mapping[str, Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Counts of the day `as_of`; measures: as in Standing, for counts that are frozen."""

    as_of: date
    counts: Counts
    is_frozen: bool = False
    measures: Mapping[str, Sequence[str]] | None = None

    def of(self, indicators: Iterable[Indicator]) -> list[Indicator]:
        """The indicators that these counts are of, as they were when they were counted.

        Those that came with the rules that are coming into force have no figures yet.
        """
        if not self.is_frozen or self.measures is None:
            return list(indicators)
        return [
            replace(one, kind=IndicatorKind(measure[0]), subject=SubjectKind(measure[1]))
            for one in indicators
            if (measure := self.measures.get(one.code)) is not None
        ]


class KeptShares:
    """Reads only. today: the municipality's local day."""

    def __init__(self, session: Session, rules: MunicipalityRules, today: date) -> None:
        self._session = session
        self._rules = rules
        self.municipality = rules.code
        self.today = today

    def standing(self) -> Standing:
        row = self._session.execute(
            select(
                Tenant.judged_on,
                Tenant.rules_digest,
                Changeover.since,
                Changeover.as_of,
                Changeover.measures,
            )
            .outerjoin(Changeover, Changeover.municipality == Tenant.municipality)
            .where(Tenant.municipality == self.municipality)
        ).first()
        return Standing(*row) if row is not None else Standing()

    def is_live(self, standing: Standing, period: Period, day: date) -> bool:
        """Whether the deltas speak of this day: a tracked period, judged for today by our rules."""
        return (
            self._is_present(period, day)
            and standing.judged_on == self.today
            and standing.rules_digest == self._rules.digest
        )

    def read(
        self,
        standing: Standing,
        indicators: Sequence[Indicator],
        period: Period,
        day: date,
        kinds: Sequence[SliceKind],
    ) -> Kept | None:
        """Of the whole, and of each slice of the kinds; None where nothing that is kept tells.

        While shares are frozen, those of today are of the day on which they were frozen.
        """
        if standing.frozen_on is None:
            if not self.is_live(standing, period, day):
                return None
            return Kept(day, self._counts(StoredShare, indicators, period, kinds))
        frozen_on = standing.frozen_on
        if not self._is_present(period, day) or not _is_tracked(period, frozen_on):
            return None
        counts = self._counts(FrozenShare, indicators, period, kinds)
        return Kept(period.as_of(frozen_on), counts, True, standing.measures)

    def _is_present(self, period: Period, day: date) -> bool:
        return _is_tracked(period, self.today) and day == period.as_of(self.today)

    def _counts(
        self,
        table: type[StoredShare] | type[FrozenShare],
        indicators: Sequence[Indicator],
        period: Period,
        kinds: Sequence[SliceKind],
    ) -> Counts:
        # The whole key, so that of a region's thousands of schools none is read unless asked for.
        rows: Iterable[Any] = self._session.execute(
            select(
                table.indicator,
                table.slice_kind,
                table.slice_code,
                table.population,
                table.achieved,
            ).where(
                table.municipality == self.municipality,
                table.indicator.in_([indicator.code for indicator in indicators]),
                table.period == str(period),
                table.slice_kind.in_({SliceKind.WHOLE, *kinds}),
            )
        )
        counts: Counts = {}
        for indicator, kind, code, population, achieved in rows:
            counts.setdefault(indicator, {})[Slice(SliceKind(kind), code)] = (population, achieved)
        return counts


def _is_tracked(period: Period, day: date) -> bool:
    return period in tracked_periods(period.kind, day) and period.first <= day
