"""Whatever one municipality's plugin does, the others and the core go on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from types import ModuleType
from typing import Any

import pytest

from connector import hookimpl
from connector.domain.because import Finding
from connector.domain.cases import Case, Moment, StaffCase
from connector.domain.dossier import Dossier
from connector.domain.indicators import Indicator
from connector.domain.owed import Circle, Owed, Recipient
from connector.rulebook import Rulebook, RuleFault, RulesRefused, UnknownMunicipality
from connector.rulebook.plugins import FoundPlugin
from connector.testing import builders
from connector.testing.shares import moment
from tests.unit.rulebook.memory_folder import MUNICIPALITY, folder

DAY = date(2026, 5, 1)
NOBODY = Circle()


def plugin(code: str, files: dict[str, Any] | None = None, **hooks: Any) -> FoundPlugin:
    """A plugin that brings a small municipality, and hooks of its own."""
    own = {"municipality": MUNICIPALITY.replace("code: test", f"code: {code}"), **(files or {})}

    @hookimpl
    def connector_rule_folders() -> list[Any]:
        return [folder(**own)]

    marked = {name: hookimpl(function) for name, function in hooks.items()}
    module = ModuleType(f"connector_{code}")
    vars(module).update(marked, connector_rule_folders=connector_rule_folders)
    return FoundPlugin(code, f"connector-{code}", "1.0", module)


def case(municipality: str = "one") -> StaffCase:
    dossier = Dossier(builders.staff())
    return builders.staff_case(dossier, builders.setting(municipality))


def says(key: str) -> Callable[[Case, Circle, date], list[Owed]]:
    def connector_notices(case: Case, circle: Circle, day: date) -> list[Owed]:
        return [Owed(key, "told", Recipient.HEAD, "1", {}, day)]

    return connector_notices


def raises(error: BaseException) -> Callable[[Case, Circle, date], list[Owed]]:
    def connector_notices(case: Case, circle: Circle, day: date) -> list[Owed]:
        raise error

    return connector_notices


def test_broken_files_of_one_municipality_leave_the_others_in_force() -> None:
    book = Rulebook([plugin("one"), plugin("two", {"indicators": "indicators: [&a b, *a]"})])
    assert book.municipalities() == ("one",)
    assert list(book.faults) == ["two"]
    assert book.rules("one").title == "Город Пробный"
    with pytest.raises(RulesRefused, match=r"two/indicators\.yaml:1"):
        book.rules("two")


def test_who_is_named_nowhere_is_unknown() -> None:
    book = Rulebook([plugin("one")])
    with pytest.raises(UnknownMunicipality):
        book.rules("three")
    with pytest.raises(UnknownMunicipality):
        book.notices("three", case(), NOBODY, DAY)


@pytest.mark.parametrize("error", [ValueError("нет"), SystemExit(3), RecursionError()])
def test_a_rule_that_raises_is_told_as_its_fault(error: BaseException) -> None:
    def fails(case: Case, moment: Moment) -> Finding:
        raise error

    book = Rulebook([plugin("one")])
    good = book.rules("one").indicators[0]
    bad = replace(good, achieved=fails)
    with pytest.raises(RuleFault, match=r"test\.diagnosed") as fault:
        book.judge("one", bad, case(), moment("2026"))
    assert (fault.value.municipality, fault.value.rule) == ("one", "test.diagnosed")
    assert book.judge("one", good, case(), moment("2026")).in_population


def test_a_rule_that_returns_nonsense_is_its_fault() -> None:
    book = Rulebook([plugin("one")])
    nonsense: Any = lambda case, moment: "yes"  # noqa: E731
    bad: Indicator = replace(book.rules("one").indicators[0], achieved=nonsense)
    with pytest.raises(RuleFault):
        book.judge("one", bad, case(), moment("2026"))


def test_a_municipality_is_asked_by_itself() -> None:
    book = Rulebook(
        [
            plugin("one", connector_notices=says("one:1")),
            plugin("two", connector_notices=says("two:1")),
        ]
    )
    owed, faults = book.notices("one", case(), NOBODY, DAY)
    assert [notice.key for notice in owed] == ["one:1"]
    assert faults == ()


@pytest.mark.parametrize("error", [ValueError("нет"), SystemExit(3)])
def test_a_plugin_that_raises_hides_nobody_elses_notices(
    error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "connector.rulebook.core_plugin.owed_for", lambda c, r, d: says("core:1")(c, r, d)
    )
    book = Rulebook([plugin("one", connector_notices=raises(error)), plugin("two")])
    owed, (fault,) = book.notices("one", case(), NOBODY, DAY)
    assert [notice.key for notice in owed] == ["core:1"]
    assert (fault.municipality, fault.rule) == ("one", "one: connector_notices")
    assert book.notices("two", case("two"), NOBODY, DAY).faults == ()


def test_a_core_that_raises_hides_no_plugins_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(case: Case, circle: Circle, day: date) -> None:
        raise KeyError("core")

    monkeypatch.setattr("connector.rulebook.core_plugin.owed_for", fails)
    book = Rulebook([plugin("one", connector_notices=says("one:1"))])
    owed, (fault,) = book.notices("one", case(), NOBODY, DAY)
    assert [notice.key for notice in owed] == ["one:1"]
    assert fault.rule == "core: connector_notices"


def test_what_is_no_notice_is_a_fault() -> None:
    def connector_notices(case: Case, circle: Circle, day: date) -> list[Any]:
        return ["позвонить"]

    book = Rulebook([plugin("one", connector_notices=connector_notices)])
    owed, (fault,) = book.notices("one", case(), NOBODY, DAY)
    assert owed == ()
    assert "str" in fault.message


def test_the_next_turn_is_the_earliest_and_a_fault_asks_again_tomorrow() -> None:
    def turn(case: Case, day: date) -> date | None:
        return date(2026, 9, 15)

    def fails(case: Case, day: date) -> date | None:
        raise ValueError

    book = Rulebook(
        [
            plugin("one", connector_next_turn=turn),
            plugin("two", connector_next_turn=fails),
            plugin("three"),
        ]
    )
    assert book.next_turn("one", case(), DAY) == date(2026, 9, 15)
    assert book.next_turn("one", case(), date(2026, 9, 15)) is None
    assert book.next_turn("two", case(), DAY) == date(2026, 5, 2)
    assert book.next_turn("three", case(), DAY) is None


def test_a_hook_nobody_declared_is_the_plugins_fault() -> None:
    book = Rulebook([plugin("one"), plugin("two", connector_notises=lambda: None)])
    assert book.municipalities() == ("one",)
    assert any("connector_notises" in fault.message for fault in book.faults["two"])
    assert book.notices("one", case(), NOBODY, DAY).faults == ()


def test_a_plugin_that_cannot_name_its_folders_is_listed_with_its_fault() -> None:
    broken = plugin("two")

    @hookimpl
    def connector_rule_folders() -> list[Any]:
        raise SystemExit("конец")

    broken.module.connector_rule_folders = connector_rule_folders
    book = Rulebook([plugin("one"), broken])
    one, two = book.plugins_list()
    assert (one.municipality, one.indicators, one.faults) == ("one", 1, ())
    assert (two.municipality, two.distribution, two.version) == ("two", "connector-two", "1.0")
    assert two.indicators == 0
    assert any("конец" in fault.message for fault in two.faults)


def test_a_plugin_whose_folders_are_none_is_listed_with_its_fault() -> None:
    broken = plugin("two")
    broken.module.connector_rule_folders = hookimpl(lambda: ["/rules"])
    book = Rulebook([plugin("one"), broken])
    assert book.municipalities() == ("one",)
    assert any("папки правил" in fault.message for fault in book.faults["two"])


def test_a_plugin_without_a_module_has_the_cores_notices() -> None:
    book = Rulebook([FoundPlugin("test", None, None, folders=(folder(),))])
    assert book.municipalities() == ("test",)
    assert book.notices("test", case("test"), NOBODY, DAY) == ((), ())
