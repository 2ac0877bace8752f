"""Every route stands in one table with its authentication decision, and the table has no other."""

from pathlib import Path

import pytest
from flask import Flask

from connector.bootstrap import build
from connector.clock import AdjustableClock
from connector.web.access import ROUTES, Access
from connector.web.app import create_app
from tests.integration.web_town import NOW, config_in


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder: Path = tmp_path_factory.mktemp("routes")
    return create_app(build(config_in(folder), AdjustableClock(NOW)))


def test_every_route_has_a_decision_and_every_decision_a_route(app: Flask) -> None:
    assert set(ROUTES) == set(app.view_functions)


def test_open_routes_are_the_few_that_must_be() -> None:
    """Whoever opens another one says so here too."""
    assert {name for name, access in ROUTES.items() if access is Access.OPEN} == {
        "static",
        "status.healthz",
        "status.readyz",
        "status.metrics",
        "entrance.login",
        "entrance.enter",
        "entrance.logout",
        "links.look",
        "links.enter",
        "links.again",
        "links.leaving",
        "links.leave",
        "links.come_back",
        "api-docs.openapi_json",
    }


def test_the_gate_runs_before_everything_else(app: Flask) -> None:
    first = app.before_request_funcs[None][0]
    assert first.__module__ == "connector.web.access"


def test_a_route_nobody_decided_about_stays_shut(app: Flask) -> None:
    bare = create_app(app.extensions["connector"])
    bare.add_url_rule("/new", "new", lambda: "secret")
    assert bare.test_client().get("/new").status_code == 403


def test_what_is_not_open_lets_no_stranger_in(app: Flask) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if ROUTES[rule.endpoint] in (Access.OPEN, Access.SENDER):
            continue
        path = str(rule).replace("<municipality>", "korolev").replace("<code>", "x")
        path = path.replace("<number>", "1").replace("<int:number>", "1")
        path = path.replace("<int:letter_id>", "1")
        answer = client.open(path, method="POST" if "POST" in (rule.methods or ()) else "GET")
        expected = 401 if path.startswith("/api/") else 302
        assert (path, answer.status_code) == (path, expected)
        if expected == 302:
            assert answer.headers["Location"].startswith("/login")
