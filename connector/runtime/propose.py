"""The loop that proposes routes: whoever the fold marked is looked at, the rules are asked, and the
outcome is written in one short transaction.

Rules are asked outside any transaction, so what they answered may be about a draft that somebody
has edited meanwhile: what stood then is compared with what stands, and whoever differs is looked at
again.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from connector.clock import Clock
from connector.db import Database
from connector.domain.dates import local_day
from connector.domain.dossier import Setting
from connector.domain.folding import fold
from connector.domain.staff_cases import StaffCase
from connector.errors import StorageUnavailable
from connector.rulebook.answers import Proposed
from connector.rulebook.rulebook import Rulebook
from connector.services.cases.casefiles import CaseFiles
from connector.services.cases.setting import Settings
from connector.services.folding.rule_faults import RuleFaultService
from connector.services.imports import gate as import_gate
from connector.services.imports.importing import ImportService
from connector.services.imports.mapping import after_import
from connector.services.records.entry import Making
from connector.services.routes.deciding import Act, Standing
from connector.services.routes.drafting import BY, DraftService, Stood
from connector.services.routes.wishes import Wish, WishService

log = logging.getLogger(__name__)

PEOPLE = 25
TERM = timedelta(minutes=5)
"""Longer than asking about a batch takes, whatever a plugin does (isolation.limits)."""


class Proposer:
    """Any number may run: people are taken under a term, and what is written is compared first."""

    def __init__(self, db: Database, rulebook: Rulebook, settings: Settings, clock: Clock) -> None:
        self._db = db
        self._rulebook = rulebook
        self._settings = settings
        self._clock = clock

    def run_once(self) -> int:
        """One batch of one municipality; how many people were looked at."""
        now = self._clock.now()
        towns = self._rulebook.municipalities()
        with self._db.reading() as session:
            if not towns or not WishService(session).is_anybody_free(towns, now):
                # Most looks end here: a writer's turn is not taken for nothing.
                return 0
        with self._db.writing() as session:
            claimed = WishService(session).claim(towns, PEOPLE, TERM, now)
        if claimed is None:
            return 0
        municipality, wishes = claimed
        try:
            self._propose(municipality, wishes)
        except StorageUnavailable:
            raise
        # One municipality's records must not keep the others from their drafts; its people are
        # looked at again when the term is over.
        except Exception:
            log.exception("propose.fault municipality=%s", municipality)
        return len(wishes)

    def _propose(self, municipality: str, wishes: Sequence[Wish]) -> None:
        now = self._clock.now()
        today = local_day(now, self._rulebook.rules(municipality).zone)
        python = self._rulebook.proposer_of(municipality)
        people = [wish.person for wish in wishes]
        with self._db.reading() as session:
            setting = self._settings.get(session, municipality, today)
            stood = DraftService(session, municipality).stood(people)
            cases = CaseFiles(session, setting).staff(people)
            off = RuleFaultService(session).switched_off(python, now)
        known = sorted(cases)
        asked = [_without(cases[one], stood.standings[one], setting) for one in known]
        answers = self._rulebook.proposals_of(municipality, asked, today, off)
        proposals = dict(zip(known, answers, strict=True))
        making = Making(BY, now, today)
        with self._db.writing() as session:
            import_gate.close(session, municipality)
            drafts = DraftService(session, municipality)
            there = drafts.stood(people)
            same = {one for one in people if _is_same(one, stood, there)}
            ripe = {one: answer for one, answer in proposals.items() if one in same}
            importer = ImportService(after_import(self._rulebook, self._clock))
            acts = drafts.write(ripe, there, importer, making)
            # Whoever is no longer in the records is fulfilled too: there is nobody to propose to.
            done = [wish for wish in wishes if wish.person in same]
            WishService(session).fulfil(municipality, done)
            self._note_faults(RuleFaultService(session), answers, municipality)
        written = sum(act not in (Act.NOTHING, Act.KEEP) for act in acts.values())
        if written:
            log.info("propose.done municipality=%s people=%d", municipality, written)

    def _note_faults(
        self, service: RuleFaultService, answers: Sequence[Proposed], municipality: str
    ) -> None:
        faults = [fault for answer in answers for fault in answer.faults]
        heard = frozenset[str]().union(*(answer.heard for answer in answers))
        python = self._rulebook.proposer_of(municipality)
        service.note(faults, self._clock.now(), python, heard)


def _without(case: StaffCase, standing: Standing, setting: Setting) -> StaffCase:
    """The person without the draft that the answer would replace."""
    if standing.untouched is None:
        return case
    dossier = case.folded.dossier
    routes = tuple(one for one in dossier.routes if one.number != standing.untouched.number)
    return StaffCase(fold(replace(dossier, routes=routes), setting), setting)


def _is_same(person: str, before: Stood, now: Stood) -> bool:
    def routes(stood: Stood) -> dict[str, str]:
        return {n: held.version for (p, n), held in stood.routes.items() if p == person}

    return before.standings[person] == now.standings[person] and routes(before) == routes(now)
