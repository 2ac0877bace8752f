"""An account that goes to a municipality with another time zone: around New Year years differ."""

from datetime import UTC, datetime
from pathlib import Path

from connector.services.sources.matching import MatchingService
from tests.integration.spine.native_stream import _text, arrivals, event, user_of
from tests.integration.spine.spine_town import SOURCE, catalogue, people, spine
from tests.integration.spine.state_of import assert_proven, state_of

BOTH = ("korolev", "khankaysky")
COMPLETED = datetime(2025, 11, 5, 9, tzinfo=UTC)
WITHDRAWN = datetime(2025, 12, 31, 15, tzinfo=UTC)
"""Still 2025 in Moscow, and 2026 already in Vladivostok."""


def test_evidence_is_the_same_as_if_it_had_always_been_theirs(tmp_path: Path) -> None:
    told = [
        event("user.updated", "K1", COMPLETED),
        event("course.completed", "K1", COMPLETED, completed_at=_text(COMPLETED)),
        event("course.completion_retracted", "K1", WITHDRAWN, completed_at=_text(COMPLETED)),
    ]
    stream = arrivals([{"id": f"e{n}", "seq": n, **one} for n, one in enumerate(told, 1)])
    key = (SOURCE, user_of("K1")["id"])
    found = []
    for ways in (("khankaysky", "korolev", "khankaysky"), ("khankaysky",)):
        with spine(tmp_path / str(len(ways)), municipalities=BOTH) as town:
            for municipality in BOTH:
                town.import_sheets(
                    municipality, {**people(municipality), **catalogue(municipality)}
                )
            town.post(stream[:1] if len(ways) == 1 else stream)
            town.drain()
            for municipality in ways:
                with town.container.db.writing() as session:
                    service = MatchingService(session, town.container.rulebook)
                    number = "Z1" if municipality == "khankaysky" else "K1"
                    service.give(key, municipality, number, town.clock.now())
                town.drain()
                assert_proven(town, BOTH)
            town.post(stream)
            town.drain()
            assert_proven(town, BOTH)
            found.append(state_of(town))
    assert found[0] == found[1]
    # In Vladivostok the withdrawal is one of the next year, and waits for somebody's yes.
    (person,) = [row for row in found[0]["evidence"] if "not:" in row]
    assert ":2026" in person
