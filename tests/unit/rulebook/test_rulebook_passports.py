"""Shared building blocks are refined by `extends`, not repeated."""

from typing import Any

import pytest

from connector.rulebook import MunicipalityRules, RulesRefused, load_rules
from connector.rulebook.passports import shared_passports
from tests.unit.rulebook.memory_folder import folder

SHORT = """
indicators:
  - code: test.routes
    extends: {name}
    title: Доля имеющих ИОМ
    population: {{everyone: true}}
    basis: {{document: Положение, clause: "1"}}
"""


def load(name: str, passports: str | None = None) -> MunicipalityRules:
    files: dict[str, Any] = {"indicators": SHORT.format(name=name), "passports": passports}
    return load_rules("test", [folder(**files)])


def refusals(name: str, passports: str) -> list[str]:
    with pytest.raises(RulesRefused) as refused:
        load(name, passports)
    return [str(fault) for fault in refused.value.faults]


def test_a_shared_passport_fills_what_is_left_out() -> None:
    (indicator,) = load("routes").indicators
    assert (indicator.subject, indicator.kind, indicator.period) == ("staff", "share", "year")
    assert indicator.note is not None


def test_a_municipality_has_passports_of_its_own() -> None:
    own = "passports:\n  mine: {extends: routes, note: Своё}\n"
    (indicator,) = load("mine", own).indicators
    assert indicator.note == "Своё"


def test_a_circle_of_passports_is_refused() -> None:
    own = "passports:\n  a: {extends: b}\n  b: {extends: a}\n"
    assert any("extends: круг: a → b → a" in fault for fault in refusals("a", own))


def test_a_long_chain_is_refused() -> None:
    own = "passports:\n  a: {extends: b}\n  b: {extends: routes}\n"
    assert any("цепочка длиннее" in fault for fault in refusals("a", own))


def test_a_shared_passport_is_not_silently_replaced() -> None:
    own = "passports:\n  routes: {note: Своё}\n"
    assert "test/passports.yaml:2: паспорт «routes» уже есть среди общих" in refusals("routes", own)


def test_a_fault_in_a_passport_is_told_in_the_file_it_stands_in() -> None:
    own = "passports:\n  mine:\n    extends: routes\n    kind: chare\n"
    (fault,) = refusals("mine", own)
    assert fault.startswith("test/passports.yaml:4: kind: ожидалось одно из")


def test_each_shared_passport_is_used_by_a_shipped_plugin() -> None:
    from importlib.resources import files

    texts = [
        (files(f"connector_{code}") / "rules" / "indicators.yaml").read_text("utf-8")
        for code in ("korolev", "kuznetsk")
    ]
    used = {name for name in shared_passports() if any(f"extends: {name}\n" in t for t in texts)}
    assert used == set(shared_passports())
