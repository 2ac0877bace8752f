"""Evidence as versioned registers: the only thing that changes a teacher (domain 2).

Every input says one thing about one register at one instant: that a fact is so, that it is not so,
or (a REST reading of a course completion) which single completion of a calendar year is so.
Statements are kept per *slot* of a register, and a slot keeps only its greatest version.
Greatest-of is commutative, associative and idempotent, therefore the order, number and batching of
deliveries cannot matter; what finally stands is computed from the slots by `standing`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Any

LAST_SEQ = 2**63 - 1
"""Sequence number of a reading: it has none and comes last among equals (domain 2)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Kind(StrEnum):
    """What a piece of evidence proves."""

    ATTEMPT = "attempt"
    COMPLETION = "completion"
    ACTIVITY = "activity"
    RATING = "rating"
    HANDMADE = "handmade"


class Says(StrEnum):
    """What a statement says of its register."""

    SO = "so"
    NOT_SO = "not_so"
    ONLY = "only"


@dataclass(frozen=True, slots=True)
class Version:
    """Orders the statements about one register (domain 2): instant, seq, event id, digest."""

    instant: datetime
    seq: int
    event_id: str
    digest: str

    def key(self) -> bytes:
        """Bytes that sort as the version does, in Python and in both databases."""
        micros = (self.instant - _EPOCH) // _MICROSECOND + 2**62
        event = self.event_id.replace("\x00", "").encode("utf-8", "replace")
        return (
            micros.to_bytes(8, "big")
            + max(self.seq, 0).to_bytes(8, "big")
            + event
            + b"\x00"
            + self.digest.encode("ascii")
        )


_MICROSECOND = datetime(1, 1, 1, 0, 0, 0, 1) - datetime(1, 1, 1)


def digest_of(body: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of `body` as sorted-key JSON (domain 2)."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Statement:
    """One input's word about one register.

    source, user_id: whose account it is about: source code and Moodle's user number (text).
    happened_at: when the fact happened as Moodle stores it (UTC); None for the deletion of an
    attempt
        and for a reading that found no completion.
    body: JSON values only; decimals and instants as text (see `connector.domain.facts`).
    delivery: id of the delivery the statement came from, for "why is she counted?".
    confirmed: a methodist agreed that this retraction may reach back into an earlier year. To say
        yes is to merge it once more, confirmed and about the one fact (`agreed`); both stay.
    """

    kind: Kind
    register: str
    source: str
    user_id: str
    says: Says
    version: Version
    happened_at: datetime | None
    body: Mapping[str, Any]
    delivery: int | None = None
    confirmed: bool = False

    def slot(self, zone: tzinfo) -> str:
        """The part of the register this statement competes in; `zone` tells calendar years.

        Retractions compete per year in which they were made, because one of another year waits for
        a methodist and must not push out one that already holds. For the same reason a confirmed
        one has a slot of its own, and a reading competes only with those that found the same
        completion: what it denies of an earlier year stands until somebody says yes.
        """
        stamp = "" if self.happened_at is None else self.happened_at.astimezone(UTC).isoformat()
        which = f":{stamp}" if self.kind is Kind.COMPLETION else ""
        if self.says is Says.SO:
            return f"so{which}"
        name = "not" if self.says is Says.NOT_SO else "only"
        made_in = self.version.instant.astimezone(zone).year
        return f"{name}{which}:{made_in}{':yes' if self.confirmed else ''}"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact that stands: what profiles, routes and indicators are folded from.

    key: the natural key, as shown to people and over the API.
    """

    kind: Kind
    key: str
    source: str
    user_id: str
    happened_at: datetime
    body: Mapping[str, Any]
    delivery: int | None = None


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A fact of an earlier year that stands although Moodle withdrew it.

    by: the latest word against it. fact_version: of the fact's own latest word.
    """

    fact: Evidence
    by: Statement
    fact_version: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """The outcome of a register's slots: what stands, and which retractions wait for a yes."""

    evidence: tuple[Evidence, ...]
    waiting: tuple[Statement, ...]
    withdrawn: tuple[Withdrawn, ...] = ()


def merge(
    slots: Mapping[str, Statement], news: Iterable[Statement], zone: tzinfo
) -> dict[str, Statement]:
    """The slots of one register after `news`; the greatest version of each slot stays."""
    merged = dict(slots)
    for statement in news:
        name = statement.slot(zone)
        held = merged.get(name)
        if held is None or _supersedes(statement, held):
            merged[name] = statement
    return merged


def _supersedes(statement: Statement, held: Statement) -> bool:
    ours, theirs = statement.version.key(), held.version.key()
    return ours > theirs if ours != theirs else _rank(statement) > _rank(held)


def _rank(statement: Statement) -> tuple[str, str, str, int]:
    """Orders statements of one version and slot.

    Moodle's clock tells seconds, so two deliveries can lead to the same reading; which of them
    proves it must not depend on which was merged first. The earlier delivery does.
    """
    happened_at = "" if statement.happened_at is None else statement.happened_at.isoformat()
    delivery = -LAST_SEQ if statement.delivery is None else -statement.delivery
    return happened_at, statement.user_id, digest_of(statement.body), delivery


def standing(slots: Iterable[Statement], zone: tzinfo) -> Standing:
    """What stands of one register.

    A retraction reaches by itself only evidence of the calendar year in which it was made; for an
    earlier year it waits until `confirmed` (domain 2). Only a retraction whose yes would change
    something is said to wait.
    """
    ordered = sorted(((s.version.key(), s.slot(zone), s) for s in slots), key=lambda one: one[:2])
    facts: dict[str, tuple[bytes, Statement]] = {}
    for version, _, statement in ordered:
        if statement.says is Says.NOT_SO or statement.happened_at is None:
            continue
        facts[_fact_key(statement)] = (version, statement)
    evidence: list[Evidence] = []
    waiting: dict[tuple[bytes, str], Statement] = {}
    withdrawn: list[Withdrawn] = []
    for key, (version, fact) in sorted(facts.items()):
        assert fact.happened_at is not None
        later = {
            (other_version, slot): other
            for other_version, slot, other in ordered
            if other_version > version and _denies(other, fact, zone)
        }
        if any(_reaches(other, fact, zone) for other in later.values()):
            continue
        waiting.update(later)
        stands = Evidence(
            fact.kind,
            key,
            fact.source,
            fact.user_id,
            fact.happened_at,
            fact.body,
            fact.delivery,
        )
        evidence.append(stands)
        if later:
            withdrawn.append(Withdrawn(stands, later[max(later)], version))
    words = tuple(waiting[key] for key in sorted(waiting))
    return Standing(tuple(evidence), words, tuple(withdrawn))


def agreed(withdrawn: Withdrawn) -> Statement:
    """What is merged when a person agrees that the fact was never so.

    About this fact alone: a reading that found no completion at all denies those of every year,
    and each of them is decided about by itself.
    """
    return replace(
        withdrawn.by,
        says=Says.NOT_SO,
        user_id=withdrawn.fact.user_id,
        happened_at=withdrawn.fact.happened_at,
        confirmed=True,
    )


def _reaches(retraction: Statement, fact: Statement, zone: tzinfo) -> bool:
    assert fact.happened_at is not None
    return retraction.confirmed or _same_year(retraction.version.instant, fact.happened_at, zone)


def _fact_key(statement: Statement) -> str:
    if statement.kind is not Kind.COMPLETION:
        return statement.register
    assert statement.happened_at is not None
    return f"{statement.register}:{statement.happened_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _denies(other: Statement, fact: Statement, zone: tzinfo) -> bool:
    assert fact.happened_at is not None
    if other.says is Says.SO:
        return False
    if other.says is Says.ONLY:
        if other.happened_at is None:
            return True
        return other.happened_at != fact.happened_at and _same_year(
            other.happened_at, fact.happened_at, zone
        )
    return fact.kind is not Kind.COMPLETION or other.happened_at == fact.happened_at


def _same_year(one: datetime, other: datetime, zone: tzinfo) -> bool:
    return one.astimezone(zone).year == other.astimezone(zone).year
