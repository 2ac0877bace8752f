"""What becomes of a proposal: once a result, never over an edit, following while untouched."""

from dataclasses import replace
from datetime import date

import pytest

from connector.domain.catalogue import parse_target
from connector.domain.proposals import Proposal, ProposedRoute
from connector.domain.routes import RouteStep
from connector.rulebook.answers import Proposed
from connector.services.routes.deciding import Act, Standing, Untouched, decide

TODAY = date(2026, 6, 15)
ROUTE = ProposedRoute(date(2026, 6, 22), (RouteStep(1, parse_target("course:a")),))
OTHER = ProposedRoute(date(2026, 6, 22), (RouteStep(1, parse_target("course:b")),))
NOTHING = Proposed()


def proposed(result: str, route: ProposedRoute | None = ROUTE) -> Proposed:
    empty = ProposedRoute(TODAY, ())
    proposal = Proposal(result, "quiz", ("A",), (), (), route or empty)
    return Proposed(proposal, route)


def untouched(result: str, route: ProposedRoute = ROUTE) -> Untouched:
    return Untouched("2026-1", result, "v", route)


@pytest.mark.parametrize(
    ("answer", "standing", "act"),
    [
        (NOTHING, Standing(), Act.NOTHING),
        (NOTHING, Standing({"r1": "proposed"}, untouched("r1")), Act.WITHDRAW),
        (NOTHING, Standing({"r1": "proposed"}, edited="2026-1"), Act.NOTHING),
        (proposed("r1"), Standing(), Act.CREATE),
        (proposed("r1"), Standing({"r1": "proposed"}), Act.NOTHING),
        (proposed("r1"), Standing({"r1": "dismissed"}), Act.NOTHING),
        (proposed("r2"), Standing({"r1": "dismissed"}), Act.CREATE),
        (proposed("r1"), Standing({"r1": "uncovered"}), Act.CREATE),
        (proposed("r1"), Standing({"r1": "withdrawn"}), Act.CREATE),
        (proposed("r1"), Standing({"r1": "proposed"}, untouched("r1")), Act.KEEP),
        (proposed("r1", OTHER), Standing({"r1": "proposed"}, untouched("r1")), Act.RENEW),
        (proposed("r2"), Standing({"r1": "proposed"}, untouched("r1")), Act.RENEW),
        (proposed("r2"), Standing({"r1": "proposed"}, edited="2026-1"), Act.HOLD),
        (proposed("r2"), Standing({"r1": "proposed", "r2": "held"}, edited="1"), Act.NOTHING),
        (proposed("r1", None), Standing(), Act.TELL),
        (proposed("r1", None), Standing({"r1": "uncovered"}), Act.NOTHING),
        (proposed("r1", None), Standing({"r1": "proposed"}, untouched("r1")), Act.WITHDRAW),
    ],
)
def test_what_becomes_of_a_proposal(answer: Proposed, standing: Standing, act: Act) -> None:
    assert decide(answer, standing, TODAY) is act


def test_a_draft_that_nobody_approved_in_time_gets_new_dates() -> None:
    late = replace(ROUTE, starts_on=date(2026, 6, 14))
    standing = Standing({"r1": "proposed"}, untouched("r1", late))
    assert decide(proposed("r1"), standing, TODAY) is Act.RENEW
