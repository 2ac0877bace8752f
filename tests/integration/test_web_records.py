"""Records entered on pages: the form, its faults, two people at once, taking back."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from connector.cli.figures import differences
from connector.models import Import, Record
from connector.services.imports.importing import ImportService
from connector.spreadsheets.workbook import Workbook
from connector.web.record_sheets import SHELVES
from tests.integration.web_town import NOW, M, WebTown, csrf_token, web_town

RECORDS = f"/m/{M}/records"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebTown]:
    with web_town(tmp_path_factory.mktemp("records")) as made:
        yield made


@pytest.fixture
def client(town: WebTown) -> FlaskClient:
    return town.client("methodist")


def send(client: FlaskClient, sheet: str, act: str = "save", **fields: Any) -> Any:
    token = csrf_token(client.get(f"{RECORDS}/{sheet}/new").text)
    return client.post(f"{RECORDS}/{sheet}/{act}", data={"csrf_token": token, **fields})


def bodies(town: WebTown, sheet: str) -> list[dict[str, Any]]:
    with town.container.db.reading() as session:
        query = select(Record.body).where(Record.municipality == M, Record.sheet == sheet)
        return list(session.scalars(query.order_by(Record.key)))


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, f"no {name} on the page"
    return found[1]


def opened(client: FlaskClient, sheet: str, key: str) -> dict[str, str]:
    page = client.get(f"{RECORDS}/{sheet}/row", query_string={"key": key}).text
    return {"key": hidden(page, "key"), "version": hidden(page, "version")}


def test_the_index_names_every_list_in_plain_russian(client: FlaskClient) -> None:
    text = client.get(f"{RECORDS}/").text
    for name, shelf in SHELVES.items():
        assert shelf.title in text
        assert client.get(f"{RECORDS}/{name}").status_code == 200
        assert client.get(f"{RECORDS}/{name}/new").status_code == 200
        assert client.get(f"{RECORDS}/{name}/removed").status_code == 200


def test_a_saved_form_is_a_record_of_whoever_sent_it(town: WebTown, client: FlaskClient) -> None:
    fields = {"title": "Урок-мастерская", "author": "T-4", "school": "S1",
              "published_on": "2026-03-01", "link": "https://example.org/1"}  # fmt: skip
    answer = send(client, "practices", **fields)
    assert answer.status_code == 302
    page = client.get(answer.headers["Location"]).text
    assert "Запись добавлена." in page
    assert "methodist: добавлено" in page
    assert bodies(town, "practices") == [fields]
    with town.container.db.reading() as session:
        made = session.scalars(select(Import).order_by(Import.id.desc())).first()
        assert made is not None
        assert made.made_by == "methodist"
    again = send(client, "practices", **fields)
    assert "ничего не изменилось" in client.get(again.headers["Location"]).text
    listed = client.get(f"{RECORDS}/practices").text
    assert "Громова Наталья Сергеевна" in listed
    assert "01.03.2026" in listed


def test_faults_stand_beside_their_fields_and_nothing_is_lost(
    town: WebTown, client: FlaskClient
) -> None:
    answer = send(client, "contests", personnel_no="T-99", title="", held_on="вчера", level="край")
    assert answer.status_code == 422
    page = answer.text
    assert 'id="fault-personnel_no">ожидается табельный номер' in page
    assert 'id="fault-title">обязательное значение<' in page
    assert 'id="fault-held_on">ожидается дата' in page
    assert 'value="край"' in page
    assert bodies(town, "contests") == []
    empty = send(client, "contests")
    assert empty.status_code == 422
    assert empty.text.count("обязательное значение") >= 2


def test_a_surname_stands_for_the_number_it_means(town: WebTown, client: FlaskClient) -> None:
    answer = send(client, "contests", personnel_no="громова", title="Учитель года")
    assert answer.status_code == 302
    assert bodies(town, "contests")[0]["personnel_no"] == "T-4"
    several = send(client, "contests", personnel_no="ова", title="Учитель года")
    assert several.status_code == 422
    assert "Нашлось несколько" in several.text
    assert '<option value="T-1">Абрамова Елена Петровна (T-1)' in several.text


def test_dates_out_of_order_are_told_by_the_forms_own_names(client: FlaskClient) -> None:
    answer = send(client, "roadmap", scope="municipality", number="9", title="Семинар",
                  started_on="2026-05-02", done_on="2026-05-01")  # fmt: skip
    assert answer.status_code == 422
    assert "не раньше, чем в поле «Начато» (02.05.2026)" in answer.text


def test_of_two_people_the_second_is_shown_both_versions(
    town: WebTown, client: FlaskClient
) -> None:
    fields = {"number": "A-1", "scope": "municipality", "made_on": "2026-02-01", "about": "Итоги"}
    send(client, "analyses", **fields)
    first = opened(client, "analyses", "A-1")
    other = town.client("specialist")
    theirs = {**fields, "about": "Итоги диагностики"}
    assert send(other, "analyses", **first, **theirs).status_code == 302
    mine = {**fields, "about": "Выводы"}
    answer = send(client, "analyses", **first, **mine)
    assert answer.status_code == 409
    assert "Запись изменилась, пока вы правили" in answer.text
    assert "Изменил(а): specialist" in answer.text
    assert '<td data-label="Сейчас записано">Итоги диагностики</td>' in answer.text
    assert '<td data-label="У вас">Выводы</td>' in answer.text
    assert bodies(town, "analyses")[0]["about"] == "Итоги диагностики"
    again = {"key": "A-1", "version": hidden(answer.text, "version")}
    assert send(client, "analyses", **again, **mine).status_code == 302
    assert bodies(town, "analyses")[0]["about"] == "Выводы"
    page = client.get(f"{RECORDS}/analyses/row?key=A-1").text
    assert "было «Итоги диагностики», стало «Выводы»" in page


def test_a_corrected_key_moves_the_row(town: WebTown, client: FlaskClient) -> None:
    fields = {"association": "MMO", "held_on": "2026-03-01", "topic": "Разбор",
              "agenda": ["analysis", "planning"]}  # fmt: skip
    send(client, "meetings", **fields)
    form = opened(client, "meetings", "MMO|2026-03-01")
    moved = {**fields, "held_on": "2026-03-02"}
    assert send(client, "meetings", **form, **moved).status_code == 302
    found = bodies(town, "meetings")
    assert [(one["held_on"], one["agenda"]) for one in found] == [
        ("2026-03-02", ["analysis", "planning"])
    ]


def test_a_new_row_does_not_write_over_one_that_is_there(
    town: WebTown, client: FlaskClient
) -> None:
    send(client, "documents", code="D1", title="Положение")
    answer = send(client, "documents", code="D1", title="Приказ")
    assert answer.status_code == 422
    assert "такая запись уже есть" in answer.text
    assert bodies(town, "documents")[0]["title"] == "Положение"


def test_what_was_taken_back_counts_no_more_and_can_be_brought_back(
    town: WebTown, client: FlaskClient
) -> None:
    def supported() -> int:
        town.engine.settle()
        indicators = town.get(f"municipalities/{M}/indicators", period="2026").json["indicators"]
        (found,) = [one for one in indicators if one["code"] == "korolev.young"]
        count: int = found["achieved"]
        return count

    fields = {"personnel_no": "T-12", "form": "Клуб молодого педагога", "from": "2026-01-10"}
    send(client, "support", **fields)
    key = "T-12|Клуб молодого педагога|2026-01-10"
    assert supported() == 2
    form = opened(client, "support", key)
    answer = send(client, "support", "take-back", **form, reason="не тот человек")
    assert "Запись убрана" in client.get(answer.headers["Location"]).text
    assert bodies(town, "support") == []
    assert client.get(f"{RECORDS}/support/row", query_string={"key": key}).status_code == 404
    assert supported() == 1
    page = client.get(f"{RECORDS}/support/removed").text
    assert "methodist: не тот человек" in page
    back = {name: hidden(page, name) for name in fields}
    assert send(client, "support", **back).status_code == 302
    assert supported() == 2
    assert "Убранных записей нет" in client.get(f"{RECORDS}/support/removed").text


def test_an_analysis_that_decisions_follow_from_stays(town: WebTown, client: FlaskClient) -> None:
    send(client, "analyses", number="A-2", scope="municipality", made_on="2026-02-01")
    send(client, "decisions", number="R-2", analysis="A-2", scope="school:S1",
         decided_on="2026-02-10")  # fmt: skip
    answer = send(client, "analyses", "take-back", **opened(client, "analyses", "A-2"))
    assert answer.status_code == 422
    assert "ссылаются решения: R-2" in answer.text
    assert any(one["number"] == "A-2" for one in bodies(town, "analyses"))


def test_a_row_is_marked_done_from_the_list(town: WebTown, client: FlaskClient) -> None:
    send(client, "roadmap", scope="MMO", number="1", title="Провести семинар", level="municipal",
         due_on="2026-05-01")  # fmt: skip
    page = client.get(f"{RECORDS}/roadmap", query_string={"undone": "1"}).text
    form = {"key": hidden(page, "key"), "version": hidden(page, "version")}
    wrong = send(client, "roadmap", "done", **form, done_on="скоро")
    assert "Не отмечено: ожидается дата" in client.get(wrong.headers["Location"]).text
    answer = send(client, "roadmap", "done", **form, done_on="2026-05-20", proof="Приказ № 5")
    assert "Отмечено выполненным" in client.get(answer.headers["Location"]).text
    found = [one for one in bodies(town, "roadmap") if one["number"] == "1"]
    assert (found[0]["done_on"], found[0]["proof"]) == ("2026-05-20", "Приказ № 5")
    assert "Ничего не нашлось" in client.get(f"{RECORDS}/roadmap?undone=1").text


def test_rows_are_found_by_words_and_by_whom_they_are_about(
    town: WebTown, client: FlaskClient
) -> None:
    for number in range(60):
        send(client, "assessments", personnel_no="T-1" if number else "T-13",
             criterion=f"Критерий {number}", assessed_on="2026-04-01")  # fmt: skip
    page = client.get(f"{RECORDS}/assessments").text
    assert "Всего: 60" in page
    assert page.count("Абрамова") == 50
    assert "Нашлось: 1." in client.get(f"{RECORDS}/assessments?q=НАЗАРОВА").text
    assert "Нашлось: 1." in client.get(f"{RECORDS}/assessments?q=критерий 59").text
    assert client.get(f"{RECORDS}/assessments?page=99").text.count('scope="row"') == 10


@pytest.mark.parametrize("role", ["teacher", "head", "mentor", "viewer"])
def test_others_neither_read_nor_write_records(town: WebTown, role: str) -> None:
    client = town.client(role)
    assert ">Записи</a>" not in client.get(f"/m/{M}/").text
    assert client.get(f"{RECORDS}/").status_code == 403
    token = csrf_token(client.get(f"/m/{M}/").text)
    form = {"csrf_token": token, "code": "D9", "title": "Приказ"}
    assert client.post(f"{RECORDS}/documents/save", data=form).status_code == 403
    assert all(one["code"] != "D9" for one in bodies(town, "documents"))


def test_records_of_another_municipality_are_not_there(town: WebTown) -> None:
    assert town.client("methodist").get("/m/kuznetsk/records/").status_code == 403
    assert town.client("administrator").get("/m/kuznetsk/records/").status_code == 200


@pytest.mark.parametrize("path", ["staff", "nothing", "documents/row?key=none", "staff/new"])
def test_what_is_not_entered_here_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(f"{RECORDS}/{path}").status_code == 404


def test_what_the_rules_list_is_entered_from_the_list(town: WebTown) -> None:
    client = town.client("administrator")
    records = "/m/todzhinsky/records"
    text = client.get(f"{records}/documents").text
    assert "ещё не занесено: 21" in text
    found = re.search(r'href="([^"]*/documents/new\?[^"]*)"', text)
    assert found is not None
    form = client.get(found[1].replace("&amp;", "&")).text
    assert 'name="code" type="text" value="1.1"' in form
    token = csrf_token(form)
    fields = {"csrf_token": token, "code": "1.1", "title": "Дорожная карта",
              "present_since": "2026-02-01", "link": "https://example.org"}  # fmt: skip
    assert client.post(f"{records}/documents/save", data=fields).status_code == 302
    assert "ещё не занесено: 20" in client.get(f"{records}/documents").text
    roadmap = client.get(f"{records}/roadmap").text
    assert "Названо в правилах, но ещё не занесено" in roadmap


def test_a_row_that_is_a_subject_goes_from_its_figure_and_from_its_memberships(
    town: WebTown,
) -> None:
    """What is gone is judged no more: a membership that stayed would still be counted."""
    other = "todzhinsky"
    staff = Workbook()
    staff.add("staff", [("personnel_no", "last_name", "first_name", "role", "employed_from"),
                        ("P-1", "Кол", "Ай", "teacher", "2015-09-01")])  # fmt: skip
    with town.container.db.writing() as session:
        service = ImportService()
        service.apply(session, service.check(session, other, staff, NOW.date()), NOW, "tests")
    client = town.client("administrator")
    records = f"/m/{other}/records/practices"

    def counted() -> int:
        town.engine.settle()
        figures = town.get(f"municipalities/{other}/indicators", "administrator").json
        (found,) = [one for one in figures["indicators"] if one["code"].endswith(".practices")]
        count: int = found["achieved"]
        return count

    before = counted()
    token = csrf_token(client.get(f"{records}/new").text)
    fields = {"csrf_token": token, "title": "Урок", "author": "P-1", "published_on": "2026-03-01",
              "link": "https://example.org"}  # fmt: skip
    assert client.post(f"{records}/save", data=fields).status_code == 302
    assert counted() == before + 1
    page = client.get(f"{records}/row", query_string={"key": "Урок|P-1"}).text
    form = {"csrf_token": token, "key": "Урок|P-1", "version": hidden(page, "version")}
    assert client.post(f"{records}/take-back", data=form).status_code == 302
    assert counted() == before
    assert differences(town.container, other) == []
