"""In Королёв a programme counts with its final assessment, so drafts have it (korolev VI)."""

from datetime import date

from connector.domain.catalogue import parse_target
from connector.domain.dossier import Dossier
from connector.testing import builders
from connector.testing.builders import attempt, programme, staff
from connector_korolev import connector_propose_route

DAY = date(2026, 3, 10)


def test_the_final_assessment_follows_its_programme() -> None:
    final = parse_target("quiz:final-a>=60")
    known = builders.catalogue(
        {"diagnostic": ["A", "B"]},
        [programme("a", ["A"], hours=16, final=final), programme("b", ["B"], hours=36)],
    )
    dossier = Dossier(staff(), (attempt(date(2026, 3, 2), {"A": 30, "B": 40}),))
    found = connector_propose_route(
        builders.staff_case(dossier, builders.setting(known=known)), DAY
    )
    assert found is not None
    asked = [str(step.target) for step in found.steps]
    assert asked == ["course:a", "quiz:final-a>=60", "course:b"]
    assert "показатель 3" in found.note


def test_without_open_deficits_nothing_is_proposed() -> None:
    known = builders.catalogue({"diagnostic": ["A"]}, [programme("a", ["A"])])
    dossier = Dossier(staff(), (attempt(date(2026, 3, 2), {"A": 90}),))
    case = builders.staff_case(dossier, builders.setting(known=known))
    assert connector_propose_route(case, DAY) is None
