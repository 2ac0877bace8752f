"""Through the pages: from a letter into the system, out of letters, and one's own choice."""

import re

import pytest
from sqlalchemy import select

from connector.models import Audit, Letter, Notice
from connector.services.access.signatures import name_behind
from tests.integration.web_town import NOW, OTHER, M, WebTown, csrf_token


def fresh_link(town: WebTown, number: str = "T-8") -> str:
    """Whoever has no log-in, at a page of their own."""
    address = f"t{number.removeprefix('T-')}@school.example"
    url = town.container.links.sign_in(M, number, address, f"/m/{M}/staff/{number}", NOW)
    return url.removeprefix("http://127.0.0.1:8080")


def test_a_letter_s_link_signs_its_reader_in_where_it_leads(town: WebTown) -> None:
    path = fresh_link(town)
    client = town.client()
    asked = client.get(path)
    assert asked.status_code == 200
    # A scanner that follows links uses nothing up, and gets in nowhere.
    assert client.get(path).status_code == 200
    assert client.get(f"/m/{M}/staff/T-8").status_code == 302
    entered = client.post(path, data={"csrf_token": csrf_token(asked.text)})
    assert (entered.status_code, entered.headers["Location"]) == (302, f"/m/{M}/staff/T-8")
    page = client.get(f"/m/{M}/staff/T-8")
    assert page.status_code == 200
    assert '<span class="who__name">Зайцев Олег Викторович<small>' in page.text
    assert "link:" not in page.text
    assert client.get(f"/m/{M}/staff/T-6").status_code == 403
    assert client.get("/me/letters").status_code == 200
    assert client.get("/deliveries/").status_code == 403
    other = town.client()
    over = other.get(path)
    assert over.status_code == 410
    assert "больше не работает" in over.text
    again = other.post(f"{path}/again", data={"csrf_token": csrf_token(over.text)})
    assert "Проверьте почту" in again.text
    with town.container.db.reading() as session:
        (asked_for,) = session.scalars(select(Notice).where(Notice.kind == "sign_in_link"))
        assert asked_for.recipient == "T-8"
        assert asked_for.params == {"page": f"/m/{M}/staff/T-8"}
        done = session.scalars(select(Audit.person).where(Audit.action == "link.signed_in")).all()
    assert done == ["T-8"]


def test_an_act_bears_the_name_of_the_person_behind_it(town: WebTown) -> None:
    with town.container.db.reading() as session:
        names = [name_behind(session, M, one) for one in ("link:T-8", "teacher", "administrator")]
        elsewhere = [name_behind(session, OTHER, one) for one in ("link:T-8", "teacher")]
    assert names == ["Зайцев Олег Викторович", "Громова Наталья Сергеевна", "administrator"]
    assert elsewhere == ["link:T-8", "teacher"]


def test_the_button_needs_the_form_s_token(town: WebTown) -> None:
    path = fresh_link(town)
    client = town.client()
    assert client.post(path).status_code == 400
    assert client.get(path).status_code == 200


def test_a_session_begun_by_a_link_ends_after_two_hours(town: WebTown) -> None:
    client = town.client()
    path = fresh_link(town, "T-9")
    client.post(path, data={"csrf_token": csrf_token(client.get(path).text)})
    page = f"/m/{M}/staff/T-9"
    assert client.get(page).status_code == 200
    with client.session_transaction() as session:
        session["until"] = NOW.timestamp() - 1
    assert client.get(page).status_code == 302


def test_whoever_may_not_see_the_page_by_a_link_is_told_what_is_needed(town: WebTown) -> None:
    """A methodist by duty without a log-in hears of requests, and signs in as a teacher."""
    page = f"/m/{M}/staff/T-6/routes/1"
    url = town.container.links.sign_in(M, "T-9", "t9@school.example", page, NOW)
    client, path = town.client(), url.removeprefix("http://127.0.0.1:8080")
    entered = client.post(path, data={"csrf_token": csrf_token(client.get(path).text)})
    refused = client.get(entered.headers["Location"])
    assert refused.status_code == 403
    assert "нужен вход с именем и паролем" in refused.text
    assert "нужен вход с именем" not in town.client("teacher").get(page).text


@pytest.mark.parametrize("path", ["/enter/x", "/enter/a.b", "/unsubscribe/a.b"])
def test_a_link_that_was_made_up_is_unknown(town: WebTown, path: str) -> None:
    answer = town.client().get(path)
    assert answer.status_code == 404
    assert "почтовая программа её оборвала" in answer.text


def test_a_letter_says_how_to_leave_and_one_click_does_it(town: WebTown) -> None:
    url = town.container.links.unsubscribe(M, "T-6", ["deficits_found"])
    path = url.removeprefix("http://127.0.0.1:8080")
    person = f"/m/{M}/staff/T-6/letters"
    client = town.client()
    assert "Перестанут приходить" in client.get(path).text
    for _ in range(2):
        done = client.post(path, data={"List-Unsubscribe": "One-Click"})
        assert done.status_code == 200
        assert "больше не приходят" in done.text
    assert "человек отключил" not in done.text
    seen = town.client("methodist").get(person).text
    assert "не присылать" in seen
    assert "Перестанут приходить" in client.post(f"{path}/undo").text
    assert "не присылать" not in town.client("methodist").get(person).text


def test_a_letter_that_is_kept_lets_nobody_in(town: WebTown) -> None:
    """Methodists read everybody's letters; they must not become everybody."""
    with town.container.db.reading() as session:
        letters = session.scalars(select(Letter)).all()
    assert letters
    for letter in letters:
        for form in (letter.text, letter.html):
            assert "/enter/" not in form
            assert "/unsubscribe/" not in form
            assert "http://127.0.0.1:8080/m/" in form
        assert letter.raw is None


def test_everybody_chooses_about_their_own_letters(town: WebTown) -> None:
    for role in ("teacher", "mentor", "head", "methodist", "viewer", "administrator"):
        assert town.client(role).get("/me/letters").status_code == 200, role
    client = town.client("head")
    page = client.get("/me/letters").text
    form = {
        "csrf_token": csrf_token(page), "hour": "16", "weekday": "4", "general": "",
        "choice.plan_met": "off", "choice.route_stalled": "digest", "choice.nothing": "off",
    }  # fmt: skip
    assert client.post("/me/letters", data=form).status_code == 302
    page = client.get("/me/letters").text
    assert re.search(r'<option value="16" selected>16:00', page)
    assert re.search(r'<option value="4" selected>по пятницам', page)
    others = town.client("methodist").get(f"/m/{M}/staff/T-2/letters").text
    assert "по пятницам в 16:00" in others
    assert town.client("teacher").get(f"/m/{M}/staff/T-2/letters").status_code == 403
    # Quiet hours and words of nobody's are no choices.
    client.post("/me/letters", data={**form, "hour": "3", "weekday": "9", "general": "never"})
    assert "по пятницам" not in town.client("methodist").get(f"/m/{M}/staff/T-2/letters").text


def test_a_forced_kind_is_not_on_offer(town: WebTown) -> None:
    client = town.client("methodist")
    page = client.get("/me/letters").text
    assert 'name="choice.route_stalled"' not in page
    assert "обязательное: отключить нельзя" in page
