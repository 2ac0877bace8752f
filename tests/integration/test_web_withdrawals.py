"""What Moodle withdrew of last year, decided on the page, and what waits told on the first one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.native_events import native_event
from tests.integration.web_town import M, WebTown, csrf_token, post, user, web_town

PAGE = f"/m/{M}/withdrawals/"
THEN = "2025-05-20T10:00:00Z"
COURSE = {"id": 5, "idnumber": "DPP", "shortname": "ДПП", "fullname": "Современный урок"}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[WebTown]:
    """Last year's course was reset for a new run: three completions are gone in Moodle."""
    with web_town(tmp_path / "town") as made:
        kinds = ((700, "course.completed", THEN), (710, "course.completion_retracted", None))
        for first, kind, at in kinds:
            events = [
                native_event(
                    kind,
                    first + n,
                    user=user(n),
                    course=COURSE,
                    completed_at=THEN,
                    occurred_at=at or "2026-06-01T10:00:00Z",
                )
                for n in (4, 5, 6)
            ]
            post(made, "mood", f"w{first}", *events)
        made.engine.settle()
        yield made


def test_a_reset_is_answered_for_all_and_comes_undone(own: WebTown) -> None:
    client = own.client("methodist")
    first = client.get(f"/m/{M}/").text
    assert "3 результата, отменённых в Moodle" in first
    assert "курс или тест" in first
    page = client.get(PAGE).text
    assert "3 работника" in page
    assert "20.05.2025" in page
    tokens = re.findall(r'name="one" value="(\w+)"', page)
    assert len(tokens) == 3

    form = {"csrf_token": csrf_token(page), "one": tokens[:1], "answer": "yes"}
    answer = client.post(PAGE, data={**form, "reason": ""})
    assert "напишите, почему" in client.get(answer.headers["Location"]).text
    client.post(PAGE, data={**form, "reason": "зачтено по ошибке"})
    rest = {**form, "one": tokens[1:], "answer": "no", "reason": "курс сброшен"}
    answer = client.post(PAGE, data=rest)
    page = client.get(answer.headers["Location"]).text
    assert "Результаты остаются: 2" in page
    assert "зачтено по ошибке" in page
    own.engine.settle()
    assert "отменённых в Moodle" not in client.get(f"/m/{M}/").text

    (number,) = re.findall(
        r'отмена учтена: зачтено по ошибке.*?name="decision" value="(\d+)"', page, re.DOTALL
    )
    form = {"csrf_token": form["csrf_token"], "decision": number}
    answer = client.post(f"{PAGE}take-back", data=form)
    own.engine.settle()
    assert "1 результат, отменённый в Moodle" in client.get(f"/m/{M}/").text
    assert client.post(f"{PAGE}take-back", data=form).status_code == 404


def test_only_those_who_enter_records_answer(own: WebTown) -> None:
    for role in ("teacher", "head", "viewer"):
        assert own.client(role).get(PAGE).status_code == 403
        assert "отменённый в Moodle" not in own.client(role).get(f"/m/{M}/").text
