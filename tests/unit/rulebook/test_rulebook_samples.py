"""samples.yaml: values with which a plugin's letters are shown; every fault at its line."""

import pytest

from tests.unit.rulebook.test_rulebook_loader import load, refusals

SAMPLES = """
samples:
  - kind: plan_late
    tell: [head]
    when: если плана нет
    items:
      - {association: ММО, due_on: 2026-09-15, steps: [{due: 2026-10-01}]}
"""


def test_values_are_what_notices_bear() -> None:
    (one,) = load(samples=SAMPLES).samples
    assert (one.kind, one.roles, one.when) == ("plan_late", ("head",), "если плана нет")
    (item,) = one.items
    # Params are JSON, so a date has become its text.
    assert item == {
        "association": "ММО", "due_on": "2026-09-15", "steps": [{"due": "2026-10-01"}],
    }  # fmt: skip


def test_nothing_is_judged_by_them() -> None:
    assert load(samples=SAMPLES).digest == load().digest


@pytest.mark.parametrize(
    ("wrong", "right", "line", "word"),
    [
        ("kind: plan_late", "kind: step_done", 3, "самого коннектора"),
        ("tell: [head]", "tell: [boss]", 4, "head"),
        ("when: если плана нет", "wenn: если плана нет", 5, "when"),
        ("items:\n      - {association: ММО, due_on: 2026-09-15, steps: [{due: 2026-10-01}]}",
         "items: [text]", 6, "список значений"),
    ],
)  # fmt: skip
def test_every_fault_is_told_with_its_line(wrong: str, right: str, line: int, word: str) -> None:
    told = refusals(samples=SAMPLES.replace(wrong, right))
    assert any(f"samples.yaml:{line}" in one and word in one for one in told), told


def test_a_kind_stands_once() -> None:
    told = refusals(samples=SAMPLES + SAMPLES.split("samples:\n")[1])
    assert any("повторён" in one for one in told)
