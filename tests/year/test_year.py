"""A year of a municipality against a plain model of what its people must be told, and when.

In small here; `make year` plays it with two thousand teachers.
"""

from datetime import date
from pathlib import Path

import pytest

from tests.year.plain_calendar import is_working
from tests.year.play import MODELLED, year_of

SIZE = 60
"""Most of the time goes into the days, not into the people."""


DEEDS = {
    *("acknowledged", "snoozed", "measure", "handed_over"),
    *("choice", "unsubscribed", "bounced"),
    *("moves", "leaves", "returns"),
}
REQUESTS = ("pause", "prolong", "not_relevant", "drop")


@pytest.mark.slow
def test_a_year_tells_everybody_what_the_plain_model_says(tmp_path: Path) -> None:
    with year_of(tmp_path / "year", SIZE, seed=2) as play:
        verdict = play.run()
    assert verdict.faults == []
    # A year in which nothing happened would agree as well.
    assert {*verdict.told} == {*MODELLED}
    assert {*verdict.deeds} >= DEEDS
    assert any(verdict.deeds[kind] for kind in REQUESTS)
    assert verdict.letters > 100


def test_the_models_own_calendar_is_the_governments() -> None:
    """247 working days in 2026 (производственный календарь), less 10 of the school holidays."""
    days = (
        date.fromordinal(n)
        for n in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal())
    )
    assert sum(map(is_working, days)) == 247 - 10
