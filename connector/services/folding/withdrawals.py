"""Facts of years that are over, which Moodle withdrew: whoever looks after them says yes or no.

A decision is an input, stored with the word of Moodle that it was about. Yes merges that word once
more, confirmed, about the one fact: so the order in which decisions and deliveries come does not
matter, and evidence can be rebuilt. No answers every later word as well, as long as Moodle does not
say anew that the fact is so. Both can be taken back.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from connector.domain.evidence import Kind, Says, Statement, Version, Withdrawn, agreed
from connector.models import EvidenceSlot, Subject, Withdrawal
from connector.models.among import among
from connector.rulebook import Rulebook
from connector.services.folding import evidence as evidence_slots
from connector.services.folding.holders import mark_learners
from connector.services.imports.stored_rows import chunks

MOST = 1000
"""Subjects whose withdrawn facts are listed at a time; those decided about make room."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A fact to decide about. number, name: whose it is."""

    number: str
    name: str
    withdrawn: Withdrawn

    @property
    def token(self) -> str:
        """Of this fact and this word of Moodle: a form must not decide about another one."""
        key = self.withdrawn.by.version.key() + self.withdrawn.fact.key.encode()
        return sha256(key).hexdigest()[:24]

    @property
    def object_ref(self) -> str:
        fact = self.withdrawn.fact
        return evidence_slots.object_ref(fact.kind, fact.body) or fact.key

    @property
    def title(self) -> str | None:
        """As Moodle calls the course or quiz."""
        return title_of(self.withdrawn.fact.kind, self.withdrawn.fact.body)


class WithdrawalService:
    """Takes a session, never commits. Of one municipality."""

    def __init__(self, session: Session, rulebook: Rulebook, municipality: str) -> None:
        self._session = session
        self._zone = rulebook.rules(municipality).zone
        self._municipality = municipality

    def waiting(self) -> list[Waiting]:
        """By course or quiz, then by name."""
        rows = self._session.execute(
            select(Subject.id, Subject.code, Subject.title, Subject.sort_key)
            .where(Subject.municipality == self._municipality, Subject.withdrawn > 0)
            .order_by(Subject.id)
            .limit(MOST)
        ).all()
        registers = evidence_slots.registers_of(self._session, [row.id for row in rows])
        found = {
            subject: evidence_slots.merged(stored, (), self._zone).withdrawn
            for subject, stored in registers.items()
        }
        open_ones = unanswered(self._session, found)
        told = [
            (Waiting(row.code, row.title, one), row.sort_key)
            for row in rows
            for one in open_ones.get(row.id, ())
        ]
        told.sort(key=lambda t: (t[0].withdrawn.fact.source, t[0].object_ref, t[1], t[0].token))
        return [one for one, _ in told]

    def decide(
        self, tokens: Collection[str], is_agreed: bool, reason: str, by: str, now: datetime
    ) -> int:
        """Answers those of the tokens that still wait; how many these were. Idempotent."""
        chosen = [one for one in self.waiting() if one.token in tokens]
        # People before evidence, as the fold locks them.
        mark_learners(self._session, self._municipality, {one.number for one in chosen})
        for one in chosen:
            row = _row(self._municipality, one, is_agreed, reason, by, now)
            self._session.add(row)
            if is_agreed:
                statement = _statement(row)
                name = statement.slot(self._zone)
                evidence_slots.write_greater(self._session, name, statement, now)
        self._session.flush()
        return len(chosen)

    def decided(self, limit: int = 50) -> list[tuple[Withdrawal, str | None]]:
        """The latest decisions that hold, with the person's name."""
        rows = self._session.execute(
            select(Withdrawal, Subject.title)
            .outerjoin(
                Subject,
                (Subject.municipality == Withdrawal.municipality)
                & (Subject.kind == "staff")
                & (Subject.code == Withdrawal.person),
            )
            .where(Withdrawal.municipality == self._municipality, Withdrawal.revoked_at.is_(None))
            .order_by(Withdrawal.decided_at.desc(), Withdrawal.id.desc())
            .limit(limit)
        )
        return [(row, title) for row, title in rows]

    def take_back(self, number: int, by: str, now: datetime) -> bool:
        """The decision was never made: the fact stands, and is asked about again."""
        row = self._session.get(Withdrawal, number)
        if row is None or row.municipality != self._municipality or row.revoked_at is not None:
            return False
        holders = evidence_slots.holders_of(self._session, [row.register])
        for municipality, numbers in holders.items():
            mark_learners(self._session, municipality, numbers)
        mark_learners(self._session, self._municipality, {row.person})
        row.revoked_at, row.revoked_by = now, by
        self._session.flush()
        if row.is_agreed:
            name = _statement(row).slot(self._zone)
            self._session.execute(
                delete(EvidenceSlot)
                .where(EvidenceSlot.register == row.register, EvidenceSlot.slot == name)
                .execution_options(synchronize_session=False)
            )
            for statement in agreed_statements(self._session, [row.register]):
                if statement.slot(self._zone) == name:
                    evidence_slots.write_greater(self._session, name, statement, now)
        return True


def count_withdrawn(session: Session, municipality: str) -> int:
    """How many facts there are to decide about."""
    query = select(func.sum(Subject.withdrawn)).where(
        Subject.municipality == municipality, Subject.withdrawn > 0
    )
    return int(session.scalar(query) or 0)


def unanswered(
    session: Session, withdrawn: Mapping[int, Sequence[Withdrawn]]
) -> dict[int, list[Withdrawn]]:
    """By subject, those about which nobody has decided. Asks nothing where nothing was withdrawn.

    A decision about a word of Moodle answers all words against a fact that is older than that.
    """
    registers = {one.by.register for ones in withdrawn.values() for one in ones}
    if not registers:
        return {}
    answers: dict[str, bytes] = {}
    rows = session.execute(
        select(Withdrawal.fact, Withdrawal.version).where(
            among(session, Withdrawal.register, sorted(registers)), Withdrawal.revoked_at.is_(None)
        )
    )
    for fact, version in rows:
        answers[fact] = max(answers.get(fact, b""), version)
    found = {
        subject: [w for w in ones if answers.get(w.fact.key, b"") <= w.fact_version]
        for subject, ones in withdrawn.items()
    }
    return {subject: ones for subject, ones in found.items() if ones}


def agreed_statements(session: Session, registers: Collection[str]) -> Iterable[Statement]:
    """What people agreed to, as it is merged into the registers."""
    for chunk in chunks(registers):
        rows = session.scalars(
            select(Withdrawal)
            .where(
                among(session, Withdrawal.register, chunk),
                Withdrawal.is_agreed,
                Withdrawal.revoked_at.is_(None),
            )
            .order_by(Withdrawal.id)
        )
        yield from map(_statement, rows)


def title_of(kind: str, body: Mapping[str, object]) -> str | None:
    """What the course or quiz of a fact is called in Moodle."""
    part = {Kind.ATTEMPT: "quiz", Kind.COMPLETION: "course"}.get(Kind(kind))
    named = body.get(part) if part else None
    return named.get("name") if isinstance(named, Mapping) else None


def _row(
    municipality: str, one: Waiting, is_agreed: bool, reason: str, by: str, now: datetime
) -> Withdrawal:
    fact, statement = one.withdrawn.fact, agreed(one.withdrawn)
    version = statement.version
    return Withdrawal(
        municipality=municipality,
        fact=fact.key,
        register=statement.register,
        kind=str(statement.kind),
        source=statement.source,
        user_id=statement.user_id,
        happened_at=fact.happened_at,
        version=version.key(),
        instant=version.instant,
        seq=version.seq,
        digest=version.digest,
        body=dict(statement.body),
        delivery_id=statement.delivery,
        person=one.number,
        is_agreed=is_agreed,
        reason=reason[:300],
        decided_at=now,
        decided_by=by[:160],
    )


def _statement(row: Withdrawal) -> Statement:
    event_id = row.version[16 : -1 - len(row.digest)].decode("utf-8")
    return Statement(
        kind=Kind(row.kind),
        register=row.register,
        source=row.source,
        user_id=row.user_id,
        says=Says.NOT_SO,
        version=Version(row.instant, row.seq, event_id, row.digest),
        happened_at=row.happened_at,
        body=row.body,
        delivery=row.delivery_id,
        confirmed=True,
    )
