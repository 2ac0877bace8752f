"""Whose letter goes next: urgent first, and no municipality starves behind another's thousands."""

from datetime import UTC, datetime, timedelta

from connector.services.notices.turns import Candidate, in_turn

NOON = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def letters(
    municipality: str, count: int, urgent: bool = False, at: datetime = NOON, after: int = 0
) -> list[Candidate[str]]:
    return [
        Candidate(f"{municipality}{n}", municipality, urgent, n, at)
        for n in range(after + 1, after + count + 1)
    ]


def test_three_letters_do_not_wait_for_five_thousand() -> None:
    late = letters("small", 3, at=NOON + timedelta(hours=1))
    order = in_turn([*letters("big", 5000), *late], {})
    assert {one.municipality for one in late} == {"small"}
    assert max(order.index(f"small{n}") for n in (1, 2, 3)) < 6


def test_a_letter_a_turn_is_shared_out_too() -> None:
    sent: dict[str, int] = {}
    left = {"big": 5000, "small": 3, "other": 2}
    for _ in range(9):
        due = [c for m, n in left.items() for c in letters(m, min(n, 1))]
        served = in_turn(due, sent)[0].rstrip("0123456789")
        sent[served] = sent.get(served, 0) + 1
        left[served] -= 1
    assert sent == {"big": 4, "small": 3, "other": 2}


def test_what_is_urgent_goes_before_everything_else() -> None:
    alerts = letters("small", 2, urgent=True, at=NOON + timedelta(hours=1))
    order = in_turn([*letters("big", 100), *alerts], {"small": 400})
    assert order[:2] == ["small1", "small2"]


def test_within_a_municipality_the_longest_due_goes_first() -> None:
    assert in_turn(letters("a", 4), {}) == ["a1", "a2", "a3", "a4"]
