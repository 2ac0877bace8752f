"""What Moodle withdrew of years that are over: pairs of fact and word, and what a yes means."""

from datetime import UTC, datetime, timedelta
from typing import Any

from connector.domain.evidence import Kind, Says, Statement, Version, agreed, merge, standing

MAY_2024 = datetime(2024, 5, 5, 9, tzinfo=UTC)
MAY_2025 = datetime(2025, 5, 5, 9, tzinfo=UTC)
IN_2026 = datetime(2026, 2, 2, 9, tzinfo=UTC)


def said(says: Says, at: datetime, happened_at: datetime | None, seq: int = 1) -> Statement:
    body: dict[str, Any] = {"course": {"id": "5", "idnumber": None, "name": "Курс"}}
    version = Version(at, seq, f"e{seq}", "0" * 64)
    return Statement(
        Kind.COMPLETION, "completion:lms:5:100", "lms", "100", says, version, happened_at, body
    )


def standing_of(*statements: Statement) -> Any:
    return standing(merge({}, statements, UTC).values(), UTC)


def test_a_fact_of_a_year_that_is_over_stands_beside_the_word_against_it() -> None:
    fact = said(Says.SO, MAY_2025, MAY_2025)
    first = said(Says.NOT_SO, IN_2026, MAY_2025, 2)
    again = said(Says.NOT_SO, IN_2026 + timedelta(days=1), MAY_2025, 3)
    (one,) = standing_of(fact, first, again).withdrawn
    assert one.fact.happened_at == MAY_2025
    assert one.by == again
    assert one.fact_version == fact.version.key()


def test_a_retraction_of_the_same_year_asks_nobody() -> None:
    fact = said(Says.SO, IN_2026, IN_2026)
    gone = said(Says.NOT_SO, IN_2026 + timedelta(days=9), IN_2026, 2)
    found = standing_of(fact, gone)
    assert (found.evidence, found.withdrawn) == ((), ())


def test_a_yes_about_one_year_leaves_the_other_years() -> None:
    """A reading that found no completion denies all of them at once."""
    facts = [said(Says.SO, at, at) for at in (MAY_2024, MAY_2025)]
    nothing = said(Says.ONLY, IN_2026, None, 9)
    found = standing_of(*facts, nothing)
    assert [w.fact.happened_at for w in found.withdrawn] == [MAY_2024, MAY_2025]

    after = standing_of(*facts, nothing, agreed(found.withdrawn[1]))
    assert [e.happened_at for e in after.evidence] == [MAY_2024]
    assert [w.fact.happened_at for w in after.withdrawn] == [MAY_2024]


def test_what_moodle_says_anew_after_a_yes_stands() -> None:
    fact = said(Says.SO, MAY_2025, MAY_2025)
    gone = said(Says.NOT_SO, IN_2026, MAY_2025, 2)
    yes = agreed(standing_of(fact, gone).withdrawn[0])
    late = said(Says.SO, MAY_2025 + timedelta(days=1), MAY_2025, 3)
    assert standing_of(fact, gone, yes, late).evidence == ()
    anew = said(Says.SO, IN_2026 + timedelta(days=5), MAY_2025, 4)
    assert len(standing_of(fact, gone, yes, anew).evidence) == 1
