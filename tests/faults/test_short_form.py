"""The short form of `make faults`: the cases that try most for their time, once each."""

from collections.abc import Iterator

import pytest

from tests.faults.cases import Case, cases
from tests.faults.ground import Ground
from tests.faults.outcome import Row, table

SHORT = [one for one in cases() if one.short]
SEED = 1


@pytest.fixture(scope="module")
def rows(shared: Ground) -> Iterator[list[Row]]:
    """The table; -s shows it."""
    made: list[Row] = []
    yield made
    print(f"\n{table(made)}")


@pytest.mark.slow
@pytest.mark.parametrize("one", SHORT, ids=lambda one: one.name)
def test_every_invariant_holds_when(one: Case, shared: Ground, rows: list[Row]) -> None:
    outcome = one.run(shared.trial(SEED))
    rows.append(Row(one.name, [outcome]))
    assert not outcome.broken, table(rows) + "\n" + "\n".join(outcome.broken)
    assert outcome.acknowledged > 0
    assert (outcome.lost, outcome.doubled) == (0, 0)
