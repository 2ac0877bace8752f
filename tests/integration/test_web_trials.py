"""The pages on which rules are tried and checked before they are in force."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import inspect, text

from connector.web.pages import trials
from tests.integration.web_town import M, WebTown, csrf_token

TRY, CHECK = f"/rules/{M}/try", f"/rules/{M}/check"


def tried(client: FlaskClient, **typed: str) -> Any:
    token = csrf_token(client.get(TRY).text)
    return client.post(TRY, data={"csrf_token": token, **typed})


def rows_of(town: WebTown) -> dict[str, Any]:
    with town.container.db.connection() as connection:
        return {
            table: [tuple(row) for row in connection.execute(text(f'SELECT * FROM "{table}"'))]
            for table in inspect(connection).get_table_names()
        }


def test_the_form_holds_every_number_as_it_is(town: WebTown) -> None:
    page = town.client("methodist").get(TRY).text
    held = dict(re.findall(r'<input name="([^"]+)" value="([^"]*)"', page))
    assert held["korolev.diagnosed.plan"] == "60"
    assert held["scale.base"] == "50"
    assert held["stalls.idle_days"] == "20"
    assert held["korolev.young.younger_than"] == "35"


def test_a_plan_is_tried_and_nothing_is_saved(town: WebTown) -> None:
    client = town.client("methodist")
    before = rows_of(town)
    page = tried(client, **{"korolev.diagnosed.plan": "50"}).text
    assert "не хватает 2" in page
    assert "выполнен" in page
    assert 'value="50"' in page, "what was typed stays"
    assert "сейчас 60" in page
    assert rows_of(town) == before
    assert 'name="korolev.diagnosed.plan" value="60"' in client.get(TRY).text


def test_a_threshold_shows_people_with_their_reasons(town: WebTown) -> None:
    page = tried(town.client("methodist"), **{"scale.base": "60"}).text
    assert "По-другому засчитаны" in page
    assert "не засчитан" in page
    assert "Диагностика" in page or "диагностика" in page.lower()


def test_an_administrator_sees_numbers_and_no_names(town: WebTown) -> None:
    page = tried(town.client("administrator"), **{"scale.base": "60"}).text
    assert "По-другому засчитаны" in page
    assert "Поимённый список виден методисту" in page
    assert "Громова" not in page


@pytest.mark.parametrize(
    ("typed", "told"),
    [({}, "Измените хотя бы одно число"), ({"scale.base": "много"}, "Ожидалось число"),
     ({"scale.base": "90"}, "пороги"), ({"korolev.diagnosed.plan": "160"}, "от 0 до 100"),
     ({"what": "files"}, "Ничего не изменилось бы")],
)  # fmt: skip
def test_what_cannot_be_tried_is_told(town: WebTown, typed: dict[str, str], told: str) -> None:
    assert told in tried(town.client("methodist"), **typed).text


def test_a_large_municipality_is_told_the_command(
    town: WebTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "MOST_SUBJECTS", 3)
    page = tried(town.client("methodist"), **{"scale.base": "60"}).text
    assert f"connector plugins diff {M} --what-if scale.base=60" in page


def test_a_trial_that_takes_too_long_is_ended(
    town: WebTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "MOST_SECONDS", -1.0)
    page = tried(town.client("methodist"), **{"scale.base": "60"}).text
    assert "connector plugins diff" in page


def test_the_check_shows_what_was_checked(town: WebTown) -> None:
    page = town.client("methodist").get(CHECK).text
    assert "ошибок нет" in page
    assert re.search(r"Показателей \d+, примеров \d\d, сценариев", page)


@pytest.mark.parametrize("path", [TRY, CHECK])
@pytest.mark.parametrize("role", ["teacher", "mentor", "head", "viewer"])
def test_only_methodists_and_administrators_enter(town: WebTown, path: str, role: str) -> None:
    assert town.client(role).get(path).status_code == 403


def test_the_rules_page_leads_to_both(town: WebTown) -> None:
    page = town.client("methodist").get("/rules/").text
    assert f'href="{TRY}"' in page
    assert f'href="{CHECK}"' in page
