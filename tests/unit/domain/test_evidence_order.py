"""The same statements in any order, number and batches: the same evidence (domain 2)."""

import json
from dataclasses import asdict, replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.evidence import LAST_SEQ, Kind, Says, Statement, merge, standing
from connector.domain.facts import completion_register
from tests.unit.domain.builders import MOSCOW, said, utc

INSTANTS = [utc(2025, 12, 31, 20, 59), utc(2025, 12, 31, 21), utc(2026, 5, 1), utc(2027, 2, 1)]
HAPPENED = [utc(2025, 6, 1), utc(2025, 12, 31, 21), utc(2026, 4, 1), utc(2026, 5, 1)]


@st.composite
def statements(draw: st.DrawFn, kind: Kind) -> Statement:
    """Few instants, times and bodies, so that versions collide in every way they can."""
    choices = [Says.SO, Says.NOT_SO, *([Says.ONLY] if kind is Kind.COMPLETION else [])]
    says = draw(st.sampled_from(choices))
    happened_at = draw(st.sampled_from([None, *HAPPENED]))
    confirmed = says is not Says.SO and draw(st.booleans())
    return said(
        says,
        draw(st.sampled_from(INSTANTS)) + timedelta(seconds=draw(st.integers(0, 1))),
        kind=kind,
        register="attempt:moodle:1" if kind is Kind.ATTEMPT else completion_register("m", "3", "5"),
        happened_at=happened_at,
        body={"n": draw(st.integers(0, 2))},
        seq=draw(st.sampled_from([1, 2, LAST_SEQ])),
        event_id=draw(st.sampled_from(["", "e", "f"])),
        delivery=draw(st.sampled_from([None, 1, 2])),
        confirmed=confirmed,
    )


several = st.sampled_from([Kind.ATTEMPT, Kind.COMPLETION]).flatmap(
    lambda kind: st.lists(statements(kind), min_size=1, max_size=9)
)


def written(slots: dict[str, Statement]) -> bytes:
    """Slots and what stands of them, as bytes."""
    stored = {name: asdict(statement) for name, statement in slots.items()}
    outcome = asdict(standing(slots.values(), MOSCOW))
    return json.dumps([stored, outcome], sort_keys=True, default=str).encode()


def all_at_once(some: list[Statement]) -> dict[str, Statement]:
    return merge({}, some, MOSCOW)


@given(several, st.data())
def test_order_repetition_and_batches_do_not_matter(
    some: list[Statement], data: st.DataObject
) -> None:
    repeated = some + data.draw(st.lists(st.sampled_from(some), max_size=4))
    shuffled = data.draw(st.permutations(repeated))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=3)))
    slots: dict[str, Statement] = {}
    for first, last in zip([0, *cuts], [*cuts, len(shuffled)], strict=True):
        slots = merge(slots, shuffled[first:last], MOSCOW)
    assert written(slots) == written(all_at_once(some))


@given(several, several)
def test_what_two_workers_merged_apart_can_be_merged(
    one: list[Statement], other: list[Statement]
) -> None:
    apart = merge(all_at_once(one), all_at_once(other).values(), MOSCOW)
    assert written(apart) == written(all_at_once([*one, *other]))
    assert written(merge(apart, apart.values(), MOSCOW)) == written(apart)


@given(several)
def test_what_stands_does_not_depend_on_the_order_of_slots(some: list[Statement]) -> None:
    slots = list(all_at_once(some).values())
    assert standing(slots, MOSCOW) == standing(reversed(slots), MOSCOW)


@given(several)
def test_slots_lose_nothing_that_decides(some: list[Statement]) -> None:
    """Judged from every statement ever made, by the words of domain 2 alone."""
    kept = standing(all_at_once(some).values(), MOSCOW)
    keys = {(e.happened_at if e.kind is Kind.COMPLETION else None) for e in kept.evidence}
    assert keys == standing_by_the_book(some)


def standing_by_the_book(some: list[Statement]) -> set[object]:
    asserted: dict[object, Statement] = {}
    for one in some:
        if one.says is Says.NOT_SO or (one.says is Says.ONLY and one.happened_at is None):
            continue
        key = one.happened_at if one.kind is Kind.COMPLETION else None
        held = asserted.get(key)
        if held is None or (one.version.key(), order_of(one)) > (
            held.version.key(),
            order_of(held),
        ):
            asserted[key] = one
    return {
        key
        for key, fact in asserted.items()
        if fact.happened_at is not None and not any(retracts(one, fact) for one in some)
    }


def order_of(one: Statement) -> str:
    return "" if one.happened_at is None else one.happened_at.isoformat()


def retracts(one: Statement, fact: Statement) -> bool:
    assert fact.happened_at is not None
    if one.version.key() <= fact.version.key() or one.says is Says.SO:
        return False
    year = fact.happened_at.astimezone(MOSCOW).year
    if one.says is Says.ONLY and one.happened_at is not None:
        another = one.happened_at != fact.happened_at
        meant = another and one.happened_at.astimezone(MOSCOW).year == year
    elif one.says is Says.ONLY:
        meant = True
    else:
        meant = fact.kind is not Kind.COMPLETION or one.happened_at == fact.happened_at
    return meant and (one.confirmed or one.version.instant.astimezone(MOSCOW).year == year)


def test_saying_yes_twice_is_saying_it_once() -> None:
    fact = said(Says.SO, INSTANTS[0], happened_at=HAPPENED[0])
    deletion = said(Says.NOT_SO, INSTANTS[3])
    yes = replace(deletion, confirmed=True)
    assert written(all_at_once([fact, deletion, yes])) == written(
        all_at_once([yes, fact, yes, deletion])
    )
