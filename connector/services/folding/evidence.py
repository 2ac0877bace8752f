"""Evidence at rest: slots of registers, loaded by person and written greatest-version-first."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from connector.domain.evidence import (
    Evidence,
    Kind,
    Says,
    Statement,
    Version,
    Withdrawn,
    merge,
    standing,
)
from connector.errors import StaleRead
from connector.models import Account, EvidenceSlot, Subject
from connector.models.among import among
from connector.models.many import insert_many
from connector.services.imports.stored_rows import chunks

Holder = tuple[str, str]
"""An account: source and user number."""

Registers = dict[str, dict[str, Statement]]
"""Slots by name, by register."""


@dataclass(frozen=True, slots=True)
class Merged:
    """One person's registers after new statements; changed: slot names and what to write.

    others: accounts whose registers changed too, because an attempt went from one to the other.
    withdrawn: facts of earlier years that Moodle withdrew and nobody agreed to.
    """

    evidence: tuple[Evidence, ...]
    waiting: tuple[Statement, ...]
    changed: tuple[tuple[str, Statement], ...]
    others: frozenset[Holder] = frozenset()
    withdrawn: tuple[Withdrawn, ...] = ()


def registers_of(
    session: Session,
    subjects: Sequence[int],
    news: Mapping[int, Sequence[Statement]] | None = None,
) -> dict[int, Registers]:
    """The stored registers of every account that belongs to the subjects, by subject.

    news: statements about to be merged; what is stored of their registers is read along, whoever
    holds it: a deletion may have come before its attempt, or an attempt changed hands.
    """
    found: dict[int, Registers] = {subject: {} for subject in subjects}
    rows = session.execute(
        select(Account.subject_id, *_STATEMENT)
        .join(
            EvidenceSlot,
            (EvidenceSlot.source == Account.source) & (EvidenceSlot.user_id == Account.user_id),
        )
        .where(_belongs(session, subjects))
    )
    for subject, slot, *columns in rows:
        statement = _statement(*columns)
        found[subject].setdefault(statement.register, {})[slot] = statement
    _read_along(session, news or {}, found)
    return found


def _read_along(
    session: Session, news: Mapping[int, Sequence[Statement]], found: dict[int, Registers]
) -> None:
    wanted: dict[str, set[int]] = {}
    for subject, said in news.items():
        for statement in said:
            # Only an attempt's register does not name its account.
            if statement.kind is Kind.ATTEMPT and subject in found:
                wanted.setdefault(statement.register, set()).add(subject)
    for slot, statement in _slots(session, wanted):
        for subject in wanted[statement.register]:
            found[subject].setdefault(statement.register, {})[slot] = statement


def _slots(session: Session, registers: Collection[str]) -> Iterator[tuple[str, Statement]]:
    for chunk in chunks(registers):
        for slot, *columns in session.execute(
            select(*_STATEMENT).where(among(session, EvidenceSlot.register, chunk))
        ):
            yield slot, _statement(*columns)


def owners(session: Session, registers: Collection[str]) -> dict[str, str]:
    """The user number that each register's fact names; what is not stored is left out."""
    return {one.register: one.user_id for _, one in _slots(session, registers) if one.user_id}


def holders_of(session: Session, registers: Collection[str]) -> dict[str, set[str]]:
    """Personnel numbers by municipality of those whose accounts hold the registers."""
    found: dict[str, set[str]] = {}
    rows = session.execute(
        select(Subject.municipality, Subject.code)
        .join(Account, Account.subject_id == Subject.id)
        .join(
            EvidenceSlot,
            (EvidenceSlot.source == Account.source) & (EvidenceSlot.user_id == Account.user_id),
        )
        .where(
            among(session, EvidenceSlot.register, sorted(registers)),
            Account.match.in_(("matched", "confirmed")),
        )
    )
    for municipality, number in rows:
        found.setdefault(municipality, set()).add(number)
    return found


def accounts_of(session: Session, subjects: Sequence[int]) -> dict[int, set[Holder]]:
    """The accounts that belong to each subject."""
    found: dict[int, set[Holder]] = {subject: set() for subject in subjects}
    rows = session.execute(
        select(Account.subject_id, Account.source, Account.user_id).where(
            _belongs(session, subjects)
        )
    )
    for subject, source, user_id in rows:
        assert subject is not None
        found[subject].add((source, user_id))
    return found


def _belongs(session: Session, subjects: Sequence[int]) -> ColumnElement[bool]:
    return and_(
        among(session, Account.subject_id, subjects), Account.match.in_(("matched", "confirmed"))
    )


def merged(
    stored: Registers,
    news: Iterable[Statement],
    zone: tzinfo,
    accounts: Collection[Holder] | None = None,
) -> Merged:
    """Pure: what stands of a person's registers once `news` have been said too.

    accounts: the person's; None where nothing but theirs is in `stored`.
    """
    by_register: dict[str, list[Statement]] = {}
    for statement in news:
        by_register.setdefault(statement.register, []).append(statement)
    evidence: list[Evidence] = []
    waiting: list[Statement] = []
    changed: list[tuple[str, Statement]] = []
    others: set[Holder] = set()
    withdrawn: list[Withdrawn] = []
    for register in sorted({*stored, *by_register}):
        before = stored.get(register, {})
        after = _in_one_hand(merge(before, by_register.get(register, ()), zone))
        differing = [(name, s) for name, s in sorted(after.items()) if before.get(name) is not s]
        changed += differing
        if differing and accounts is not None:
            holders = {(s.source, s.user_id) for s in (*before.values(), *after.values())}
            others |= holders.difference(accounts)
        stands = standing(after.values(), zone)
        evidence += [e for e in stands.evidence if _is_of(e, accounts)]
        waiting += [s for s in stands.waiting if _is_of(s, accounts)]
        withdrawn += [w for w in stands.withdrawn if _is_of(w.fact, accounts)]
    return Merged(
        tuple(evidence), tuple(waiting), tuple(changed), frozenset(others), tuple(withdrawn)
    )


def _is_of(one: Evidence | Statement, accounts: Collection[Holder] | None) -> bool:
    return accounts is None or (one.source, one.user_id) in accounts


def _in_one_hand(slots: dict[str, Statement]) -> dict[str, Statement]:
    """A register is held by the account that its latest fact names, its deletions included.

    Moodle does not say whose a deleted attempt was, and merging two accounts moves attempts.
    """
    facts = [s for s in slots.values() if s.says is Says.SO]
    if not facts:
        return slots
    holder = max(facts, key=lambda s: s.version.key()).user_id
    return {
        name: s if s.user_id == holder else replace(s, user_id=holder) for name, s in slots.items()
    }


def write(session: Session, changed: Sequence[tuple[str, Statement]], now: datetime) -> None:
    """Writes slots. Raises StaleRead where somebody wrote a greater version meanwhile."""
    rows = sorted((_row(name, s, now) for name, s in changed), key=_order)
    if len({_order(row) for row in rows}) != len(rows):
        # Two people claim one attempt, and each was judged without the other's word.
        raise StaleRead("evidence")
    if insert_many(session, EvidenceSlot, rows, _GREATEST) != len(rows):
        raise StaleRead("evidence")


def write_greater(session: Session, name: str, statement: Statement, now: datetime) -> None:
    """Writes one slot unless a greater statement holds it."""
    insert_many(session, EvidenceSlot, [_row(name, statement, now)], _GREATEST)


def statement_of(slot: EvidenceSlot) -> Statement:
    return _statement(*(getattr(slot, column.key) for column in _STATEMENT[1:]))


_STATEMENT = (
    EvidenceSlot.slot,
    EvidenceSlot.kind,
    EvidenceSlot.register,
    EvidenceSlot.source,
    EvidenceSlot.user_id,
    EvidenceSlot.says,
    EvidenceSlot.version,
    EvidenceSlot.instant,
    EvidenceSlot.seq,
    EvidenceSlot.digest,
    EvidenceSlot.happened_at,
    EvidenceSlot.body,
    EvidenceSlot.delivery_id,
    EvidenceSlot.confirmed,
)
"""The slot's name, then what _statement takes."""


def _statement(
    kind: str,
    register: str,
    source: str,
    user_id: str,
    says: str,
    version: bytes,
    instant: datetime,
    seq: int,
    digest: str,
    happened_at: datetime | None,
    body: Mapping[str, Any],
    delivery: int | None,
    confirmed: bool,
) -> Statement:
    # From the version, which holds it whole: the column is for people and may be cut.
    event_id = version[16 : -1 - len(digest)].decode("utf-8")
    return Statement(
        Kind(kind),
        register,
        source,
        user_id,
        Says(says),
        Version(instant, seq, event_id, digest),
        happened_at,
        body,
        delivery,
        confirmed,
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
_GREATEST = (
    "ON CONFLICT (register, slot) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _REPLACED)
    + " WHERE excluded.version >= evidence.version"
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
        "event_id": version.event_id.replace("\x00", "")[:200],
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
        case Kind.RATING:
            return f"competency:{body['competency']['id']}"
        case _:
            return None
