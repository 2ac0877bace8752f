"""Fold and judge: load without locks, judge outside any transaction, write in one short one.

A subject carries a version. It is read first and must still be the same when the outcome is
written,
so of two workers that folded the same person one has to do it again; nobody waits for anybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.because import SubjectKind
from connector.domain.cases import Case, StaffCase
from connector.domain.dates import earliest, local_day
from connector.domain.dossier import Setting
from connector.domain.events import DomainEvent
from connector.domain.evidence import Evidence, Statement
from connector.domain.occurrences import events_for
from connector.domain.owed import Circle, Owed
from connector.domain.stall_turns import next_change
from connector.errors import StaleRead
from connector.models import Subject, Tenant
from connector.models.among import among
from connector.models.many import update_many
from connector.rulebook.answers import Answer
from connector.rulebook.faults import RuleFault
from connector.rulebook.municipality_rules import MunicipalityRules
from connector.rulebook.rulebook import Rulebook
from connector.services.acting.enrolments import EnrolmentService
from connector.services.cases.casefiles import CaseFiles
from connector.services.cases.pieces import PIECES
from connector.services.cases.pieces import refresh as refresh_pieces
from connector.services.cases.setting import Settings
from connector.services.cases.subjects import mark_dirty
from connector.services.events.recording import record
from connector.services.folding import evidence as evidence_slots
from connector.services.folding.holders import mark_holders, mark_teams
from connector.services.folding.memberships import Change, Judged, judge_case, stored_memberships
from connector.services.folding.person_state import person_state, stalled_since
from connector.services.folding.rule_faults import RuleFaultService
from connector.services.folding.withdrawals import unanswered
from connector.services.notices.circles import circles_around
from connector.services.notices.notices import NoticeService
from connector.services.routes.wishes import WishService, is_worth_a_look


@dataclass(frozen=True, slots=True)
class SubjectRow:
    id: int
    municipality: str
    kind: SubjectKind
    code: str
    version: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """One subject with all that its judgement looks at. case None: no record names it any more.

    withdrawn: how many facts somebody has to decide about.
    """

    row: SubjectRow
    case: Case | None
    circle: Circle
    former: Mapping[tuple[str, str], Mapping[str, Any]]
    changed: tuple[tuple[str, Statement], ...]
    others: frozenset[tuple[str, str]] = frozenset()
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class Folded:
    """The outcome, ready to be written."""

    loaded: Loaded
    judged: Judged
    owed: tuple[Owed, ...]
    faults: tuple[RuleFault, ...]
    state: dict[str, Any] | None
    changes_on: date | None
    is_whole: bool = True
    heard: frozenset[str] = frozenset()
    events: tuple[DomainEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Subjects of one municipality, loaded or folded together.

    rules: by which they are judged, whatever comes into force meanwhile. off: those of them that
    are switched off.
    """

    setting: Setting
    rules: MunicipalityRules
    today: date
    subjects: tuple[Loaded, ...]
    off: frozenset[str] = frozenset()


class FoldService:
    """load → judge → write, each with its own rules; see the module's docstring."""

    def __init__(self, rulebook: Rulebook, settings: Settings) -> None:
        self._rulebook = rulebook
        self._settings = settings

    def rows(self, session: Session, ids: Sequence[int]) -> list[SubjectRow]:
        """The subjects' versions; to be read before anything they depend on."""
        found = session.execute(
            select(Subject.id, Subject.municipality, Subject.kind, Subject.code, Subject.version)
            .where(among(session, Subject.id, ids))
            .order_by(Subject.id)
        )
        return [
            SubjectRow(id_, municipality, SubjectKind(kind), code, version)
            for id_, municipality, kind, code, version in found
        ]

    def load(
        self,
        session: Session,
        rows: Sequence[SubjectRow],
        news: Mapping[int, Sequence[Statement]],
        now: datetime,
    ) -> list[Batch]:
        """Everything the subjects depend on, by municipality. news: statements by subject id."""
        by_municipality: dict[str, list[SubjectRow]] = {}
        for row in rows:
            by_municipality.setdefault(row.municipality, []).append(row)
        return [
            self._load(session, municipality, group, news, now)
            for municipality, group in sorted(by_municipality.items())
        ]

    def _load(
        self,
        session: Session,
        municipality: str,
        rows: Sequence[SubjectRow],
        news: Mapping[int, Sequence[Statement]],
        now: datetime,
    ) -> Batch:
        zone = self._rulebook.rules(municipality).zone
        today = local_day(now, zone)
        ground = self._settings.ground(session, municipality, today)
        setting = ground.setting
        files = CaseFiles(session, setting)
        staff = [row for row in rows if row.kind is SubjectKind.STAFF]
        ids = [row.id for row in staff]
        own = {id_: news[id_] for id_ in ids if id_ in news}
        registers = evidence_slots.registers_of(session, ids, own)
        accounts = evidence_slots.accounts_of(session, list(own))
        merged = {
            id_: evidence_slots.merged(registers[id_], own.get(id_, ()), zone, accounts.get(id_))
            for id_ in ids
        }
        withdrawn = unanswered(session, {id_: one.withdrawn for id_, one in merged.items()})
        standing: dict[str, Sequence[Evidence]] = {
            row.code: merged[row.id].evidence for row in staff
        }
        cases: dict[tuple[SubjectKind, str], Case] = {
            (SubjectKind.STAFF, number): case
            for number, case in files.staff([row.code for row in staff], standing).items()
        }
        for kind in sorted({row.kind for row in rows} - {SubjectKind.STAFF}):
            codes = [row.code for row in rows if row.kind is kind]
            cases |= {(kind, code): case for code, case in files.units(kind, codes).items()}
        around = circles_around(
            session,
            setting,
            ground.posts,
            cases.values(),
            today,
            self._rulebook.spoken_of(municipality),
        )
        former = stored_memberships(session, [row.id for row in rows])
        loaded = tuple(
            Loaded(
                row,
                cases.get((row.kind, row.code)),
                around.get((row.kind, row.code), Circle()),
                former[row.id],
                merged[row.id].changed if row.id in merged else (),
                merged[row.id].others if row.id in merged else frozenset(),
                len(withdrawn.get(row.id, ())),
            )
            for row in rows
        )
        off = RuleFaultService(session).switched_off(self._rulebook.python_of(municipality), now)
        return Batch(setting, ground.rules, today, loaded, off)

    def judge(self, batch: Batch) -> list[Folded]:
        """Judges and decides notices: plugin code, so never inside a transaction."""
        pairs = [(one.case, one.circle) for one in batch.subjects if one.case is not None]
        answers = iter(
            self._rulebook.notices_of(batch.setting.municipality, pairs, batch.today, batch.off)
        )
        return [
            self._judge(batch, one, Answer() if one.case is None else next(answers))
            for one in batch.subjects
        ]

    def _judge(self, batch: Batch, loaded: Loaded, answer: Answer) -> Folded:
        if loaded.case is None:
            return Folded(loaded, Judged({}, (), None, is_gone=True), (), (), None, None)
        judged = judge_case(self._rulebook, batch.rules, loaded.case, batch.today)
        state = None
        events: tuple[DomainEvent, ...] = ()
        turn = earliest(loaded.case.next_turn(batch.today), answer.turn)
        if isinstance(loaded.case, StaffCase):
            folded = loaded.case.folded
            state = person_state(folded, batch.today, batch.setting)
            events = events_for(loaded.case, batch.today, stalled_since(state))
            calendar, policy = batch.setting.calendar, batch.setting.stalls
            if loaded.case.absent(batch.today) is None:
                # The clocks of whoever left ring for nobody; the day of a return is a turn itself.
                answers = folded.dossier.stall_answers
                stalls = (
                    next_change(r, batch.today, calendar, policy, answers) for r in folded.routes
                )
                asked = (one.next_turn(batch.today, calendar) for one in folded.dossier.requests)
                turn = earliest(turn, *stalls, *asked)
        return Folded(
            loaded,
            judged,
            answer.owed,
            (*judged.faults, *answer.faults),
            state,
            earliest(judged.changes_on, turn),
            answer.is_whole and not judged.faults,
            answer.heard,
            events,
        )

    def write(
        self, session: Session, batch: Batch, folded: Sequence[Folded], now: datetime
    ) -> None:
        """Writes one municipality's outcomes. Raises StaleRead; the caller rolls back and retries.

        One order for everybody: subjects by id, evidence by register, shares by key.
        """
        if local_day(now, batch.setting.zone) != batch.today:
            # The new day may have been begun meanwhile, and would not know of these judgements.
            raise StaleRead("day")
        _advance(session, folded, batch.rules)
        municipality = batch.setting.municipality
        changed = [slot for outcome in folded for slot in outcome.loaded.changed]
        evidence_slots.write(session, changed, now)
        change = Change(municipality)
        for outcome in folded:
            former = outcome.loaded.former
            change.compare(outcome.loaded.row.id, former, outcome.judged, batch.rules.indicators)
        change.write(session)
        self._mark_units(session, batch, folded)
        mark_holders(session, {one for outcome in folded for one in outcome.loaded.others})
        owed = {o.loaded.row.id: o.owed for o in folded}
        # Where a plugin failed to say what is owed, its silence must not withdraw anything.
        partly = {o.loaded.row.id for o in folded if not o.is_whole}
        hours = batch.rules.post_hours(batch.setting.calendar)
        NoticeService(session).reconcile(municipality, owed, hours, now, partly)
        record(session, municipality, (event for o in folded for event in o.events), now)
        learnt = [
            o.loaded.row.code for o in folded if o.loaded.changed and is_worth_a_look(o.state)
        ]
        WishService(session).ask(municipality, learnt, now)
        cases = {o.loaded.row.id: o.loaded.case for o in folded}
        EnrolmentService(session, municipality).keep(batch.rules.moodle, cases, batch.today, now)
        faults = [fault for outcome in folded for fault in outcome.faults]
        heard = frozenset[str]().union(*(outcome.heard for outcome in folded))
        python = self._rulebook.python_of(municipality)
        RuleFaultService(session).note(faults, now, python, heard)

    def _mark_units(self, session: Session, batch: Batch, folded: Sequence[Folded]) -> None:
        """What is judged by people is judged after them: teams of those who learnt something, and
        whatever else the rules judge so, whenever its people were folded for any reason."""
        municipality = batch.setting.municipality
        cases = [o.loaded.case for o in folded if isinstance(o.loaded.case, StaffCase)]
        pieces = PIECES & batch.rules.subjects
        if pieces:
            refresh_pieces(session, municipality, cases, pieces)
        terms = [term for case in cases for term in case.folded.dossier.person.terms]
        if SubjectKind.SCHOOL in batch.setting.peopled:
            mark_dirty(session, municipality, "school", {t.school for t in terms if t.school})
        if SubjectKind.ASSOCIATION in batch.setting.peopled:
            codes = {code for term in terms for code in term.associations}
            mark_dirty(session, municipality, "association", codes)
        # Only people have evidence that could have changed.
        learners = [outcome.loaded.row.code for outcome in folded if outcome.loaded.changed]
        if learners:
            mark_teams(session, municipality, learners)


def _advance(session: Session, folded: Sequence[Folded], rules: MunicipalityRules) -> None:
    """Writes states and versions, all or none. Raises StaleRead, also where other rules are in
    force by now: a process that has not heard of them must not write by its own."""
    ordered = sorted(folded, key=lambda outcome: outcome.loaded.row.id)
    rows = [outcome.loaded.row for outcome in ordered]
    in_force = select(Tenant.rules_digest).where(Tenant.municipality == rules.code)
    # In one order for everybody, so that nobody deadlocks; whoever was quicker is seen at once.
    held = session.execute(
        select(Subject.id, Subject.version, in_force.scalar_subquery())
        .where(among(session, Subject.id, [row.id for row in rows]))
        .order_by(Subject.id)
        .with_for_update()
    ).all()
    if [(id_, version) for id_, version, _ in held] != [(row.id, row.version) for row in rows]:
        raise StaleRead("subjects")
    # Whoever puts other rules in force marks every subject in the same transaction: a version that
    # is still the one that was read belongs to the rules that are in force now.
    if any(digest not in (None, rules.digest) for _, _, digest in held):
        raise StaleRead("rules")
    values = [
        {
            "version": outcome.loaded.row.version + 1,
            "dirty": False,
            "by_old_rules": False,
            "lease_token": None,
            "lease_until": None,
            "state": outcome.state,
            "withdrawn": outcome.loaded.withdrawn,
            "changes_on": outcome.changes_on,
        }
        for outcome in ordered
    ]
    update_many(session, Subject, [{"id": row.id} for row in rows], values)
