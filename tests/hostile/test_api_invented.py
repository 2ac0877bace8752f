"""The API held against its own description: invented requests of every role and of nobody."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.integration.web_town import M, WebTown

ROLES = ("methodist", "administrator", "viewer", "teacher", "stranger", None)
EXAMPLES = max(6, settings.default.max_examples // 8)
KNOWN = {
    "municipality": (M, "kuznetsk"),
    "code": ("korolev.diagnosed", "korolev.monitoring", "kuznetsk.roadmap"),
    "number": ("T-4", "T-1", "1"),
}
"""Half of the requests name something that exists: else all of them would be 404."""


def operations(town: WebTown) -> list[Any]:
    api = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", town.app)
    return [operation.ok() for operation in api.get_all_operations()]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_no_invented_request_makes_it_fail_or_break_its_word(
    town: WebTown, mode: GenerationMode
) -> None:
    statuses: set[int] = set()
    for operation in operations(town):

        @given(operation.as_strategy(generation_mode=mode), st.sampled_from(ROLES), st.data())
        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
        def probe(case: schemathesis.Case, role: str | None, data: st.DataObject) -> None:
            for name, values in KNOWN.items():
                if name in case.path_parameters and data.draw(st.booleans()):
                    known = data.draw(st.sampled_from(values))
                    is_number = isinstance(case.path_parameters[name], int)
                    case.path_parameters[name] = 1 if is_number else known
            headers = {"Authorization": f"Bearer {town.tokens[role]}"} if role else {}
            answer = case.call(headers=headers)
            statuses.add(answer.status_code)
            assert answer.status_code < 500, (case.path, case.path_parameters, case.query)
            if answer.status_code >= 400:
                assert answer.headers["content-type"][0] == "application/problem+json"
            checks = [
                status_code_conformance,
                content_type_conformance,
                response_schema_conformance,
            ]
            case.validate_response(answer, checks=checks)

        probe()
    assert {401, 404} <= statuses
    assert (200 in statuses) or mode is GenerationMode.NEGATIVE


@given(st.sampled_from(("", "Bearer", "Bearer ", "Basic eDp5", "Token x")) | st.text(max_size=60))
@settings(suppress_health_check=list(HealthCheck))
def test_no_forged_token_lets_anybody_in(town: WebTown, forged: str) -> None:
    header = "".join(one for one in forged if 32 <= ord(one) < 256)
    for offered in (header, f"Bearer {header}", f"bearer  {header}"):
        answer = town.app.test_client().get(
            "/api/v1/deliveries", headers={"Authorization": offered}
        )
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_another_method_is_told_so(town: WebTown, method: str) -> None:
    for operation in operations(town):
        path = operation.path.format(municipality=M, code="x", number="1")
        answer = town.app.test_client().open(path, method=method)
        assert answer.status_code == 405
        assert answer.mimetype == "application/problem+json"
        assert "GET" in answer.headers["Allow"]
