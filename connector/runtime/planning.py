"""What becomes of each delivery of a batch: whose it is, and whether it concerns anything known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.dates import local_day
from connector.domain.evidence import Statement
from connector.models import Subject, Tenant
from connector.models.among import among
from connector.rulebook.faults import RulesRefused, UnknownMunicipality
from connector.rulebook.rulebook import Rulebook
from connector.runtime.claims import Claim, finish_each
from connector.runtime.pauses import pause
from connector.services.cases.known import UNWANTED, KnownObjects
from connector.services.cases.setting import Settings
from connector.services.folding import evidence as evidence_slots
from connector.services.imports.gate import served
from connector.services.inbox.reading_deliveries import Understood, subject_matter
from connector.services.sources.identity import (
    ACCOUNT_IGNORED,
    HELD,
    MATCH_PROPOSED,
    UNKNOWN_PERSON,
    IdentityService,
    Owner,
)

ORPHAN_LOOKS = 2
"""How often the owner of a deletion is looked for: what it deletes may be folded just now."""
SECOND_LOOK = timedelta(seconds=60)
"""Grades and accounts bear no time by which to tell that Moodle had not committed yet: what the
first look shows is taken at once, and looked at once more when any transaction has ended."""
RULES_PAUSE = timedelta(minutes=5)
BEHIND_PAUSE = timedelta(seconds=10)
"""Until a process has read the rules that are in force, or leaves the work to one that has."""
_FOR_PEOPLE = frozenset({"user_ambiguous"})
"""Reasons for which nothing came of a delivery and somebody has to act."""

PASSED_OVER = UNWANTED | {ACCOUNT_IGNORED}
"""Reasons for which nothing comes of a delivery because a person said so."""

Outcome = dict[str, Any]


@dataclass(slots=True)
class Plan:
    """news: statements by subject. outcomes: columns by delivery. pings: by source.

    orphans: slots of deletions that nobody owns yet, by slot name.
    """

    news: dict[int, list[Statement]] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    pings: dict[str, datetime] = field(default_factory=dict)
    orphans: list[tuple[str, Statement]] = field(default_factory=list)

    def parked(self) -> list[int]:
        """Those that wait, or are passed over, until a person decides otherwise."""
        return sorted(
            id_
            for id_, o in self.outcomes.items()
            if o["state"] == "parked" or o.get("reason") in PASSED_OVER
        )


class Planner:
    """Plans one batch, over one session. Reads only."""

    def __init__(
        self,
        session: Session,
        rulebook: Rulebook,
        settings: Settings,
        now: datetime,
        tries: Mapping[int, int],
    ) -> None:
        self._session = session
        self._rulebook = rulebook
        self._settings = settings
        self._now = now
        self._tries = tries
        self._grounds: dict[str, tuple[tzinfo, KnownObjects] | None] = {}
        self._in_force: dict[str, str | None] = {}

    def plan(self, understood: Sequence[Understood]) -> Plan:
        plan = Plan()
        ownerless = [one for one in understood if one.user_id is None]
        found = self._owners_of_evidence(ownerless)
        known = [one if one.user_id else _addressed(one, found) for one in understood]
        accounts = IdentityService(self._session).owners(
            (one.source, one.user_id) for one in known if one.user_id
        )
        municipalities = self._municipalities(accounts)
        for one in known:
            if one.is_ping:
                plan.pings[one.source] = self._now
            account = accounts.get((one.source, one.user_id or ""))
            outcome = self._outcome(plan, one, account, municipalities)
            if outcome["state"] == "done" and one.look_again:
                outcome |= {
                    "state": "new",
                    "reason": "second_look",
                    "done_at": None,
                    "next_try_at": self._now + SECOND_LOOK,
                }
            plan.outcomes[one.delivery] = outcome
        return plan

    def _outcome(
        self,
        plan: Plan,
        one: Understood,
        account: Owner | None,
        municipalities: Mapping[int, str],
    ) -> Outcome:
        if one.nothing in _FOR_PEOPLE:
            return aside(one.nothing, {})
        done = {
            "state": "done",
            "reason": one.nothing,
            "detail": _warned(one),
            "done_at": self._now,
        }
        if one.user_id is None:
            return self._orphaned(plan, one, done)
        if account is None:
            return {**done, "user_id": one.user_id}
        if account.subject_id is None or account.match not in HELD:
            # Their zone is not known yet, and UTC will do to see whether anything is said at all.
            if not one.says(UTC):
                return {**done, "user_id": one.user_id}
            nobodys = {"user_id": one.user_id, "subject_id": None}
            if account.match == "ignored":
                return {**done, "reason": ACCOUNT_IGNORED, **nobodys}
            reason = MATCH_PROPOSED if account.match == "proposed" else UNKNOWN_PERSON
            return {"state": "parked", "reason": reason, **nobodys}
        whose = {"user_id": one.user_id, "subject_id": account.subject_id}
        municipality = municipalities[account.subject_id]
        if self._is_behind(municipality):
            at = self._now + BEHIND_PAUSE
            return {"state": "ready", "reason": "rules_outdated", "next_try_at": at, **whose}
        ground = self._ground(municipality)
        if ground is None:
            at = self._now + RULES_PAUSE
            return {"state": "ready", "reason": "rules_refused", "next_try_at": at, **whose}
        zone, known = ground
        said = one.says(zone)
        for statement in said:
            matter = subject_matter(statement)
            if matter is not None and not known.covers(matter[0], one.source, matter[1]):
                kind, names, title = matter
                waits: Outcome = {"state": "parked", "reason": f"unknown_{kind}"}
                if known.is_unwanted(kind, one.source, names):
                    waits = {**done, "reason": f"unwanted_{kind}"}
                detail = {"names": list(names), "title": title}
                object_ref = f"{kind}:{names[0]}"[:200]
                return {**waits, "detail": detail, "object_ref": object_ref, **whose}
        if said:
            plan.news.setdefault(account.subject_id, []).extend(said)
        return {**done, **whose}

    def _orphaned(self, plan: Plan, one: Understood, done: Outcome) -> Outcome:
        """A deletion of something we do not have. It is kept: what it deletes may still come."""
        zone = self._zone_of_source(one.source)
        said = one.says(zone)
        if not said:
            return done
        tries = self._tries.get(one.delivery, 0) + 1
        if tries <= ORPHAN_LOOKS:
            at = self._now + pause(tries)
            return {
                "state": "ready",
                "reason": "owner_unknown",
                "attempts": tries,
                "next_try_at": at,
            }
        plan.orphans += [(statement.slot(zone), statement) for statement in said]
        return {**done, "reason": "owner_unknown"}

    def _owners_of_evidence(self, ones: Sequence[Understood]) -> Mapping[str, str]:
        registers = {s.register for one in ones for s in one.says(UTC) if not s.user_id}
        return evidence_slots.owners(self._session, registers) if registers else {}

    def _is_behind(self, municipality: str) -> bool:
        """Whether other rules are in force than those that this process knows."""
        digest = self._in_force.get(municipality)
        if digest is None or municipality not in self._rulebook.municipalities():
            return False
        return digest != self._rulebook.rules(municipality).digest

    def _ground(self, municipality: str) -> tuple[tzinfo, KnownObjects] | None:
        """None where the municipality's rules cannot be used: its people wait, others do not."""
        if municipality not in self._grounds:
            try:
                zone = self._rulebook.rules(municipality).zone
            except (RulesRefused, UnknownMunicipality):
                self._grounds[municipality] = None
            else:
                today = local_day(self._now, zone)
                known = self._settings.ground(self._session, municipality, today).known
                self._grounds[municipality] = zone, known
        return self._grounds[municipality]

    def _zone_of_source(self, source: str) -> tzinfo:
        for municipality in served(self._session).get(source, ()):
            if municipality in self._rulebook.municipalities():
                return self._rulebook.rules(municipality).zone
        return UTC

    def _municipalities(self, accounts: Mapping[Any, Owner]) -> dict[int, str]:
        ids = {a.subject_id for a in accounts.values() if a.subject_id is not None}
        rows = self._session.execute(
            select(Subject.id, Subject.municipality, Tenant.rules_digest)
            .outerjoin(Tenant, Tenant.municipality == Subject.municipality)
            .where(among(self._session, Subject.id, ids))
        ).all()
        self._in_force = {municipality: digest for _, municipality, digest in rows}
        return {subject: municipality for subject, municipality, _ in rows}


def aside(reason: str, detail: dict[str, Any]) -> Outcome:
    return {"state": "set_aside", "reason": reason[:80], "detail": detail}


def _addressed(one: Understood, owners: Mapping[str, str]) -> Understood:
    """The delivery under the account that owns what it deletes, if that is known."""
    users = {owners[s.register] for s in one.says(UTC) if s.register in owners}
    if len(users) != 1:
        return one
    (user_id,) = users

    def says(zone: tzinfo) -> tuple[Statement, ...]:
        return tuple(s if s.user_id else replace(s, user_id=user_id) for s in one.says(zone))

    return replace(one, user_id=user_id, says=says)


def _warned(one: Understood) -> dict[str, Any] | None:
    return {"warnings": list(one.warnings)} if one.warnings else None


def finish_plan(session: Session, claim: Claim, plan: Plan, ids: Sequence[int]) -> None:
    """Ends the claim, opening the transaction: whoever lost the lease writes nothing at all."""
    finish_each(session, claim, {id_: {"next_try_at": None, **plan.outcomes[id_]} for id_ in ids})
