"""Whatever one municipality's plugin does, the others and the core go on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from connector.domain.because import Finding, SubjectKind
from connector.domain.cases import Case, Moment, StaffCase
from connector.domain.dossier import Dossier
from connector.domain.indicators import Indicator
from connector.domain.owed import Circle, Owed, Recipient
from connector.rulebook import Answer, Rulebook, RuleFault, RulesRefused, UnknownMunicipality
from connector.rulebook.asking import MOST_CHILDREN
from connector.rulebook.plugins import FoundPlugin
from connector.testing import builders
from connector.testing.shares import moment
from tests.unit.rulebook.in_process import InProcess, speaker
from tests.unit.rulebook.memory_folder import MUNICIPALITY, folder

DAY = date(2026, 5, 1)
NOBODY = Circle()


def plugin(code: str, files: dict[str, Any] | None = None, **hooks: Any) -> FoundPlugin:
    """A plugin that brings a small municipality, and hooks of its own."""
    own = {"municipality": MUNICIPALITY.replace("code: test", f"code: {code}"), **(files or {})}
    found = FoundPlugin(code, f"connector-{code}", "1.0", (folder(**own),))
    if not hooks:
        return found
    asked = speaker(**hooks)
    kinds = frozenset(SubjectKind(kind) for kind in asked.subjects())
    names = frozenset(asked.hooks())
    return replace(found, asker=InProcess(asked), hooks=names, subjects=kinds, code="1")


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


@pytest.mark.parametrize("error", [ValueError("нет"), RecursionError()])
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
    answer = book.notices("one", case(), NOBODY, DAY)
    assert [notice.key for notice in answer.owed] == ["one:1"]
    assert (answer.faults, answer.is_whole) == ((), True)


@pytest.mark.parametrize("error", [ValueError("нет"), SystemExit(3)])
def test_a_plugin_that_raises_hides_nobody_elses_notices(
    error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "connector.rulebook.core_plugin.owed_for", lambda c, r, d: says("core:1")(c, r, d)
    )
    book = Rulebook([plugin("one", connector_notices=raises(error)), plugin("two")])
    answer = book.notices("one", case(), NOBODY, DAY)
    (fault,) = answer.faults
    assert not answer.is_whole
    assert [notice.key for notice in answer.owed] == ["core:1"]
    assert (fault.municipality, fault.rule) == ("one", "one: connector_notices")
    assert book.notices("two", case("two"), NOBODY, DAY).faults == ()


def test_a_core_that_raises_hides_no_plugins_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(case: Case, circle: Circle, day: date) -> None:
        raise KeyError("core")

    monkeypatch.setattr("connector.rulebook.core_plugin.owed_for", fails)
    book = Rulebook([plugin("one", connector_notices=says("one:1"))])
    answer = book.notices("one", case(), NOBODY, DAY)
    (fault,) = answer.faults
    assert not answer.is_whole
    assert [notice.key for notice in answer.owed] == ["one:1"]
    assert fault.rule == "core: connector_notices"


def test_what_is_no_notice_is_a_fault() -> None:
    def connector_notices(case: Case, circle: Circle, day: date) -> list[Any]:
        return ["позвонить"]

    book = Rulebook([plugin("one", connector_notices=connector_notices)])
    answer = book.notices("one", case(), NOBODY, DAY)
    assert answer.owed == ()
    assert "str" in answer.faults[0].message


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
    assert book.notices("one", case(), NOBODY, DAY).turn == date(2026, 9, 15)
    assert book.notices("one", case(), NOBODY, date(2026, 9, 15)).turn is None
    assert book.notices("two", case(), NOBODY, DAY).turn == date(2026, 5, 2)
    assert book.notices("three", case(), NOBODY, DAY).turn is None


def test_a_rule_that_is_switched_off_is_not_asked_and_withdraws_nothing() -> None:
    found = plugin("one", connector_notices=says("one:1"))
    book = Rulebook([found])
    off = {"one: connector_notices"}
    (answer,) = book.notices_of("one", [(case(), NOBODY)], DAY, off)
    assert (answer.owed, answer.faults, answer.is_whole) == ((), (), False)
    assert (answer.heard, answer.turn) == (frozenset(), date(2026, 5, 2))
    assert isinstance(found.asker, InProcess)
    assert found.asker.asked == 0


def test_a_plugin_is_asked_about_the_subjects_it_speaks_of() -> None:
    found = plugin(
        "one", connector_notices=says("one:1"), connector_subjects=lambda: ["association"]
    )
    book = Rulebook([found])
    answer = book.notices("one", case(), NOBODY, DAY)
    assert (answer.owed, answer.is_whole, answer.heard) == ((), True, frozenset())
    assert book.spoken_of("one") == {SubjectKind.ASSOCIATION}


def test_a_municipality_without_python_speaks_of_nothing() -> None:
    assert Rulebook([replace(plugin("one"), asker=None)]).spoken_of("one") == frozenset()
    with pytest.raises(UnknownMunicipality):
        Rulebook([]).spoken_of("one")


def test_a_plugin_that_cannot_be_asked_is_in_force_and_withdraws_nothing() -> None:
    book = Rulebook([replace(plugin("one"), is_silent=True)])
    assert book.municipalities() == ("one",)
    answer = book.notices("one", case(), NOBODY, DAY)
    assert (answer.owed, answer.faults, answer.is_whole) == ((), (), False)


def test_other_python_is_another_digest_and_none_is_the_files_alone() -> None:
    def digest(**changes: Any) -> str:
        found = replace(plugin("one", connector_notices=says("one:1")), **changes)
        return Rulebook([found]).rules("one").digest

    assert digest(code="1") == digest(code="1")
    assert digest(code="1") != digest(code="2")
    assert digest(code=None) == Rulebook([plugin("one")]).rules("one").digest


def test_the_plugins_of_a_region_do_not_all_keep_a_process() -> None:
    closed: list[str] = []

    class Watched(InProcess):
        def close(self) -> None:
            closed.append("one")

    names = [f"m{n}" for n in range(MOST_CHILDREN + 1)]
    first = plugin("one", connector_notices=says("one:1"))
    others = [plugin(name, connector_notices=says("x:1")) for name in names]
    book = Rulebook([replace(first, asker=Watched(speaker())), *others])
    book.notices("one", case(), NOBODY, DAY)
    for name in names[: MOST_CHILDREN - 1]:
        book.notices(name, case(name), NOBODY, DAY)
    assert closed == []
    book.notices(names[-1], case(names[-1]), NOBODY, DAY)
    assert closed == ["one"]


def test_a_plugin_without_hooks_has_the_cores_notices() -> None:
    book = Rulebook([FoundPlugin("test", None, None, folders=(folder(),))])
    assert book.municipalities() == ("test",)
    assert book.notices("test", case("test"), NOBODY, DAY) == Answer()
    assert book.python_of("test") is None
