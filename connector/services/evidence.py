"""Evidence at rest: slots of registers, loaded by person and written greatest-version-first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.evidence import Evidence, Kind, Says, Statement, Version, merge, standing
from connector.models import Account, EvidenceSlot
from connector.models.inserting import insert_into

Registers = dict[str, dict[str, Statement]]
"""Slots by name, by register."""


@dataclass(frozen=True, slots=True)
class Merged:
    """One person's registers after new statements; changed: slot names and what to write."""

    evidence: tuple[Evidence, ...]
    waiting: tuple[Statement, ...]
    changed: tuple[tuple[str, Statement], ...]


def registers_of(session: Session, subjects: Sequence[int]) -> dict[int, Registers]:
    """The stored registers of every account that belongs to the subjects, by subject."""
    found: dict[int, Registers] = {subject: {} for subject in subjects}
    rows = session.execute(
        select(Account.subject_id, EvidenceSlot)
        .join(
            EvidenceSlot,
            (EvidenceSlot.source == Account.source) & (EvidenceSlot.user_id == Account.user_id),
        )
        .where(Account.subject_id.in_(subjects), Account.match.in_(("matched", "confirmed")))
    )
    for subject, slot in rows:
        assert subject is not None
        found[subject].setdefault(slot.register, {})[slot.slot] = statement_of(slot)
    return found


def merged(stored: Registers, news: Iterable[Statement], zone: tzinfo) -> Merged:
    """Pure: what stands of a person's registers once `news` have been said too."""
    by_register: dict[str, list[Statement]] = {}
    for statement in news:
        by_register.setdefault(statement.register, []).append(statement)
    evidence: list[Evidence] = []
    waiting: list[Statement] = []
    changed: list[tuple[str, Statement]] = []
    for register in sorted({*stored, *by_register}):
        before = stored.get(register, {})
        after = merge(before, by_register.get(register, ()), zone)
        changed += [(name, s) for name, s in sorted(after.items()) if before.get(name) is not s]
        stands = standing(after.values(), zone)
        evidence += stands.evidence
        waiting += stands.waiting
    return Merged(tuple(evidence), tuple(waiting), tuple(changed))


def write(session: Session, changed: Sequence[tuple[str, Statement]], now: datetime) -> None:
    """Writes slots; a greater version that somebody else wrote meanwhile stays."""
    rows = sorted((_row(name, s, now) for name, s in changed), key=_order)
    for at in range(0, len(rows), 200):
        statement = insert_into(session, EvidenceSlot).values(rows[at : at + 200])
        new = statement.excluded
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["register", "slot"],
                set_={name: new[name] for name in _REPLACED},
                where=new.version > EvidenceSlot.version,
            )
        )


def statement_of(slot: EvidenceSlot) -> Statement:
    return Statement(
        kind=Kind(slot.kind),
        register=slot.register,
        source=slot.source,
        user_id=slot.user_id,
        says=Says(slot.says),
        version=Version(slot.instant, slot.seq, slot.event_id, slot.digest),
        happened_at=slot.happened_at,
        body=slot.body,
        delivery=slot.delivery_id,
        confirmed=slot.confirmed,
    )


_REPLACED = (
    "user_id",
    "object_ref",
    "says",
    "version",
    "instant",
    "seq",
    "event_id",
    "digest",
    "happened_at",
    "body",
    "delivery_id",
    "recorded_at",
)


def _row(name: str, statement: Statement, now: datetime) -> dict[str, Any]:
    version = statement.version
    return {
        "register": statement.register,
        "slot": name,
        "kind": str(statement.kind),
        "source": statement.source,
        "user_id": statement.user_id,
        "object_ref": object_ref(statement.kind, statement.body),
        "says": str(statement.says),
        "version": version.key(),
        "instant": version.instant,
        "seq": version.seq,
        "event_id": version.event_id.replace("\x00", ""),
        "digest": version.digest,
        "happened_at": statement.happened_at,
        "body": dict(statement.body),
        "delivery_id": statement.delivery,
        "confirmed": statement.confirmed,
        "recorded_at": now,
    }


def _order(row: Mapping[str, Any]) -> tuple[str, str]:
    return (row["register"], row["slot"])


def object_ref(kind: Kind, body: Mapping[str, Any]) -> str | None:
    """Which course, quiz or course module it is about: `quiz:7`, `course:3`, `activity:12`."""
    match kind:
        case Kind.ATTEMPT:
            quiz = body.get("quiz", {}).get("id")
            return f"quiz:{quiz}" if quiz else None
        case Kind.COMPLETION:
            return f"course:{body['course']['id']}"
        case Kind.ACTIVITY:
            return f"activity:{body['activity']['cmid']}"
        case _:
            return None
