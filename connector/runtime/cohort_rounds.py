"""Rounds through the cohorts: what Moodle shows beside who is to be in them, for the act loop."""

import logging
from datetime import timedelta

from connector.clock import Clock
from connector.db import Database
from connector.domain.dates import local_day
from connector.moodle.acting import Desk
from connector.moodle.errors import MoodleError, MoodleUnavailable
from connector.rulebook import MunicipalityRules, Rulebook
from connector.rulebook.faults import RulesRefused, UnknownMunicipality
from connector.secretbox import SecretBox
from connector.services.acting.cohorts import CohortService
from connector.services.acting.enrolments import acting_sources
from connector.services.sources.moodles import Moodles
from connector.services.sources.sources import SourceService

log = logging.getLogger(__name__)

TERM = timedelta(minutes=10)
PAUSE = timedelta(minutes=15)
REFUSED_PAUSE = timedelta(hours=1)


def wishing(rulebook: Rulebook) -> list[MunicipalityRules]:
    """The municipalities that want cohorts kept in step."""
    found = []
    for code in rulebook.municipalities():
        try:
            rules = rulebook.rules(code)
        except (RulesRefused, UnknownMunicipality):
            continue
        if rules.moodle.cohorts:
            found.append(rules)
    return found


class CohortRounds:
    """Any number may run: a round is taken up by one."""

    def __init__(
        self, db: Database, rulebook: Rulebook, box: SecretBox, moodles: Moodles, clock: Clock
    ) -> None:
        self._db = db
        self._rulebook = rulebook
        self._box = box
        self._moodles = moodles
        self._clock = clock

    def run_once(self) -> int:
        """Every round that is due; how many there were. Raises StorageUnavailable."""
        count = 0
        for rules in wishing(self._rulebook):
            with self._db.reading() as session:
                sources = acting_sources(session, rules.code)
            count += sum(self._round(rules, source) for source in sources)
        return count

    def _round(self, rules: MunicipalityRules, source: str) -> bool:
        now = self._clock.now()
        day = local_day(now, rules.zone)
        wishes = rules.moodle.cohorts
        with self._db.writing() as session:
            service = CohortService(session, rules.code)
            if service.begin(source, wishes, day, TERM, now) is None:
                return False
            wanted = service.wanted(source, wishes, day)
            details = SourceService(session, self._box).get(source)
        client = self._moodles.client(details)
        assert client is not None
        desk = Desk(client)
        missing = []
        try:
            for cohort in wanted:
                members = desk.members(cohort.idnumber)
                if members is None:
                    missing.append(cohort.idnumber)
                    continue
                with self._db.writing() as session:
                    CohortService(session, rules.code).keep(source, cohort, members, now)
        except MoodleError as err:
            wait = PAUSE if isinstance(err, MoodleUnavailable) else REFUSED_PAUSE
            with self._db.writing() as session:
                CohortService(session, rules.code).failed(
                    source, err.reason, self._clock.now() + wait
                )
            log.warning("cohorts.stopped source=%s reason=%s", source, err.reason)
            return True
        with self._db.writing() as session:
            CohortService(session, rules.code).end(source, missing, self._clock.now())
        log.info("cohorts.compared source=%s cohorts=%d", source, len(wanted) - len(missing))
        return True
