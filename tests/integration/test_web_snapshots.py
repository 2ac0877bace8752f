"""Reports that were written down, and what has changed since, with who and why."""

import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from connector.clock import AdjustableClock
from tests.contract.native_events import native_event
from tests.integration.web_town import NOW, M, WebTown, attempt, csrf_token, post, user, web_town

SNAPSHOTS = f"/m/{M}/snapshots"


@pytest.fixture
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebTown]:
    with web_town(tmp_path_factory.mktemp("snapshots")) as made:
        yield made


@pytest.fixture
def client(town: WebTown) -> FlaskClient:
    return town.client("methodist")


def take(client: FlaskClient, **fields: str) -> str:
    """The address of the snapshot taken."""
    token = csrf_token(client.get(f"{SNAPSHOTS}/").text)
    answer = client.post(f"{SNAPSHOTS}/", data={"csrf_token": token, **fields})
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def the_next_day(town: WebTown) -> None:
    assert isinstance(town.container.clock, AdjustableClock)
    town.container.clock.move_to(NOW.replace(day=16))


def table(page: str) -> str:
    """The cells of a table, one line a row, with ordinary blanks only."""
    rows = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return "\n".join(" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows)


def test_what_was_reported_stays_and_what_changed_since_is_told(
    town: WebTown, client: FlaskClient
) -> None:
    town.engine.settle()
    place = take(client)
    assert "зафиксирован" in client.get(place).text
    assert "50,0 % (7 из 14) 50,0 % (7 из 14) нет" in table(client.get(place).text)
    assert "Ни у кого итог не изменился" in client.get(f"{place}/korolev.diagnosed").text

    the_next_day(town)
    regraded = {**attempt(5, 90), "id": "regraded-5", "seq": 2_000,
                "occurred_at": "2026-06-15T12:00:00Z"}  # fmt: skip
    retracted = native_event(
        "quiz.attempt_retracted", 2_001, user=user(1), occurred_at="2026-06-15T12:30:00Z",
        quiz={"id": 1, "cmid": 1, "idnumber": "DIAG", "name": "Входная диагностика"},
        attempt={"id": 1},
    )  # fmt: skip
    post(town, "mood", "later", regraded, retracted)
    town.engine.settle()

    assert "50,0 % (7 из 14) 50,0 % (7 из 14) нет" in table(client.get(place).text)
    told = table(client.get(f"{place}/korolev.diagnosed").text)
    assert "Ёлкина Мария Юрьевна T-5 не засчитан засчитан" in told
    assert "уровень высокий → засчитано 16.06.2026 12:00: пришло событие Moodle" in told
    assert "Абрамова Елена Петровна T-1 засчитан не засчитан" in told
    assert "Moodle отозвал завершение или попытку" in told
    assert "Изменившихся итогов: 2." in client.get(f"{place}/korolev.diagnosed").text


def test_a_record_taken_back_is_a_reason(town: WebTown, client: FlaskClient) -> None:
    town.engine.settle()
    place = take(client, period="2026", as_of="2026-06-01")
    the_next_day(town)
    records = f"/m/{M}/records/mentorships"
    page = client.get(f"{records}/row?key=T-3|T-8|2025-09-01").text
    fields = dict(re.findall(r'name="(csrf_token|key|version)" value="([^"]*)"', page))
    form = {**fields, "key": "T-3|T-8|2025-09-01"}
    assert client.post(f"{records}/take-back", data=form).status_code == 302
    town.engine.settle()
    whole = table(client.get(place).text)
    assert "первые 3 года работы 7,7 % (1 из 13) 0,0 % (0 из 13) засчитано −1" in whole
    told = table(client.get(f"{place}/korolev.young").text)
    assert "Зайцев Олег Викторович T-8 засчитан не засчитан" in told
    page = client.get(f"{place}/korolev.young").text
    assert "у которых числа изменились (2)" in page
    assert "Гимназия № 3 1 из 9 0 из 9" in table(page)
    assert "ММО учителей математики 1 из 10 0 из 10" in table(page)
    assert "16.06.2026 12:00: убрана запись из листа «Наставничество», methodist" in told


def test_a_period_without_indicators_is_not_reported(client: FlaskClient) -> None:
    place = take(client, period="2025/2026")
    assert place == f"{SNAPSHOTS}/"
    page = client.get(place).text
    assert "показателей нет, фиксировать нечего" in page
    assert "Отчётов пока нет" in page


def test_who_may_take_and_who_sees_whom(town: WebTown, client: FlaskClient) -> None:
    town.engine.settle()
    place = take(client)
    viewer = town.client("viewer")
    assert "Зафиксировать" not in viewer.get(f"{SNAPSHOTS}/").text
    token = csrf_token(viewer.get(f"{SNAPSHOTS}/").text)
    assert viewer.post(f"{SNAPSHOTS}/", data={"csrf_token": token}).status_code == 403
    assert viewer.get(place).status_code == 200
    assert "только числа" in viewer.get(f"{place}/korolev.diagnosed").text
    assert client.get(f"{SNAPSHOTS}/999").status_code == 404
    assert client.get(f"{place}/korolev.nothing").status_code == 404
    other = town.client("administrator").get(place.replace(M, "kuznetsk"))
    assert other.status_code == 404
