"""One route in pages: the teacher asks and uploads, the methodist decides, others only look."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from connector.services.access.visibility import Role, Viewer, VisibilityService
from connector.services.imports.importing import ImportService
from connector.services.routes.file_types import MOST_BYTES
from connector.services.routes.proofs import ProofService
from connector.spreadsheets.workbook import Workbook
from tests.integration.web_town import NOW, M, WebTown, csrf_token, web_town

ROUTE = f"/m/{M}/staff/T-4/routes/1"
ACTS = f"/m/{M}/routes"
OWN = {"person": "T-4", "number": "1"}
PDF = b"%PDF-1.4 certificate"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebTown]:
    with web_town(tmp_path_factory.mktemp("route")) as made:
        yield made


def send(client: FlaskClient, act: str, **fields: Any) -> Any:
    token = csrf_token(client.get(f"/m/{M}/").text)
    return client.post(f"{ACTS}/{act}", data={"csrf_token": token, **OWN, **fields})


def said(client: FlaskClient, act: str, **fields: Any) -> str:
    answer = send(client, act, **fields)
    if answer.status_code == 422:
        return str(answer.text)
    assert answer.status_code == 302, answer.text
    return str(client.get(answer.headers["Location"]).text)


def upload(client: FlaskClient, content: bytes, **fields: Any) -> str:
    sent = {"step": "2", "done_on": "2026-06-01", "file": (BytesIO(content), "справка.pdf")}
    return said(client, "upload", **{**sent, **fields})


def number_of(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="(\d+)"', page)
    assert found is not None, f"no {name} on the page"
    return found[1]


def test_a_teacher_sees_the_own_route_and_nobody_elses(town: WebTown) -> None:
    teacher = town.client("teacher")
    page = teacher.get(ROUTE).text
    assert "Современный урок математики" in page
    assert "выполнен 20.04.2026" in page
    assert "Приложить документ" in page
    assert teacher.get(f"/m/{M}/staff/T-5/routes/1").status_code == 403
    assert teacher.get(f"/m/{M}/staff/T-4/routes/9").status_code == 404
    assert teacher.get(f"{ACTS}/waiting").status_code == 403


def test_a_teacher_is_not_reproached_for_a_stall(town: WebTown) -> None:
    """Nobody tells the teacher (docs/ru/stalls.md); the page offers a way on instead."""
    teacher, methodist = town.client("teacher"), town.client("methodist")
    for page in (ROUTE, f"/m/{M}/staff/T-4", f"/m/{M}/routes", f"/m/{M}/staff"):
        assert "остановился" in methodist.get(page).text, page
        own = teacher.get(page).text
        assert "остановился" not in own, page
        assert "остановились" not in own, page
        assert "рабочих дней без движения" not in own, page
    assert "Если что-то мешает — отпуск" in teacher.get(ROUTE).text
    assert teacher.get("/").headers["Location"] == f"/m/{M}/staff/T-4"


def test_a_request_is_asked_decided_about_and_told_in_the_story(town: WebTown) -> None:
    teacher, methodist = town.client("teacher"), town.client("methodist")
    text = said(teacher, "ask", kind="pause", first="2026-07-01", reason="отпуск")
    assert "Просьба не отправлена: укажите последний день перерыва" in text
    text = said(
        teacher, "ask", kind="pause", first="2026-07-01", last="2026-07-28", reason="отпуск"
    )
    assert "Просьба отправлена методисту" in text
    assert "Согласовать" not in text
    queue = methodist.get(f"{ACTS}/waiting").text
    assert "Громова Наталья Сергеевна, маршрут 1" in queue
    assert "Перерыв с 01.07.2026 по 28.07.2026" in queue
    assert "отпуск <span class=\"quiet\">— Громова Наталья Сергеевна, 15.06.2026" in queue
    assert "ждут решения: 1" in methodist.get(f"/m/{M}/routes").text
    number = number_of(queue, "request")
    fields = {"request": number, "then": "grant", "from": "waiting", "decision": "отдыхайте"}
    assert "Просьба удовлетворена" in said(methodist, "decide", **fields)
    page = teacher.get(ROUTE).text
    assert "с 01.07.2026 по 28.07.2026: отпуск" in page
    story = page[page.index('id="story"') :]
    assert "methodist: Маршрут приостановлен" in story
    assert "methodist: Просьба удовлетворена: перерыв с 01.07.2026 по 28.07.2026" in story
    assert "«отдыхайте»" in story
    assert "Громова Наталья Сергеевна: Просьба о перерыве" in story
    assert "20.04.2026 13:00, Moodle: Выполнен шаг 1" in story


def test_what_could_not_be_taken_stands_in_its_form_again(town: WebTown) -> None:
    """A reason written on a phone is not written twice."""
    teacher, methodist = town.client("teacher"), town.client("methodist")
    long = 'Ухаживаю за мамой "до осени" <и дольше>'
    text = said(teacher, "ask", kind="prolong", step="2", last="2026-11-04", reason=long)
    form = text[text.index("Не успеваю: продлить") : text.index("Шаг мне не нужен")]
    assert "Просьба не отправлена: " in form
    assert 'name="last" required value="2026-11-04" autofocus' in form
    assert long in unescape(form)
    assert unescape(text).count(long) == 1, "in its own form only"
    assert "<и дольше>" not in text
    assert "<title>Ошибка: Маршрут 1" in text
    text = upload(teacher, b"MZ a program", note="с печатью")
    assert 'name="note" maxlength="500" value="с печатью"' in text
    assert 'name="done_on" max="2026-06-15" required value="2026-06-01"' in text

    said(teacher, "ask", kind="drop", reason="перехожу в другую школу")
    number = number_of(methodist.get(f"{ACTS}/waiting").text, "request")
    for source in ("waiting", ""):
        refused = send(
            methodist, "decide", request=number, then="refuse", decision=" ", **{"from": source}
        )
        assert refused.status_code == 422
        told = "Решение не записано: напишите, почему отказано"
        assert refused.text.count(told) == 2, "above, and beside the form"
        assert 'name="decision" maxlength="2000" value=" " autofocus' in refused.text
    assert "Просьба отозвана" in said(teacher, "take-back", request=number)


def test_a_file_is_uploaded_fetched_and_accepted(town: WebTown) -> None:
    teacher, methodist = town.client("teacher"), town.client("methodist")
    assert "такие файлы не принимаются" in upload(teacher, b"MZ a program")
    assert "Файл приложен" in upload(teacher, PDF)
    queue = methodist.get(f"{ACTS}/waiting").text
    number = number_of(queue, "file")
    assert "Что подтверждает: Тест «Входная диагностика учителя математики»" in queue
    answer = methodist.get(f"{ACTS}/files/{number}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "Не записано: напишите, почему" in said(methodist, "review", file=number, then="return")
    assert "Файл принят, шаг выполнен" in said(methodist, "review", file=number, then="accept")
    town.engine.settle()
    page = teacher.get(ROUTE).text
    assert "завершён" in page
    assert "выполнен 01.06.2026" in page


def test_a_file_is_only_for_those_who_see_the_person(town: WebTown) -> None:
    with town.container.db.reading() as session:
        number = ProofService(session, M).of_route(("T-4", "1"))[0].id
    assert town.client("teacher").get(f"{ACTS}/files/{number}").status_code == 200
    # The head of MMO sees T-4; the mentor has another mentee, the viewer sees figures only.
    assert town.client("head").get(f"{ACTS}/files/{number}").status_code == 200
    for role in ("mentor", "viewer", "administrator"):
        assert town.client(role).get(f"{ACTS}/files/{number}").status_code == 403
    other = f"/m/kuznetsk/routes/files/{number}"
    assert town.client("administrator").get(other).status_code == 404
    assert town.client().get(f"{ACTS}/files/{number}").status_code == 302


def test_who_only_looks_cannot_act(town: WebTown) -> None:
    for role in ("head", "mentor", "viewer", "administrator"):
        client = town.client(role)
        token = csrf_token(client.get(f"/m/{M}/").text)
        fields = {"csrf_token": token, **OWN, "kind": "drop", "reason": "так"}
        for act in ("ask", "upload", "decide", "review"):
            assert client.post(f"{ACTS}/{act}", data=fields).status_code == 403, (role, act)
    teacher = town.client("teacher")
    assert send(teacher, "decide", request="1", then="grant").status_code == 403
    assert send(teacher, "ask", person="T-5", kind="drop", reason="зависть").status_code == 403
    # A request of another route cannot be decided about, or taken back, under this one's name.
    assert send(teacher, "take-back", request="99").status_code == 404


def test_what_is_too_large_is_refused_before_it_is_read(town: WebTown) -> None:
    teacher = town.client("teacher")
    kind = "multipart/form-data; boundary=x"
    answer = teacher.post(f"{ACTS}/upload", data=b" " * (MOST_BYTES + (1 << 20)), content_type=kind)
    assert (answer.status_code, "Файл больше 5 МБ" in answer.text) == (413, True)
    assert teacher.post(f"{ACTS}/ask", data=b" " * (1 << 21), content_type=kind).status_code == 413


def test_deputies_see_for_their_term_and_whoever_left_sees_nobody(town: WebTown) -> None:
    """Whoever is told in somebody's place may open what they are told about (domain 6 and 7)."""
    made = Workbook()
    header = ("personnel_no", "duty", "of", "from", "until")
    terms = [("T-13", "deputy", head, "2026-06-01", "2026-06-30") for head in ("T-2", "T-3")]
    made.add("assignments", [header, *terms])
    with town.container.db.writing() as session:
        service = ImportService()
        plan = service.check(session, M, made, NOW.date())
        assert [str(fault) for fault in plan.faults] == []
        service.apply(session, plan, NOW, "tests")
    deputy = Viewer("deputy", Role.HEAD, M, "T-13")
    with town.container.db.reading() as session:
        service = VisibilityService(session)
        within, after = date(2026, 6, 30), date(2026, 7, 1)
        assert service.sight(deputy, M, within).associations == {"MMO"}
        assert service.sight(deputy, M, within).covers("T-4")
        assert service.attends(deputy, M, "T-8", within), "the mentee of T-3"
        assert not service.attends(deputy, M, "T-4", within), "seen, and not acted for"
        assert service.sight(deputy, M, after).people == {"T-13"}
        assert not service.attends(deputy, M, "T-8", after)
    left = {"personnel_no": "T-3", "last_name": "Власова", "employed_until": "2026-06-30"}
    gone = Workbook()
    gone.add("staff", [tuple(left), tuple(left.values())])
    with town.container.db.writing() as session:
        plan = ImportService().check(session, M, gone, NOW.date(), ends=13)
        plan.changes = [change for change in plan.changes if change.key == "T-3"]
        assert [str(fault) for fault in plan.faults] == []
        ImportService().apply(session, plan, NOW, "tests")
    mentor = Viewer("mentor", Role.MENTOR, M, "T-3")
    with town.container.db.reading() as session:
        service = VisibilityService(session)
        assert service.sight(mentor, M, within).covers("T-8")
        assert service.sight(mentor, M, after).people == {"T-3"}
        assert not service.attends(mentor, M, "T-8", after)


def test_whoever_acts_for_the_teacher_is_not_spoken_to_as_the_teacher(tmp_path: Path) -> None:
    with web_town(tmp_path) as town:
        teacher, methodist = town.client("teacher"), town.client("methodist")
        to_teacher = (
            "Не успеваю: продлить",
            "Шаг мне не нужен",
            "Отправить методисту",
            "Скажите методисту",
            "в вашем профиле",
        )
        own, others = teacher.get(ROUTE).text, methodist.get(ROUTE).text
        assert [words for words in to_teacher if words not in own] == []
        assert [words for words in (*to_teacher, "вы проходите") if words in others] == []
        for words in ("Продлить срок", "Шаг не нужен", "профиле педагога", "о чём просит педагог"):
            assert words in others
            assert words not in own
        assert "Просьба записана" in said(methodist, "ask", kind="drop", reason="переходит")
        assert "Примите его" in upload(methodist, PDF)
