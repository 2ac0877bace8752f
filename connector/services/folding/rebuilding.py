"""Evidence rebuilt from deliveries and readings alone, to prove that what is stored follows."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from connector.domain.evidence import Statement, merge
from connector.domain.signals import Dialect
from connector.models import Account, Delivery, EvidenceSlot, Source, Subject
from connector.models.among import among
from connector.rulebook import Rulebook
from connector.services.cases.known import UNWANTED
from connector.services.folding.evidence import statement_of
from connector.services.folding.recounting import Difference
from connector.services.folding.withdrawals import agreed_statements
from connector.services.inbox.reading_deliveries import load, understand
from connector.services.sources.identity import HELD

CHUNK = 500


class Rebuild:
    """Reads only. municipality: whose people's evidence is rebuilt."""

    def __init__(self, session: Session, rulebook: Rulebook, municipality: str) -> None:
        self._session = session
        self._zone = rulebook.rules(municipality).zone
        self._municipality = municipality

    def differences(self) -> list[Difference]:
        """Slots that a rebuild from the inbox would write otherwise.

        Deliveries whose bodies retention has deleted, or that are being worked through again, do
        not speak; their evidence is left as it is. Nor is a register told of here that has gone to
        an account of another municipality, with a word at least as late.
        """
        built = self._built()
        stored = {(s.register, s.slot): statement_of(s) for s in self._slots()}
        found = []
        for key in sorted(built.keys() | stored.keys()):
            kept, anew = stored.get(key), built.get(key)
            if kept is None or anew is None or not _same(kept, anew):
                found.append(Difference("evidence", "/".join(key), kept, anew))
        silent = self._silent({one.kept.delivery for one in found if one.kept is not None})
        gone = self._held_elsewhere([one.counted for one in found if one.kept is None])
        return [
            one
            for one in found
            if (one.counted not in gone if one.kept is None else one.kept.delivery not in silent)
        ]

    def _built(self) -> dict[tuple[str, str], Statement]:
        registers: dict[str, dict[str, Statement]] = {}
        for statement in self._statements():
            held = registers.get(statement.register, {})
            registers[statement.register] = merge(held, (statement,), self._zone)
        for statement in agreed_statements(self._session, list(registers)):
            held = registers[statement.register]
            registers[statement.register] = merge(held, (statement,), self._zone)
        return {
            (register, name): statement
            for register, slots in registers.items()
            for name, statement in slots.items()
        }

    def _statements(self) -> Iterator[Statement]:
        dialects = {
            code: Dialect(dialect)
            for code, dialect in self._session.execute(select(Source.code, Source.dialect))
        }
        ids = self._session.scalars(
            select(Delivery.id)
            .join(Subject, Subject.id == Delivery.subject_id)
            .where(
                Subject.municipality == self._municipality,
                Delivery.state == "done",
                ~_is_unwanted(),
                Delivery.body.is_not(None),
            )
            .order_by(Delivery.id)
        ).all()
        for at in range(0, len(ids), CHUNK):
            for stored in load(self._session, dialects, ids[at : at + CHUNK]):
                if stored.dialect is Dialect.NATIVE or stored.looks:
                    yield from understand(stored).says(self._zone)

    def _slots(self) -> Sequence[EvidenceSlot]:
        return self._session.scalars(
            select(EvidenceSlot)
            .join(
                Account,
                (Account.source == EvidenceSlot.source) & (Account.user_id == EvidenceSlot.user_id),
            )
            .join(Subject, Subject.id == Account.subject_id)
            .where(Subject.municipality == self._municipality, Account.match.in_(HELD))
        ).all()

    def _held_elsewhere(self, missing: Sequence[Statement]) -> list[Statement]:
        """Statements whose slot somebody of another municipality holds by now: two accounts of one
        site claim the same attempt, and the later word has it."""
        if not missing:
            return []
        wanted = among(self._session, EvidenceSlot.register, {s.register for s in missing})
        rows = self._session.execute(
            select(EvidenceSlot.register, EvidenceSlot.slot, EvidenceSlot.version).where(wanted)
        )
        held = {(register, slot): version for register, slot, version in rows}
        return [
            one
            for one in missing
            if held.get((one.register, one.slot(self._zone)), b"") >= one.version.key()
        ]

    def _silent(self, deliveries: Iterable[int | None]) -> set[int]:
        """Those without a body, such as are being worked through again, and those of others."""
        ids = sorted(one for one in deliveries if one is not None)
        silent: set[int] = set()
        for at in range(0, len(ids), CHUNK):
            silent.update(
                self._session.scalars(
                    select(Delivery.id)
                    .outerjoin(Subject, Subject.id == Delivery.subject_id)
                    .where(
                        Delivery.id.in_(ids[at : at + CHUNK]),
                        or_(
                            Delivery.body.is_(None),
                            Delivery.state != "done",
                            _is_unwanted(),
                            Subject.municipality.is_distinct_from(self._municipality),
                        ),
                    )
                )
            )
        return silent


def _is_unwanted() -> ColumnElement[bool]:
    """Passed over because somebody said that its course or quiz is not for us."""
    return func.coalesce(Delivery.reason, "").in_(UNWANTED)


def _same(kept: Statement, anew: Statement) -> bool:
    return kept.version.key() == anew.version.key() and dict(kept.body) == dict(anew.body)
