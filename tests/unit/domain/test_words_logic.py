"""Conditions put together keep every day on which one of them can change."""

from datetime import date

import pytest

from connector.domain.because import Finding
from connector.domain.cases import Case, Moment
from connector.domain.indicators import Condition
from connector.domain.periods import Period, PeriodKind
from connector.domain.words.logic import all_of, any_of

PAST, LATER = date(2020, 5, 1), date(2026, 9, 1)
MOMENT = Moment(Period(PeriodKind.YEAR, 2026), date(2026, 6, 1))


def finds(holds: bool, changes_on: date) -> Condition:
    def condition(case: Case, moment: Moment) -> Finding:
        return Finding(holds, (), changes_on)

    return condition


@pytest.mark.parametrize("together", [all_of, any_of])
def test_a_day_that_is_past_does_not_hide_a_later_one(together: object) -> None:
    assert callable(together)
    condition = together(finds(True, LATER), finds(False, PAST))

    assert condition(None, MOMENT).changes_on == LATER
