"""The table of kinds says what notices say: who gets them, and whether at once."""

from collections.abc import Iterable
from datetime import date, timedelta

from hypothesis import given

from connector.domain.cases import StaffCase
from connector.domain.letter_kinds import KINDS, URGENT
from connector.domain.notices import owed_for
from connector.domain.owed import Owed
from connector.domain.stall_answers import AnswerKind
from tests.unit.domain.random_cases import LAST, staff_cases
from tests.unit.test_notices_owed import FULL
from tests.unit.test_notices_stalls import CIRCLE, HEADS_ON, STALLED_ON, answer, case, measure

DAYS = [STALLED_ON + timedelta(days=n) for n in range(60)]


def untrue(owed: Iterable[Owed]) -> list[Owed]:
    return [
        one
        for one in owed
        if one.role not in KINDS[one.kind] or one.urgent != ((one.kind, one.role) in URGENT)
    ]


@given(staff_cases())
def test_whatever_is_owed_is_in_the_table(case: StaffCase) -> None:
    assert untrue(owed_for(case, FULL, LAST)) == []


def test_so_is_whatever_a_stall_owes() -> None:
    answered = [
        case(measure(STALLED_ON, HEADS_ON)),
        case(answer(AnswerKind.HANDED_OVER, HEADS_ON, to="other", to_name="Другой")),
        case(done=DAYS[40]),
    ]
    owed = {one for held in answered for day in DAYS for one in _owed(held, day)}
    assert {kind for kind, _, _ in owed} >= {
        "route_stalled", "stall_reminder", "stall_handed", "stall_check", "stall_over",
    }  # fmt: skip
    wrong = {(k, r, u) for k, r, u in owed if r not in KINDS[k] or u != ((k, r) in URGENT)}
    assert wrong == set()


def _owed(held: StaffCase, day: date) -> list[tuple[str, str, bool]]:
    return [(one.kind, one.role, one.urgent) for one in owed_for(held, CIRCLE, day)]
