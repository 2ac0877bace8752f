"""The first half of the short form."""

import pytest

from tests.faults.cases import Case
from tests.faults.ground import Ground
from tests.faults.outcome import Row
from tests.faults.short_form import half, hold


@pytest.mark.slow
@half(0)
def test_every_invariant_holds_when(one: Case, shared: Ground, rows: list[Row]) -> None:
    hold(one, shared, rows)
