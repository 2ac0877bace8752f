"""What time alone changes: the new day, new rules, new periods, the closing hour.

Everything here is marked, not computed: whom a new day may change is judged by the fold loop. Two
ticks do no harm, and one that slept for two days catches up at its next turn.
"""

import logging
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from connector.clock import Clock
from connector.db import Database
from connector.domain.dates import local_day
from connector.domain.periods import PeriodKind, period_containing
from connector.errors import StorageUnavailable
from connector.models import Subject, Tenant
from connector.models.inserting import insert_into
from connector.rulebook import MunicipalityRules, Rulebook
from connector.runtime.follow import Follower
from connector.services.cases.listed import ensure_listed, registers_of
from connector.services.cases.setting import Settings
from connector.services.cases.subjects import ensure_municipality, mark_all_dirty
from connector.services.notices.notices import NoticeService
from connector.services.notices.plans import PlanService
from connector.services.routes.undecided import UndecidedService
from connector.services.rules.changeovers import ChangeoverService, measures_of
from connector.services.rules.sets import RuleSetService
from connector.services.stalls.weekly import WeeklyService

log = logging.getLogger(__name__)


class Ticker:
    """run_once brings every municipality to its own present day."""

    def __init__(self, db: Database, rulebook: Rulebook, settings: Settings, clock: Clock) -> None:
        self._db = db
        self._rulebook = rulebook
        self._settings = settings
        self._clock = clock
        self._follower = Follower(db, settings)

    def run_once(self) -> int:
        """How many municipalities had something marked or closed."""
        return sum(self.bring(code) for code in self._rulebook.municipalities())

    def bring(self, municipality: str) -> bool:
        """Brings one municipality to its present day; whether something was marked or closed.

        Its own trouble is logged and stops nobody else. Raises StorageUnavailable.
        """
        try:
            return self._tick(municipality)
        except StorageUnavailable:
            raise
        # One municipality's records or rules must not stop the days of the others.
        except Exception:
            log.exception("tick.fault municipality=%s", municipality)
            return False

    def _tick(self, municipality: str) -> bool:
        rules = self._rulebook.rules(municipality)
        now = self._clock.now()
        today = local_day(now, rules.zone)
        with self._db.reading() as session:
            tenant = session.get(Tenant, municipality)
            settled = (
                tenant is not None
                and tenant.judged_on is not None
                and tenant.judged_on >= today
                and tenant.rules_digest == rules.digest
            )
            closed = tenant is not None and tenant.closed_on == today
            busy = _is_busy(session, municipality)
            changing = ChangeoverService(session).of(municipality) is not None
            in_force = RuleSetService(session).of(municipality)
        if in_force is not None and in_force.rules_digest != rules.digest:
            # Other rules were put in force, by a tick that knows them; this one is to be upgraded.
            log.warning("tick.rules_outdated municipality=%s", municipality)
            return False
        if not settled:
            with self._db.writing() as session:
                self._begin_day(session, rules, today, now)
            log.info("tick.day municipality=%s day=%s", municipality, today)
            return True
        if changing:
            with self._db.writing() as session:
                if ChangeoverService(session).advance(municipality):
                    return True
        if self._follower.follow(rules, now):
            return True
        if busy or changing:
            # Plans are judged on shares that are up to the day, and so is the week.
            return False
        if self._tell_week(rules, tenant.stalls_week if tenant else None, now):
            return True
        if closed or now.astimezone(rules.zone).hour < rules.closing_hour:
            return False
        return self._close_day(rules, today, now)

    def _close_day(self, rules: MunicipalityRules, today: date, now: datetime) -> bool:
        """Plans met and lost, and what waits for a decision; whoever closes the day tells both."""
        with self._db.reading() as session:
            ground = self._settings.ground(session, rules.code, today)
            owed = UndecidedService(session).owed(rules.code, ground, today, now)
        with self._db.writing() as session:
            setting = self._settings.get(session, rules.code, today)
            if not PlanService(session).close_day(rules, setting, now):
                return False
            hours = rules.post_hours(setting.calendar)
            NoticeService(session).tell(rules.code, owed, hours, now)
            return True

    def _tell_week(self, rules: MunicipalityRules, told: date | None, now: datetime) -> bool:
        """Stalled routes, summed up for those in charge on the week's first working day."""
        with self._db.reading() as session:
            weekly = WeeklyService(session, self._rulebook, self._settings, now)
            if not weekly.is_due(rules, told):
                return False
            # Folds everybody who has a route: not while others wait to write.
            owed = weekly.owed(rules, told)
        with self._db.writing() as session:
            weekly = WeeklyService(session, self._rulebook, self._settings, now)
            return weekly.tell(rules, owed)

    def _begin_day(
        self, session: Session, rules: MunicipalityRules, today: date, now: datetime
    ) -> None:
        municipality = rules.code
        session.execute(
            insert_into(session, Tenant)
            .values(municipality=municipality)
            .on_conflict_do_nothing(index_elements=["municipality"])
        )
        tenant = session.scalars(
            select(Tenant).where(Tenant.municipality == municipality).with_for_update()
        ).one()
        ensure_municipality(session, municipality, rules.title)
        former = tenant.judged_on
        has_other_rules = tenant.rules_digest != rules.digest
        if has_other_rules or former is None or _is_new_period(former, today):
            ensure_listed(session, municipality, registers_of(rules, today))
            if has_other_rules and former is not None and tenant.rules_digest is not None:
                ChangeoverService(session).begin(tenant, now)
            else:
                mark_all_dirty(session, municipality)
        elif former < today:
            _mark_due(session, municipality, today)
        tenant.rules_digest = rules.digest
        tenant.measures = dict(measures_of(rules))
        # A clock that was put back does not make what was judged unjudged.
        tenant.judged_on = max(former, today) if former else today


def _is_new_period(former: date, today: date) -> bool:
    kinds = (PeriodKind.YEAR, PeriodKind.ACADEMIC_YEAR)
    return any(period_containing(former, k) != period_containing(today, k) for k in kinds)


def _mark_due(session: Session, municipality: str, today: date) -> None:
    session.execute(
        update(Subject)
        .where(
            Subject.municipality == municipality,
            Subject.changes_on.is_not(None),
            Subject.changes_on <= today,
        )
        .values(dirty=True, version=Subject.version + 1)
        .execution_options(synchronize_session=False)
    )


def _is_busy(session: Session, municipality: str) -> bool:
    dirty = select(Subject.id).where(Subject.municipality == municipality, Subject.dirty)
    return session.execute(dirty.limit(1)).first() is not None
