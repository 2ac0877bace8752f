"""Plans met and lost, judged once a day at the municipality's closing hour (domain 6).

During a day a share goes up and down with every delivery; told at once, a figure on the edge of its
plan would ring all day. So each slice has a mark of how it stood at the last closing hour, and only
a change of the mark is told.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.because import WHOLE, Slice, SliceKind
from connector.domain.circle import Posts
from connector.domain.dossier import Setting
from connector.domain.events import DomainEvent, EventType
from connector.domain.indicators import Indicator, Plan
from connector.domain.owed import Owed, Recipient
from connector.domain.people import Duty
from connector.domain.periods import Period, period_containing
from connector.domain.shares import Share
from connector.models import PlanMark, Tenant
from connector.models import Share as StoredShare
from connector.models.inserting import insert_into
from connector.rulebook import MunicipalityRules
from connector.services.events.recording import record
from connector.services.notices.circles import heads_of, posts, standing_posts
from connector.services.notices.notices import NoticeService

PLAN_MET = "plan_met"
PLAN_LOST = "plan_lost"


@dataclass(frozen=True, slots=True)
class PlanStanding:
    """How a slice of an indicator stands against its plan."""

    indicator: Indicator
    period: Period
    slice: Slice
    share: Share
    plan: Plan
    met: bool


class PlanService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def close_day(self, rules: MunicipalityRules, setting: Setting, now: datetime) -> bool:
        """Compares the shares of the current periods with their plans, once each local day.

        Whether it did: not before the closing hour, and not where another tick was quicker. The
        caller has brought the shares up to the day. The first comparison of a slice tells only of a
        plan met: that a plan is not met yet is where every year begins. A period that has ended
        since the last comparison is compared for the last time: its last evening, and days on which
        nobody was awake, belong to it too.
        """
        local = now.astimezone(rules.zone)
        if local.hour < rules.closing_hour:
            return False
        day = local.date()
        days = self._claim(rules.code, day)
        if not days:
            return False
        standings = list(self._standings(rules, days))
        changed = self._mark(rules.code, standings, day)
        if changed:
            owed = [*self.owed(rules.code, changed, setting, day)]
            hours = rules.post_hours(setting.calendar)
            NoticeService(self._session).tell(rules.code, owed, hours, now)
            record(self._session, rules.code, (_event(one, day) for one in changed), now)
        return True

    def _claim(self, municipality: str, day: date) -> tuple[date, ...]:
        """The day, after the last one that was closed. Only one of two ticks gets it: the second
        waits for the row, finds it taken and gets nothing."""
        row = insert_into(self._session, Tenant).values(municipality=municipality)
        self._session.execute(row.on_conflict_do_nothing(index_elements=["municipality"]))
        tenant = self._session.scalars(
            select(Tenant)
            .where(Tenant.municipality == municipality)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).one()
        former = tenant.closed_on
        if former is not None and former >= day:
            return ()
        tenant.closed_on = day
        return (day,) if former is None else (former, day)

    def _standings(self, rules: MunicipalityRules, days: Iterable[date]) -> Iterator[PlanStanding]:
        planned: dict[tuple[str, str], tuple[Indicator, Period, Plan]] = {}
        for indicator in rules.indicators:
            for period in {period_containing(day, indicator.period) for day in days}:
                plan = indicator.plan_on(period.last)
                if plan is not None:
                    planned[indicator.code, str(period)] = (indicator, period, plan)
        rows = self._session.scalars(
            select(StoredShare)
            .where(
                StoredShare.municipality == rules.code,
                StoredShare.indicator.in_({code for code, _ in planned}),
                StoredShare.period.in_({period for _, period in planned}),
                StoredShare.slice_kind.in_((SliceKind.WHOLE, SliceKind.ASSOCIATION)),
            )
            .execution_options(populate_existing=True)
        )
        for row in rows:
            found = planned.get((row.indicator, row.period))
            if found is None:
                continue
            indicator, period, plan = found
            share = Share(indicator.kind, row.population, row.achieved)
            met = share.meets(plan)
            if met is not None:
                place = Slice(SliceKind(row.slice_kind), row.slice_code)
                yield PlanStanding(indicator, period, place, share, plan, met)

    def _mark(
        self, municipality: str, standings: Iterable[PlanStanding], day: date
    ) -> list[PlanStanding]:
        """Writes the marks that changed; returns what is to be told of them."""
        rows = self._session.scalars(select(PlanMark).where(PlanMark.municipality == municipality))
        marks = {(r.indicator, r.period, r.slice_kind, r.slice_code): r.met for r in rows}
        told: list[PlanStanding] = []
        for standing in standings:
            key = (
                standing.indicator.code,
                str(standing.period),
                str(standing.slice.kind),
                standing.slice.code,
            )
            before = marks.get(key)
            if before == standing.met:
                continue
            self._write(municipality, key, standing.met, day)
            if before is not None or standing.met:
                told.append(standing)
        return told

    def _write(
        self, municipality: str, key: tuple[str, str, str, str], met: bool, day: date
    ) -> None:
        indicator, period, kind, code = key
        statement = insert_into(self._session, PlanMark).values(
            municipality=municipality,
            indicator=indicator,
            period=period,
            slice_kind=kind,
            slice_code=code,
            met=met,
            since=day,
        )
        self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["municipality", "indicator", "period", "slice_kind", "slice_code"],
                set_={"met": met, "since": day},
            )
        )

    def owed(
        self, municipality: str, changed: Iterable[PlanStanding], setting: Setting, day: date
    ) -> Iterator[Owed]:
        """What is told of slices that meet their plan by now, or no longer do."""
        codes = {s.slice.code for s in changed if s.slice != WHOLE}
        heads = heads_of(setting.organisation, codes, day)
        standing = standing_posts(self._session, municipality)
        held = posts(self._session, municipality, standing, heads.values())
        for one in changed:
            for role, number in _told(one.slice, heads, held, day):
                yield _notice(one, setting, role, number, day)


def _event(standing: PlanStanding, day: date) -> DomainEvent:
    kind = EventType.SHARE_PLAN_MET if standing.met else EventType.SHARE_PLAN_LOST
    place = standing.slice
    what = f"{standing.indicator.code}:{standing.period}:{place.kind}:{place.code}"
    payload = {
        "indicator": standing.indicator.code,
        "period": str(standing.period),
        "slice": {"kind": str(place.kind), "code": place.code or None},
        "population": standing.share.population,
        "achieved": standing.share.achieved,
        "share": standing.share.rounded,
        "plan": float(standing.plan.at_least),
        "missing": standing.share.missing(standing.plan),
    }
    return DomainEvent(f"{kind}:{what}:{day.isoformat()}", kind, None, day, payload)


def _told(
    place: Slice, heads: Mapping[str, str], held: Posts, day: date
) -> list[tuple[Recipient, str]]:
    """The whole: every methodist. An association: its head, and whoever looks after it."""
    if place == WHOLE:
        members = [*held.told(held.duties.on(Duty.METHODIST, None, day), day), *held.methodists]
        numbers = sorted({member.personnel_no for member in members})
        return [(Recipient.METHODIST, number) for number in numbers]
    head = [heads[place.code]] if place.code in heads else []
    after = held.duties.on(Duty.METHODIST, (place.code,), day)
    return [(Recipient.HEAD, member.personnel_no) for member in held.told(head, day)] + [
        (Recipient.METHODIST, member.personnel_no) for member in held.told(after, day)
    ]


def _notice(
    standing: PlanStanding, setting: Setting, role: Recipient, number: str, day: date
) -> Owed:
    kind = PLAN_MET if standing.met else PLAN_LOST
    place = standing.slice
    what = f"{standing.indicator.code}:{standing.period}:{place.kind}:{place.code}"
    association = setting.organisation.association(place.code, day) if place != WHOLE else None
    params: dict[str, Any] = {
        "code": standing.indicator.code,
        "indicator": standing.indicator.title,
        "subject": str(standing.indicator.subject),
        "period": str(standing.period),
        "association": association.name if association else place.code or None,
        "population": standing.share.population,
        "achieved": standing.share.achieved,
        "share": standing.share.rounded,
        "plan": float(standing.plan.at_least),
        "missing": standing.share.missing(standing.plan),
        "on": day.isoformat(),
    }
    key = f"{kind}:{what}:{day.isoformat()}:{role}:{number}"
    return Owed(key, kind, role, number, params, day)
