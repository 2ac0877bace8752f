"""Which statement wins: versions and their order (domain 2)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.evidence import LAST_SEQ, Says, Version, digest_of, merge, standing
from tests.unit.domain.builders import MOSCOW, said, utc

AT = utc(2026, 3, 1)
LATER = AT + timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (Version(AT, 9, "z", "f"), Version(LATER, 1, "a", "0")),
        (Version(AT, 1, "z", "f"), Version(AT, 2, "a", "0")),
        (Version(AT, 1, "a", "f"), Version(AT, 1, "b", "0")),
        (Version(AT, 1, "a", "0"), Version(AT, 1, "a", "1")),
        (Version(AT, 2**40, "z", "f"), Version(AT, LAST_SEQ, "", "0")),
        # Bytes, not letters: an upper case Z comes before a, and a prefix before its continuation.
        (Version(AT, 1, "Z", "f"), Version(AT, 1, "a", "0")),
        (Version(AT, 1, "a", "f"), Version(AT, 1, "ab", "0")),
        (Version(AT, 1, "z", "f"), Version(AT, 1, "я", "0")),
        (
            Version(datetime(1969, 12, 31, tzinfo=UTC), 9, "z", "f"),
            Version(datetime(1970, 1, 1, tzinfo=UTC), 1, "a", "0"),
        ),
    ],
)
def test_instant_seq_event_and_digest_decide_in_this_order(
    earlier: Version, later: Version
) -> None:
    assert earlier.key() < later.key()


versions = st.builds(
    Version,
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda d: d.replace(tzinfo=UTC)),
    st.integers(0, LAST_SEQ),
    st.text(st.characters(blacklist_characters="\x00", blacklist_categories=["Cs"]), max_size=4),
    st.sampled_from(("0" * 64, "a" * 64, "f" * 64)),
)


@given(st.lists(versions, min_size=2, max_size=8))
def test_the_bytes_sort_as_the_four_parts_do(some: list[Version]) -> None:
    by_parts = sorted(some, key=lambda v: (v.instant, v.seq, v.event_id.encode(), v.digest))
    assert all(a.key() <= b.key() for a, b in pairwise(by_parts))
    assert all((a.key() == b.key()) == (a == b) for a, b in pairwise(by_parts))


def test_the_same_instant_in_another_zone_is_the_same_version() -> None:
    assert Version(AT, 1, "e", "d").key() == Version(AT.astimezone(MOSCOW), 1, "e", "d").key()


def test_a_digest_does_not_depend_on_the_order_of_keys() -> None:
    one, other = digest_of({"а": 1, "b": [2]}), digest_of({"b": [2], "а": 1})
    assert one == other
    assert len(one) == 64
    assert digest_of({"b": [2], "а": 2}) != one


def test_a_lone_surrogate_has_a_digest_and_a_version() -> None:
    assert digest_of({"a": "\ud800"}) != digest_of({"a": "\ud801"})
    assert Version(AT, 1, "\ud800", "d").key()


def test_a_later_version_replaces_the_earlier_one() -> None:
    first = said(Says.SO, AT, happened_at=AT, body={"grade": "4"})
    regrade = said(Says.SO, LATER, happened_at=AT, body={"grade": "9"})
    for order in ((first, regrade), (regrade, first)):
        slots = merge({}, order, MOSCOW)
        assert [e.body for e in standing(slots.values(), MOSCOW).evidence] == [{"grade": "9"}]


def test_a_reading_beats_an_event_of_the_same_instant() -> None:
    event = said(Says.SO, AT, happened_at=AT, body={"n": 1}, seq=10**9, event_id="zzz")
    read = said(Says.SO, AT, happened_at=AT, body={"n": 2}, seq=LAST_SEQ, event_id="")
    slots = merge({}, (read, event), MOSCOW)
    assert [e.body for e in standing(slots.values(), MOSCOW).evidence] == [{"n": 2}]


def test_of_one_reading_for_two_deliveries_the_earlier_delivery_is_the_proof() -> None:
    one, two = (
        said(Says.SO, AT, happened_at=AT, seq=LAST_SEQ, event_id="", delivery=n) for n in (4, 11)
    )
    nobody = said(Says.SO, AT, happened_at=AT, seq=LAST_SEQ, event_id="")
    for order in ((one, two, nobody), (nobody, two, one), (two, one)):
        (evidence,) = standing(merge({}, order, MOSCOW).values(), MOSCOW).evidence
        assert evidence.delivery == 4
