"""What pages say where nothing is there yet, and in which words the rest is told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.domain.evidence import Kind
from connector.services.access.logins import LoginService
from connector.web.words import EVIDENCE
from tests.integration.web_town import NOW, OTHER, PASSWORD, M, WebTown, web_town


@pytest.fixture
def own(tmp_path: Path) -> Iterator[WebTown]:
    """A municipality of the test's own, to change."""
    with web_town(tmp_path) as made:
        yield made


def test_a_municipality_without_people_says_what_to_begin_with(own: WebTown) -> None:
    with own.container.db.writing() as session:
        LoginService(session).add("newcomer", PASSWORD, "methodist", OTHER, NOW)
    by_role = {role: own.client(role) for role in ("administrator", "newcomer")}
    page = by_role["administrator"].get(f"/m/{OTHER}/").text
    assert f"connector import таблица.xlsx --municipality {OTHER}" in page
    for path in ("", "staff"):
        told = by_role["newcomer"].get(f"/m/{OTHER}/{path}").text
        assert "ещё нет ни одного работника" in told
        assert "connector import" not in told
    assert "С чего начать" not in by_role["administrator"].get(f"/m/{M}/").text


def test_whoever_may_report_is_told_how_and_others_by_whom(town: WebTown) -> None:
    path = f"/m/{M}/snapshots/"
    assert "нажмите «Зафиксировать»" in town.client("methodist").get(path).text
    assert "Их фиксирует методист" in town.client("viewer").get(path).text


def test_events_are_chosen_by_the_sources_there_are(town: WebTown) -> None:
    page = town.client("methodist").get("/deliveries/?source=both").text
    assert '<option value="both" selected>' in page
    assert '<option value="mood">' in page


def test_what_proves_something_is_told_in_words(town: WebTown) -> None:
    """Its key is for those who look into events; a teacher reads what it is."""
    assert set(EVIDENCE) == set(map(str, Kind))
    own_profile = town.client("teacher").get(f"/m/{M}/staff/T-4").text
    assert "Завершение курса" in own_profile
    assert "completion:" not in own_profile
    assert "<code>completion:" in town.client("methodist").get(f"/m/{M}/staff/T-4").text
    assert "Завершение курса" in town.client("administrator").get("/deliveries/11").text
