"""The short form of `make faults`: the cases that try most for their time, once each.

In two halves, each a file of tests, because a worker of pytest takes a file whole.
"""

import pytest

from tests.faults.cases import Case, cases
from tests.faults.ground import Ground
from tests.faults.outcome import Row, table

SHORT = [one for one in cases() if one.short]
HALVES = (SHORT[::2], SHORT[1::2])
SEED = 1


def half(number: int) -> pytest.MarkDecorator:
    """Has a test run with every case of that half, as `one`."""
    return pytest.mark.parametrize("one", HALVES[number], ids=lambda one: one.name)


def hold(one: Case, shared: Ground, rows: list[Row]) -> None:
    """Fails where an invariant does not hold. rows: get this one."""
    outcome = one.run(shared.trial(SEED))
    rows.append(Row(one.name, [outcome]))
    assert not outcome.broken, table(rows) + "\n" + "\n".join(outcome.broken)
    assert outcome.acknowledged > 0
    assert (outcome.lost, outcome.doubled) == (0, 0)
