"""The OpenAPI description; tests/hostile/test_api_invented.py holds the API against it."""

from connector.web.access import ROUTES, Access
from tests.integration.web_town import WebTown, as_json


def test_the_description_names_every_route_of_the_api(town: WebTown) -> None:
    told = as_json(town.client().get("/api/v1/openapi.json"))
    assert told["openapi"].startswith("3.")
    routes = [name for name, access in ROUTES.items() if access in (
        Access.TOKEN, Access.TOKEN_DELIVERIES)]  # fmt: skip
    assert len(told["paths"]) == len(routes)
    assert "/api/v1/municipalities/{municipality}/indicators" in told["paths"]
    assert told["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_what_a_nul_gets_is_described(town: WebTown) -> None:
    path = "municipalities/{municipality}/indicators"
    answer = town.get(path.format(municipality="korolev"), by="\0")
    told = as_json(town.client().get("/api/v1/openapi.json"))
    described = told["paths"][f"/api/v1/{path}"]["get"]["responses"][str(answer.status_code)]
    assert list(described["content"]) == [answer.mimetype]
