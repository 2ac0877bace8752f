"""The methodist's workbench in pages: drafts looked through, edited, approved, dismissed."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from connector.cli.figures import differences
from connector.services.routes.contents import Contents, contents_of
from tests.integration.web_town import M, WebTown, attempt, csrf_token, post, user, web_town

DRAFTS = f"/m/{M}/routes/drafts"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebTown]:
    with web_town(tmp_path_factory.mktemp("drafts")) as made:
        for serial, n, percent in ((901, 11, 20), (902, 12, 30), (903, 13, 40), (904, 14, 10)):
            diagnosed(made, serial, n, percent)
        work(made)
        yield made


def diagnosed(town: WebTown, serial: int, n: int, percent: int) -> None:
    post(town, "mood", f"w{serial}", {**attempt(serial, percent), "user": user(n)})


def work(town: WebTown) -> None:
    town.engine.settle()
    while town.engine.proposer.run_once():
        town.engine.settle()


@pytest.fixture
def client(town: WebTown) -> FlaskClient:
    return town.client("methodist")


def send(client: FlaskClient, act: str, page: str = f"{DRAFTS}/", **fields: Any) -> Any:
    token = csrf_token(client.get(page).text)
    return client.post(f"{DRAFTS}/{act}", data={"csrf_token": token, **fields})


def one(person: str, number: str = "2026-1") -> str:
    return f"{DRAFTS}/one?person={person}&number={number}"


def picked(client: FlaskClient, person: str) -> str:
    found = re.search(rf'name="draft" value="({person}\|[^"]+)"', client.get(f"{DRAFTS}/").text)
    assert found is not None, f"no draft of {person}"
    return found[1]


def route(town: WebTown, person: str) -> Contents:
    with town.container.db.reading() as session:
        return contents_of(session, M, [person])[person, "2026-1"]


def form_of(page: str) -> dict[str, str]:
    """What a browser would send of a draft's form as it stands."""
    found = {"draft": re.search(r'name="draft" value="([^"]+)"', page)[1]}  # type: ignore[index]
    for name in re.findall(r'name="((?:order|due|competencies)-\d+|rows|starts_on)"', page):
        value = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
        found[name] = value[1] if value else ""
    for n, select in enumerate(re.findall(r'<select name="target-\d+".*?</select>', page, re.S)):
        chosen = re.search(r'value="([^"]*)" selected', select)
        found[f"target-{n}"] = chosen[1].replace("&gt;", ">") if chosen else ""
        found[f"required-{n}"] = "1"
    return found


def test_the_list_tells_who_what_for_and_what(client: FlaskClient) -> None:
    text = client.get(f"{DRAFTS}/").text
    assert "Лебедев Максим Ильич" in text
    assert "Школа № 12 имени С. П. Королёва" in text
    assert "Решение задач повышенной сложности" in text
    assert "Современный урок математики" in text
    assert ">36<" in text
    found = client.get(f"{DRAFTS}/?q=лебедев").text
    assert "Миронова" not in found
    assert "Таких черновиков нет" in client.get(f"{DRAFTS}/?q=нет+такого").text


def test_a_draft_is_edited_and_approved_in_one_go(town: WebTown, client: FlaskClient) -> None:
    page = client.get(one("T-11")).text
    assert "Из чего выбирать" in page
    assert "Предложена." in page
    form = form_of(page)
    form |= {"order-0": "2", "other-new": "activity:A-1", "due-new": "2026-09-01"}
    answer = send(client, "save", one("T-11"), **form, then="stay")
    assert answer.status_code == 302, answer.text
    held = route(town, "T-11")
    assert [step["target"] for step in held.steps] == ["course:DPP", "activity:A-1"]
    page = client.get(one("T-11")).text
    assert "изменён" in page
    # 2 goes up before 1, and is optional.
    form = form_of(page) | {"order-1": "1"}
    del form["required-1"]
    answer = send(client, "save", one("T-11"), **form, then="approve", approver="T-1")
    assert "Утверждено: 1 маршрут." in client.get(answer.headers["Location"]).text
    held = route(town, "T-11")
    assert [(s["target"], s["required"]) for s in held.steps] == [
        ("activity:A-1", False),
        ("course:DPP", True),
    ]
    assert (held.route["approved_by"], held.route["approved_on"]) == ("T-1", "2026-06-15")
    work(town)
    assert differences(town.container, M) == []


def test_of_many_what_cannot_be_approved_says_why_and_the_rest_goes_on(
    town: WebTown, client: FlaskClient
) -> None:
    good, stale = picked(client, "T-12"), picked(client, "T-13")
    other = town.client("specialist")
    form = form_of(other.get(one("T-13")).text) | {"due-0": "2026-12-01"}
    assert send(other, "save", one("T-13"), **form).status_code == 302
    answer = send(client, "approve", draft=[good, stale, "T-99|1|x", "вздор"], approver="T-1")
    text = client.get(answer.headers["Location"]).text
    assert "Утверждено: 1 маршрут." in text
    assert "Не утверждено — Назарова Юлия Денисовна: черновик изменился" in text
    assert "Не утверждено — T-99: этого черновика больше нет" in text
    assert route(town, "T-12").route["approved_by"] == "T-1"
    assert route(town, "T-13").is_draft
    nobody = send(client, "approve", draft=[picked(client, "T-13")])
    assert "не указано, кто утверждает" in client.get(nobody.headers["Location"]).text
    unknown = send(client, "approve", draft=[picked(client, "T-13")], approver="T-77")
    assert "ожидается табельный номер" in client.get(unknown.headers["Location"]).text
    none = send(client, "approve")
    assert "Отметьте хотя бы один" in client.get(none.headers["Location"]).text


def test_what_was_typed_wrong_comes_back_with_the_reason(
    town: WebTown, client: FlaskClient
) -> None:
    before = route(town, "T-13")
    form = form_of(client.get(one("T-13")).text) | {"other-new": "курс", "starts_on": "вчера"}
    answer = send(client, "save", one("T-13"), **form)
    assert answer.status_code == 422
    assert "Не сохранено: " in answer.text
    assert "ожидается одно из: course:X" in answer.text
    assert route(town, "T-13") == before
    empty = form_of(client.get(one("T-13")).text) | {"remove-0": "1"}
    answer = send(client, "save", one("T-13"), **empty)
    assert (answer.status_code, "нет ни одного шага" in answer.text) == (422, True)


def test_a_whole_page_is_approved_by_one_press_and_the_api_knows_the_drafts(
    town: WebTown, client: FlaskClient
) -> None:
    for serial, n in ((921, 1), (922, 2)):
        diagnosed(town, serial, n, 20)
    work(town)
    drafts = town.get(f"municipalities/{M}/routes", state="draft").json["routes"]
    assert {"T-1", "T-2"} <= {one["subject"] for one in drafts}
    page = client.get(f"{DRAFTS}/?q=а").text
    every = re.findall(r'name="every" value="([^"]+)"', page)
    wanted = [one for one in every if one.startswith(("T-1|", "T-2|"))]
    answer = send(client, "approve", every=wanted, then="all", approver="T-1")
    assert "Утверждено: 2 маршрута." in client.get(answer.headers["Location"]).text


def test_a_passed_due_date_is_in_the_way_of_approval(client: FlaskClient) -> None:
    form = form_of(client.get(one("T-13")).text) | {"due-0": "2026-06-01"}
    send(client, "save", one("T-13"), **form)
    text = client.get(f"{DRAFTS}/").text
    assert "Утвердить нельзя: прошёл срок шага 1 (01.06.2026)" in text
    answer = send(client, "approve", draft=[picked(client, "T-13")], approver="T-1")
    assert "прошёл срок шага 1" in client.get(answer.headers["Location"]).text


def test_a_dismissed_draft_needs_a_reason_and_does_not_come_back(
    town: WebTown, client: FlaskClient
) -> None:
    answer = send(client, "dismiss", draft=picked(client, "T-14"), reason=" ")
    assert "Не отклонено: напишите, почему" in client.get(answer.headers["Location"]).text
    send(client, "dismiss", draft=picked(client, "T-14"), reason="выходит на пенсию")
    send(client, "again")
    work(town)
    assert "T-14|" not in client.get(f"{DRAFTS}/").text
    send(client, "again", person="T-14")
    work(town)
    assert picked(client, "T-14"), "asked for by name it does"
    send(client, "dismiss", draft=picked(client, "T-14"), reason="всё-таки нет")
    diagnosed(town, 950, 14, 15)
    work(town)
    assert picked(client, "T-14"), "a newer result is another matter"


def test_drafts_are_for_those_who_decide(town: WebTown) -> None:
    for role in ("teacher", "mentor", "head", "viewer", "administrator"):
        assert town.client(role).get(f"{DRAFTS}/").status_code == 403
    assert town.client("methodist").get("/m/kuznetsk/routes/drafts/").status_code == 403


def test_a_step_is_added_by_some_of_its_title(town: WebTown, client: FlaskClient) -> None:
    page = client.get(one("T-13")).text
    known = re.findall(r'<option value="([^"]+)"></option>', page)
    assert "Современный урок математики, 36 ч" in known
    before = route(town, "T-13").steps
    form = form_of(page) | {"other-new": "входная ДИАГНОСТИКА"}
    answer = send(client, "save", one("T-13"), **form, then="stay")
    assert answer.status_code == 302, answer.text
    after = route(town, "T-13").steps
    assert [step["target"] for step in after[len(before) :]] == ["quiz:DIAG>=50"]
