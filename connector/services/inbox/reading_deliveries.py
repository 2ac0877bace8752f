"""A stored delivery, understood: whose account it is and what it says, whatever its dialect."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.dialects import POINTER_READERS, native, reconciled
from connector.dialects.envelope import Unreadable
from connector.domain.evidence import LAST_SEQ, Kind, Says, Statement, Version
from connector.domain.signals import About, Dialect, NativeType
from connector.models import Delivery, Reading
from connector.models.among import among
from connector.moodle import answers as moodle
from connector.moodle.errors import MoodleRefused
from connector.moodle.interpretation import Interpretation
from connector.moodle.reading import interpret
from connector.services.sources.identity import Seen

RECONCILE = "reconcile"
"""Origin of deliveries that no sender sent."""


class NeverLooked(Exception):
    """A pointer is to be folded, and Moodle was never asked about it."""

    reason = "readings_missing"


NOT_UNDERSTOOD = (Unreadable, MoodleRefused, moodle.Missing, NeverLooked)
"""What is wrong with the delivery itself; trying again would not help."""


@dataclass(frozen=True, slots=True)
class Understood:
    """One delivery. says: its statements, for a municipality's time zone (years are local).

    look_again: nothing in Moodle's answer shows whether it was given before its commit.
    """

    delivery: int
    source: str
    user_id: str | None
    seen: Seen | None
    says: Callable[[tzinfo], tuple[Statement, ...]]
    nothing: str | None = None
    warnings: tuple[str, ...] = ()
    is_ping: bool = False
    look_again: bool = False


@dataclass(frozen=True, slots=True)
class StoredDelivery:
    """What is needed of a delivery's rows to understand it.

    looks: the readings of each look at Moodle, the latest last. attempts: tries that failed.
    is_own: no sender told of it, the connector found it by itself.
    """

    id: int
    source: str
    dialect: Dialect
    body: bytes
    looks: tuple[tuple[moodle.Reading, ...], ...] = field(default=(), repr=False)
    attempts: int = 0
    is_own: bool = False


def load(
    session: Session, dialects: Mapping[str, Dialect], ids: Sequence[int]
) -> list[StoredDelivery]:
    """Deliveries with their readings, in order of id."""
    rows = session.execute(
        select(Delivery.id, Delivery.source, Delivery.origin, Delivery.body, Delivery.attempts)
        .where(among(session, Delivery.id, ids))
        .order_by(Delivery.id)
    ).all()
    pointers = [
        id_
        for id_, source, origin, *_ in rows
        if origin == RECONCILE or dialects[source] is not Dialect.NATIVE
    ]
    readings = _readings(session, pointers) if pointers else {}
    return [
        StoredDelivery(
            id_,
            source,
            dialects[source],
            body or b"",
            tuple(tuple(look) for _, look in sorted(readings.get(id_, {}).items())),
            attempts,
            origin == RECONCILE,
        )
        for id_, source, origin, body, attempts in rows
    ]


def _readings(
    session: Session, deliveries: Sequence[int]
) -> dict[int, dict[int, list[moodle.Reading]]]:
    """By delivery and look; what our own sender tells is not looked up."""
    found: dict[int, dict[int, list[moodle.Reading]]] = {}
    for row in session.scalars(
        select(Reading)
        .where(Reading.delivery_id.in_(deliveries))
        .order_by(Reading.delivery_id, Reading.try_no, Reading.position)
    ):
        found.setdefault(row.delivery_id, {}).setdefault(row.try_no, []).append(reading_of(row))
    return found


def reading_rows(
    delivery: int, try_no: int, readings: Iterable[moodle.Reading]
) -> Iterator[dict[str, Any]]:
    """The columns of one look's readings, in the order in which they were asked."""
    for position, reading in enumerate(readings):
        body = json.dumps(reading.body, ensure_ascii=False, separators=(",", ":"))
        yield {
            "delivery_id": delivery,
            "try_no": try_no,
            "position": position,
            "function": str(reading.function),
            "params": dict(reading.params),
            "status": reading.status,
            "body": body.encode("utf-8", "replace"),
            "read_at": reading.read_at,
        }


def reading_of(row: Reading) -> moodle.Reading:
    body = json.loads(row.body)
    if row.status == "error":
        return moodle.Reading(row.function, row.params, "error", body, row.read_at)
    return moodle.Reading(row.function, row.params, "answer", body, row.read_at)


def understand(stored: StoredDelivery) -> Understood:
    """Pure. Raises one of NOT_UNDERSTOOD."""
    if stored.dialect is Dialect.NATIVE and not stored.is_own:
        return _native(stored)
    return _pointer(stored)


def _native(stored: StoredDelivery) -> Understood:
    event = native.read(stored.body)
    seen = None
    if event.user is not None:
        deleted = event.type is NativeType.USER_DELETED
        seen = Seen(
            stored.source,
            event.user.id,
            event.user.idnumber,
            event.user.email,
            deleted,
            event.version.key(),
        )

    def says(zone: tzinfo) -> tuple[Statement, ...]:
        return native.statements(event, stored.source, zone, stored.id)

    return Understood(
        stored.id,
        stored.source,
        event.user.id if event.user else None,
        seen,
        says,
        is_ping=event.type is NativeType.PING,
    )


def _pointer(stored: StoredDelivery) -> Understood:
    read = reconciled.read if stored.is_own else POINTER_READERS[stored.dialect]
    pointer = read(stored.body)
    if pointer is None:
        return Understood(stored.id, stored.source, None, None, lambda zone: (), "irrelevant")

    if not stored.looks:
        raise NeverLooked

    def reread(zone: tzinfo) -> list[Interpretation]:
        looks = [interpret(pointer, look, stored.source, zone, stored.id) for look in stored.looks]
        if looks[-1].not_yet is not None:
            # Resolve hands on what is not yet there at its last look only, and takes it as it is.
            last = stored.looks[-1]
            looks[-1] = interpret(pointer, last, stored.source, zone, stored.id, final=True)
        return looks

    first = reread(UTC)[-1]
    seen = None
    if first.account is not None:
        account = first.account
        read_at = max(reading.read_at for reading in stored.looks[-1])
        version = Version(read_at, LAST_SEQ, "", "").key()
        seen = Seen(
            stored.source,
            account.user_id,
            account.idnumber,
            account.email,
            account.deleted,
            version,
        )

    def says(zone: tzinfo) -> tuple[Statement, ...]:
        return tuple(statement for look in reread(zone) for statement in look.statements)

    user_id = first.account.user_id if first.account else pointer.user_id
    return Understood(
        stored.id,
        stored.source,
        user_id,
        seen,
        says,
        first.nothing,
        first.warnings,
        # The next pass looks again at what the connector found by itself.
        look_again=not stored.is_own
        and len(stored.looks) == 1
        and (first.look_again or pointer.about in (About.USER, About.GRADE)),
    )


def subject_matter(statement: Statement) -> tuple[str, tuple[str, ...], str | None] | None:
    """The quiz or course a fact is about: kind, its names (idnumber, number), its title.

    None for what a catalogue need not know: activities, retractions.
    """
    if statement.says is Says.NOT_SO:
        return None
    if statement.kind is Kind.ATTEMPT:
        quiz = statement.body["quiz"]
        return "quiz", _names(quiz["idnumber"], quiz["id"]), quiz["name"]
    if statement.kind is Kind.COMPLETION:
        course = statement.body["course"]
        return "course", _names(course["idnumber"], course["id"]), course["name"]
    return None


def _names(*names: str | None) -> tuple[str, ...]:
    return tuple(name for name in names if name)
