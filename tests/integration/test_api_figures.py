"""Indicators and subjects over JSON, field by field (contract 4)."""

import pytest

from tests.integration.web_town import M, WebTown, as_json

INDICATORS = f"municipalities/{M}/indicators"


def test_indicators_have_exactly_the_fields_of_the_contract(town: WebTown) -> None:
    answer = town.get(INDICATORS, by="school")
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    told = as_json(answer)
    assert list(told) == ["municipality", "period", "as_of", "indicators"]
    assert (told["municipality"], told["period"], told["as_of"]) == (M, "2026", "2026-06-15")
    first = told["indicators"][0]
    assert set(first) == {
        "code", "title", "kind", "subject", "population", "achieved", "share", "previous", "plan",
        "basis", "slices",
    }  # fmt: skip
    assert set(first["previous"]) == {"period", "share"}
    assert set(first["plan"]) == {"at_least", "met", "missing", "source"}
    assert set(first["basis"]) == {"document", "clause"}
    assert set(first["slices"][0]) == {"kind", "code", "name", "population", "achieved", "share"}
    assert (first["population"], first["achieved"], first["share"]) == (14, 7, 0.5)
    assert (first["plan"]["at_least"], first["plan"]["met"], first["plan"]["missing"]) == (
        0.6, False, 2,
    )  # fmt: skip


def test_an_empty_population_has_no_share(town: WebTown) -> None:
    told = as_json(town.get(INDICATORS))["indicators"]
    (teams,) = [one for one in told if one["code"] == "korolev.teams"]
    assert (teams["population"], teams["share"]) == (0, None)
    assert (teams["plan"]["met"], teams["plan"]["missing"]) == (None, None)


def test_without_by_there_are_no_slices(town: WebTown) -> None:
    assert all(one["slices"] == [] for one in as_json(town.get(INDICATORS))["indicators"])


def test_small_slices_are_hidden_from_those_who_do_not_see_the_people(town: WebTown) -> None:
    told = as_json(town.get(INDICATORS, "viewer", by="school"))["indicators"][0]
    # The school of four is small; the other one would tell it by subtraction.
    assert [piece["code"] for piece in told["slices"]] == ["S1", "S2"]
    for piece in told["slices"]:
        assert piece["hidden"] is True
        assert (piece["population"], piece["achieved"], piece["share"]) == (None, None, None)
    seen = as_json(town.get(INDICATORS, "methodist", by="school"))["indicators"][0]
    assert [piece["population"] for piece in seen["slices"]] == [10, 4]


def test_another_day_is_counted_anew(town: WebTown) -> None:
    told = as_json(town.get(INDICATORS, period="2026", as_of="2026-02-01"))
    assert told["as_of"] == "2026-02-01"
    assert told["indicators"][0]["achieved"] == 0
    later = as_json(town.get(INDICATORS, period="2026", as_of="2031-01-01"))
    assert later["as_of"] == "2026-12-31"


def test_indicators_of_another_kind_of_period_are_left_out(town: WebTown) -> None:
    told = as_json(town.get(INDICATORS, period="2025/2026"))
    assert (told["period"], told["indicators"]) == ("2025/2026", [])


@pytest.mark.parametrize(
    "query",
    [
        {"period": "2026", "as_of": "2025-12-31"},
        {"period": "20267"},
        {"period": "2026/2028"},
        {"period": ""},
        {"as_of": "30.06.2026"},
        {"by": "planet"},
    ],
)
def test_what_cannot_be_asked_is_422(town: WebTown, query: dict[str, str]) -> None:
    answer = town.get(INDICATORS, **query)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert as_json(answer)["status"] == 422


def test_subjects_say_why_and_point_to_the_delivery(town: WebTown) -> None:
    answer = town.get(f"{INDICATORS}/korolev.diagnosed/subjects")
    people = {one["subject"]: one for one in as_json(answer)}
    assert len(people) == 14
    counted = people["T-4"]
    assert set(counted) == {
        "subject", "name", "in_population", "achieved", "because", "evidence",
    }  # fmt: skip
    assert (counted["in_population"], counted["achieved"]) == (True, True)
    assert counted["because"][0]["code"] == "diagnosed"
    assert "Входная диагностика" in counted["because"][0]["text"]
    (proof,) = counted["evidence"]
    assert set(proof) == {"key", "happened_at", "delivery"}
    assert proof["happened_at"] == "2026-02-02T10:00:00Z"
    delivery = as_json(town.get(f"deliveries/{proof['delivery']}"))
    assert delivery["body"]["user"]["idnumber"] == "T-4"
    assert not people["T-14"]["achieved"]


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        ("methodist", {f"T-{n}" for n in range(1, 15)}),
        ("head", {f"T-{n}" for n in range(1, 12)}),
        ("mentor", {"T-3", "T-8"}),
        ("teacher", {"T-4"}),
    ],
)
def test_each_role_gets_only_its_people(town: WebTown, role: str, seen: set[str]) -> None:
    answer = town.get(f"{INDICATORS}/korolev.diagnosed/subjects", role)
    assert {one["subject"] for one in as_json(answer)} == seen


def test_figures_only_means_no_list_of_people(town: WebTown) -> None:
    for role in ("viewer", "administrator"):
        assert town.get(f"{INDICATORS}/korolev.diagnosed/subjects", role).status_code == 403
        schools = town.get(f"{INDICATORS}/korolev.mentoring/subjects", role)
        assert {one["subject"] for one in as_json(schools)} == {"S1", "S2"}


def test_an_unknown_indicator_or_municipality_is_404(town: WebTown) -> None:
    assert town.get(f"{INDICATORS}/korolev.nothing/subjects").status_code == 404
    assert town.get("municipalities/atlantis/indicators").status_code == 404
    assert town.get("nothing").status_code == 404


def test_a_token_opens_its_own_municipality_only(town: WebTown) -> None:
    assert town.get(INDICATORS, "stranger").status_code == 403
    assert town.get("municipalities/kuznetsk/indicators").status_code == 403
    assert town.get("municipalities/kuznetsk/indicators", "stranger").status_code == 200
    assert town.get(INDICATORS, "administrator").status_code == 200


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer nonsense", "Basic eDp5", "\u00ff"])
def test_without_a_token_of_ours_nothing_is_told(town: WebTown, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    answer = town.client().get(f"/api/v1/{INDICATORS}", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.mimetype == "application/problem+json"


def test_a_session_of_the_pages_does_not_open_the_api(town: WebTown) -> None:
    assert town.client("methodist").get(f"/api/v1/{INDICATORS}").status_code == 401
