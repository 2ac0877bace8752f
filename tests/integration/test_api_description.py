"""The OpenAPI description, and the API held against it with invented requests."""

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import response_schema_conformance

from connector.web.access import ROUTES, Access
from tests.integration.web_town import M, WebTown, as_json


def test_the_description_names_every_route_of_the_api(town: WebTown) -> None:
    told = as_json(town.client().get("/api/v1/openapi.json"))
    assert told["openapi"].startswith("3.")
    routes = [name for name, access in ROUTES.items() if access in (
        Access.TOKEN, Access.TOKEN_DELIVERIES)]  # fmt: skip
    assert len(told["paths"]) == len(routes)
    assert "/api/v1/municipalities/{municipality}/indicators" in told["paths"]
    assert told["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_no_invented_request_makes_it_fail_or_break_its_word(town: WebTown) -> None:
    api = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", town.app)
    headers = {"Authorization": f"Bearer {town.tokens['methodist']}"}
    statuses: set[int] = set()
    for operation in api.get_all_operations():

        @given(operation.ok().as_strategy())
        @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
        def probe(case: schemathesis.Case) -> None:
            if "municipality" in case.path_parameters:
                case.path_parameters["municipality"] = M
            answer = case.call(headers=headers)
            statuses.add(answer.status_code)
            assert answer.status_code < 500, (case.path, case.query, answer.text)
            case.validate_response(answer, checks=[response_schema_conformance])

        probe()
    assert 200 in statuses
