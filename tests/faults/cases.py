"""The register of cases.

To add one, write a function that takes a Trial and returns an Outcome, in the module of its family
(tests/faults/cases_*.py, found by their names), and decorate it:

    @case("embedded: killed with -9", short=True)
    def killed(trial: Trial) -> Outcome: ...

Whoever wants a whole town of processes takes `@town_case(...)` of tests/faults/town_case.py, which
hands in a running Town under load and does all the checking afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from tests.faults.ground import Trial
from tests.faults.outcome import Outcome

Run = Callable[[Trial], Outcome]


@dataclass(frozen=True)
class Case:
    """short: part of the short form too, which `make test` runs."""

    name: str
    run: Run
    short: bool


_CASES: dict[str, Case] = {}


def case(name: str, *, short: bool = False) -> Callable[[Run], Run]:
    def add(run: Run) -> Run:
        assert name not in _CASES, name
        _CASES[name] = Case(name, run, short)
        return run

    return add


def cases() -> tuple[Case, ...]:
    """Every case there is, family by family."""
    for module in sorted(Path(__file__).parent.glob("cases_*.py")):
        import_module(f"tests.faults.{module.stem}")
    return tuple(_CASES.values())
