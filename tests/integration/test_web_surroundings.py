"""Headers, cookies, health, metrics, and a database that is away."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from connector.bootstrap import Container, build
from connector.clock import AdjustableClock
from connector.services.upkeep import schema
from connector.web.app import create_app
from tests.integration.web_town import NOW, M, WebTown, config_in


def emptied(folder: Path, **settings: Any) -> Container:
    return build(replace(config_in(folder), **settings), AdjustableClock(NOW))


@pytest.mark.parametrize(
    "path", ["/login", "/nothing", f"/m/{M}/", "/api/v1/deliveries", "/healthz"]
)
def test_every_answer_forbids_what_pages_never_do(town: WebTown, path: str) -> None:
    headers = town.client().get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("address", "secure"), [("https://c.example", True), ("http://x", False)])
def test_cookies_are_as_safe_as_the_address_allows(
    tmp_path: Path, address: str, secure: bool
) -> None:
    app = create_app(emptied(tmp_path, public_url=address))
    cookie = app.test_client().get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) is secure


def test_a_rotated_key_signs_nobody_out_and_a_foreign_one_everybody(tmp_path: Path) -> None:
    def cookie_of(keys: str, sent: str | None = None) -> tuple[int, str]:
        app = create_app(emptied(tmp_path, secret_key=keys))
        client = app.test_client()
        with client.session_transaction() as held:
            held["name"] = "anna"
        if sent is not None:
            client.set_cookie("connector", sent)
        with client.session_transaction() as held:
            found = int(held.get("name") == "anna")
        made = client.get_cookie("connector")
        return found, made.value if made else ""

    _, made = cookie_of("old")
    assert cookie_of("new,old", made)[0] == 1
    assert cookie_of("new", made)[0] == 0


def test_a_data_folder_of_ours_is_nobody_elses(tmp_path: Path) -> None:
    build(config_in(tmp_path / "made")).close()
    assert (tmp_path / "made").stat().st_mode & 0o077 == 0


def test_alive_and_ready_are_two_things(tmp_path: Path) -> None:
    container = emptied(tmp_path)
    app = create_app(container)
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    schema.upgrade(container.db)
    assert client.get("/readyz").json == {
        "status": "ready",
        "checks": {"database": True, "migrations": True, "loops": True},
    }
    silent = create_app(container, works=lambda: False).test_client().get("/readyz")
    assert silent.status_code == 503
    container.close()


def test_a_database_that_is_away_is_503_with_when_to_come_back(tmp_path: Path) -> None:
    container = emptied(tmp_path, database_url=f"sqlite:///{tmp_path}/no/such/folder/x.sqlite3")
    client = create_app(container).test_client()
    api = client.get("/api/v1/deliveries", headers={"Authorization": "Bearer x"})
    assert (api.status_code, api.mimetype) == (503, "application/problem+json")
    assert api.headers["Retry-After"] == "30"
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json is not None
    assert ready.json["checks"]["database"] is False
    numbers = client.get("/metrics")
    assert numbers.status_code == 200
    assert "connector_database_up 0.0" in numbers.text
    with client.session_transaction() as session:
        session["name"], session["fingerprint"] = "anna", "x"
    page = client.get("/")
    assert page.status_code == 503
    assert "База данных сейчас недоступна" in page.text
    container.close()


def test_what_nobody_foresaw_is_told_without_a_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(emptied(tmp_path))
    client = app.test_client()

    def fail() -> None:
        raise RuntimeError("a name: Иванова")

    monkeypatch.setitem(app.view_functions, "status.healthz", fail)
    monkeypatch.setitem(app.view_functions, "entrance.login", fail)
    plain, page = client.get("/healthz"), client.get("/login")
    assert (plain.status_code, plain.mimetype) == (500, "application/problem+json")
    assert page.status_code == 500
    assert "Что-то пошло не так" in page.text
    assert "Иванова" not in plain.text + page.text


def test_metrics_count_without_names(town: WebTown) -> None:
    town.client().post("/hooks/mood", data=b"{}", content_type="application/json")
    text = town.client().get("/metrics").text
    assert 'connector_parked{reason="unknown_person"} 2.0' in text
    assert 'connector_parked{reason="unknown_quiz"} 1.0' in text
    assert 'connector_lag_seconds{state="ready"} 0.0' in text
    assert "connector_database_up 1.0" in text
    assert 'connector_notices{municipality="korolev",state="held"}' in text
    assert 'connector_refused_total{reason="wrong_credentials",source="mood"} 1.0' in text
    for name in ("Абрамова", "T-1", "school.example"):
        assert name not in text


def test_two_applications_have_metrics_of_their_own(town: WebTown) -> None:
    second = create_app(town.container)
    assert second.test_client().get("/metrics").status_code == 200
