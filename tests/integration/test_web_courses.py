"""Courses and quizzes nobody mapped: put into the catalogue on the page, and at once in effect."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from connector.models import Delivery, Import
from connector.services.figures.profiles import Profile, ProfileService
from connector.services.folding.rebuilding import Rebuild
from connector.services.folding.recounting import Recount
from connector.services.imports.importing import ImportService
from connector.spreadsheets.workbook import Workbook, read_workbook, read_xlsx
from tests.contract.native_events import native_event
from tests.integration.web_town import M, WebTown, csrf_token, post, user, web_town

PAGE = f"/m/{M}/courses/"
ICT = {"id": 8, "idnumber": "", "shortname": "ИКТ", "fullname": "ИКТ на уроке"}


def completed(serial: int, n: int, course: Mapping[str, Any] = ICT) -> dict[str, Any]:
    at = "2026-05-20T10:00:00Z"
    return native_event(
        "course.completed", serial, user=user(n), occurred_at=at, course=course, completed_at=at
    )


@pytest.fixture
def own(tmp_path: Path, database_url: str) -> Iterator[WebTown]:
    with web_town(tmp_path / "town", database_url) as made:
        post(made, "mood", "ict", *(completed(600 + n, n) for n in (1, 2, 3)))
        # The same course, once it has been given an idnumber; one person finished it twice.
        post(made, "mood", "ict2", completed(610, 3, {**ICT, "idnumber": "ICT", "fullname": "ИКТ"}))
        made.engine.settle()
        yield made


def submit(town: WebTown, path: str, **form: str) -> str:
    client = town.client("methodist")
    form["csrf_token"] = csrf_token(client.get(f"/m/{M}/records/roadmap/new").text)
    answer = client.post(f"{PAGE}{path}", data=form)
    assert answer.status_code == 302, answer.text
    town.engine.settle()
    assert_proven(town)
    return str(client.get(answer.headers["Location"]).text)


def assert_proven(town: WebTown) -> None:
    c = town.container
    with c.db.snapshot() as session:
        today = c.clock.now().date()
        setting = c.settings.get(session, M, today)
        assert Recount(session, c.rulebook, setting).differences(today) == []
        assert Rebuild(session, c.rulebook, M).differences() == []


def profile(town: WebTown, number: str) -> Profile:
    c = town.container
    with c.db.reading() as session:
        return ProfileService(session, c.rulebook, c.clock.now()).profile(M, number)


def reasons(town: WebTown, event: str) -> set[tuple[str, str | None]]:
    with town.container.db.reading() as session:
        rows = session.execute(
            select(Delivery.state, Delivery.reason).where(Delivery.key.like(f"%{event}%"))
        )
        return {(state, reason) for state, reason in rows}


def test_a_course_is_mapped_in_two_clicks_and_counts_at_once(own: WebTown) -> None:
    client = own.client("methodist")
    page = client.get(PAGE).text
    assert "3 работника завершили" in page
    assert "4 события ждут" in page
    assert "ИКТ" in page
    form = client.get(f"{PAGE}course?source=mood&name=8").text
    assert 'name="competencies" value="K2"' in form

    page = submit(
        own,
        "course",
        source="mood",
        name="8",
        title="ИКТ на уроке",
        register_no="77/1",
        hours="18",
        audience="staff",
        competencies="K2",
        new_code="K9",
        new_title="Работа с сетью",
    )
    assert "теперь в справочнике" in page
    (completion,) = profile(own, "T-1").completions
    assert completion.programme.title == "ИКТ на уроке"
    assert completion.programme.competencies == ("K2", "K9")
    assert "работника завершили" not in page
    # Sent a second time it is not there any more.
    token = csrf_token(form)
    again = client.post(f"{PAGE}course", data={"source": "mood", "name": "8", "csrf_token": token})
    assert again.status_code == 404


def test_what_is_not_for_us_is_passed_over_until_it_is_taken_back(own: WebTown) -> None:
    page = submit(own, "course/not-ours", source="mood", name="8")
    assert "Не для нас (1)" in page
    post(own, "mood", "ict3", completed(620, 5))
    own.engine.settle()
    with own.container.db.reading() as session:
        query = select(Delivery.state, Delivery.reason, func.count()).where(
            Delivery.reason.like("un%_course")
        )
        rows = session.execute(query.group_by(Delivery.state, Delivery.reason)).all()
    assert rows == [("done", "unwanted_course", 5)]
    assert profile(own, "T-1").completions == ()

    page = submit(own, "course/take-back", source="mood", name="8")
    assert "4 работника завершили" in own.client("methodist").get(PAGE).text
    page = submit(own, "course", source="mood", name="8", like="mood|DPP")
    (completion,) = profile(own, "T-5").completions
    assert completion.programme.register_no == "2311/05"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebTown]:
    with web_town(tmp_path_factory.mktemp("courses")) as made:
        yield made


@pytest.mark.parametrize("headers", ["ru", "en"])
def test_the_catalogue_comes_back_unchanged(shared: WebTown, headers: str, tmp_path: Path) -> None:
    client = shared.client("methodist")
    book = client.get(f"{PAGE}catalogue.xlsx?headers={headers}").data
    packed = client.get(f"{PAGE}catalogue.zip?headers={headers}").data
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        archive.extractall(tmp_path / "csv")
    c = shared.container
    for workbook in (read_xlsx(io.BytesIO(book)), read_workbook(tmp_path / "csv")):
        assert set(workbook.sheets) == {"competencies", "programmes", "diagnostics", "questions"}
        with c.db.writing() as session:
            plan = ImportService().check(session, M, workbook, c.clock.now().date())
            assert plan.faults == []
            assert plan.changes == []
            assert plan.sheets["questions"].unchanged == 2


def test_completions_outside_the_register_are_shown(shared: WebTown) -> None:
    page = shared.client("methodist").get(PAGE).text
    assert "Номер в федеральном реестре" not in page
    sheet = io.StringIO(
        "source;course;title;register_no;register_until\nmood;DPP;Урок;2311/05;2026-03-01"
    )
    made = Workbook()
    made.add("programmes", [tuple(line.strip().split(";")) for line in sheet])
    c = shared.container
    with c.db.writing() as session:
        service = ImportService()
        plan = service.check(session, M, made, c.clock.now().date())
        service.apply(session, plan, c.clock.now(), "tests")
        assert session.scalar(select(func.max(Import.id)))
    page = shared.client("methodist").get(PAGE).text
    assert "срок в реестре кончился 01.03.2026" in page
    record = shared.client("methodist").get(f"/m/{M}/records/programmes/row?key=mood|DPP").text
    assert "Не учтено завершений с начала прошлого года: 2" in record


def test_only_those_who_enter_records_map_courses(shared: WebTown) -> None:
    for role, status in (("teacher", 403), ("viewer", 403), ("specialist", 200)):
        assert shared.client(role).get(PAGE).status_code == status
    client = shared.client("methodist")
    assert client.get("/m/kuznetsk/courses/").status_code == 403
    assert client.get(f"{PAGE}quiz?source=mood&name=1").status_code == 404


def test_a_quiz_is_mapped_by_its_questions(shared: WebTown) -> None:
    client = shared.client("methodist")
    form = client.get(f"{PAGE}quiz?source=mood&name=77").text
    assert 'name="slot:1"' in form
    wrong = client.post(
        f"{PAGE}quiz",
        data={"source": "mood", "name": "77", "title": "Опрос", "csrf_token": csrf_token(form)},
    )
    assert wrong.status_code == 422
    assert "выберите, что измеряет тест" in wrong.text
    before = profile(shared, "T-9").results
    page = submit(
        shared,
        "quiz",
        source="mood",
        name="77",
        title="Опрос",
        policy="last",
        all="K1",
        **{"slot:1": "", "slot:2": "-"},
    )
    assert "теперь в справочнике" in page
    (new,) = [one for one in profile(shared, "T-9").results if one not in before]
    assert set(new.percents) == {"K1"}
