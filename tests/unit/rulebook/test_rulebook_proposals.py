"""A municipality may propose otherwise than the core; where it fails, the core's draft stands."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from connector.domain.cases import Case, StaffCase
from connector.domain.catalogue import parse_target
from connector.domain.dossier import Dossier
from connector.domain.owed import Circle
from connector.domain.proposals import ProposedRoute
from connector.domain.proposing import propose
from connector.domain.routes import RouteStep
from connector.isolation.asker import PROPOSE
from connector.rulebook import Rulebook, UnknownMunicipality
from connector.rulebook.plugins import FoundPlugin
from connector.testing import builders
from tests.unit.rulebook.in_process import InProcess, speaker
from tests.unit.rulebook.memory_folder import MUNICIPALITY, folder

DAY = date(2026, 3, 10)


def book(**hooks: Any) -> Rulebook:
    own = {"municipality": MUNICIPALITY.replace("code: test", "code: one")}
    found = FoundPlugin("one", "connector-one", "1.0", (folder(**own),))
    if hooks:
        asked = InProcess(speaker(**hooks))
        found = replace(found, asker=asked, proposes=True)
    return Rulebook([found])


def case(percent: int = 30) -> StaffCase:
    known = builders.catalogue({"diagnostic": ["A"]}, [builders.programme("a", ["A"])])
    dossier = Dossier(builders.staff(), (builders.attempt(date(2026, 3, 2), {"A": percent}),))
    return builders.staff_case(dossier, builders.setting("one", known=known))


def saying(answer: Any) -> Callable[[Case, date], Any]:
    def connector_propose_route(case: Case, day: date) -> Any:
        return answer

    return connector_propose_route


def test_without_a_word_of_the_municipality_the_core_proposes() -> None:
    (found,) = book().proposals_of("one", [case()], DAY)
    assert found.route is not None
    assert [str(step.target) for step in found.route.steps] == ["course:a"]
    (said,) = book(connector_propose_route=saying(None)).proposals_of("one", [case()], DAY)
    assert said.route == found.route


def test_the_municipality_proposes_otherwise() -> None:
    steps = (RouteStep(7, parse_target("manual"), ("A",), date(2026, 4, 1), required=False),)
    other = ProposedRoute(date(2026, 3, 20), steps, "так велит приказ")
    (found,) = book(connector_propose_route=saying(other)).proposals_of("one", [case()], DAY)
    # Numbered anew: what a plugin counts from is its own affair.
    assert found.route == replace(other, steps=(replace(steps[0], order=1),))
    assert (found.faults, found.heard) == ((), frozenset({f"one: {PROPOSE}"}))


def test_a_person_without_open_deficits_is_asked_nobody_about() -> None:
    asker = InProcess(speaker(connector_propose_route=saying(None)))
    (plugin,) = [
        known.plugin for known in book(connector_propose_route=saying(None)).known().values()
    ]
    own = Rulebook([replace(plugin, asker=asker)])
    found = own.proposals_of("one", [case(80), case(30)], DAY)
    assert [one.proposal is None for one in found] == [True, False]
    assert asker.asked == 1


@pytest.mark.parametrize(
    "answer",
    [
        "маршрут",
        ProposedRoute(DAY, ()),
        ProposedRoute(DAY, (RouteStep(1, parse_target("manual"), due_on=date(2026, 3, 9)),)),
        ProposedRoute(DAY, (RouteStep(1, parse_target("manual"), ("x" * 61,)),)),
        ProposedRoute(DAY, (RouteStep(1, parse_target("manual")),), "и" * 501),
    ],
)
def test_where_the_municipality_answers_nonsense_the_cores_draft_stands(answer: Any) -> None:
    (found,) = book(connector_propose_route=saying(answer)).proposals_of("one", [case()], DAY)
    (fault,) = found.faults
    assert fault.rule == f"one: {PROPOSE}"
    assert found.route == propose(case(), DAY).route  # type: ignore[union-attr]
    assert not found.heard


def test_a_rule_that_raises_is_a_fault_and_one_that_is_off_is_not_asked() -> None:
    def connector_propose_route(case: Case, day: date) -> ProposedRoute:
        raise ValueError("нет")

    own = book(connector_propose_route=connector_propose_route)
    (found,) = own.proposals_of("one", [case()], DAY)
    assert "ValueError" in found.faults[0].message
    assert found.route is not None
    (off,) = own.proposals_of("one", [case()], DAY, [f"one: {PROPOSE}"])
    assert (off.faults, off.route) == ((), found.route)


def test_proposing_is_no_part_of_judging() -> None:
    own = book(connector_propose_route=saying(None))
    assert own.python_of("one") is None
    proposer = own.proposer_of("one")
    assert proposer is not None
    assert proposer.rules == {f"one: {PROPOSE}"}
    assert own.spoken_of("one") == frozenset()
    assert own.notices("one", case(), Circle(), DAY).is_whole
    assert book().proposer_of("one") is None
    with pytest.raises(UnknownMunicipality):
        own.proposals_of("two", [], DAY)
