"""The page of parked bursts: kind by kind, with people, words and a decision of its own."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from connector.models import Audit, Notice
from tests.integration.test_send_letters import COMPLETED
from tests.integration.web_town import NOW, M, WebTown, csrf_token, web_town

PATH = f"/m/{M}/notices/bursts"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebTown]:
    folder: Path = tmp_path_factory.mktemp("bursts")
    with web_town(folder) as made:
        park(made, "route_completed", "teacher", "T-1", "T-2", "T-2")
        park(made, "route_completed", "mentor", "T-3")
        yield made


def park(own: WebTown, kind: str, role: str, *recipients: str) -> None:
    with own.container.db.writing() as session:
        session.add_all(
            Notice(
                municipality=M, key=f"burst:{kind}:{role}:{number}", kind=kind, role=role,
                recipient=recipient, params=COMPLETED, urgent=False, state="held", reason="burst",
                created_at=NOW - timedelta(hours=2), not_before=NOW, attempts=0,
            )
            for number, recipient in enumerate(recipients)
        )  # fmt: skip


def states(own: WebTown, role: str) -> set[tuple[str, str | None]]:
    with own.container.db.reading() as session:
        query = select(Notice.state, Notice.reason)
        rows = session.execute(query.where(Notice.key.like(f"burst:%:{role}:%"))).all()
        return {(state, reason) for state, reason in rows}


def test_an_administrator_finds_the_page_by_the_menu(own: WebTown) -> None:
    page = own.client("administrator").get(f"/m/{M}/samples/").text
    assert f'<a href="{PATH}">Задержано</a>' in page
    assert ">Задержано</a>" not in own.client("methodist").get(f"/m/{M}/samples/").text


def test_each_kind_and_role_is_shown_and_decided_apart(own: WebTown) -> None:
    client = own.client("methodist")
    assert "4 задержанных уведомления" in client.get(f"/m/{M}/").text
    page = client.get(PATH).text
    assert "<b>3 уведомления</b>, получит 2 человека" in page
    assert "<b>1 уведомление</b>, получит 1 человек" in page
    assert "Белов Артём Игоревич" in page
    href = page.partition("Показать одно письмо")[0].rpartition('href="')[2].partition('"')[0]
    assert "<h1>Маршрут завершён" in client.get(href).text
    assert "Маршрут завершён" in client.get(f"{href}/body").text
    last = page.partition('name="last" value="')[2].partition('"')[0]
    park(own, "route_completed", "head", "T-4")
    form = {"csrf_token": csrf_token(page), "decision": "discard", "last": last,
            "kind": "route_completed", "role": "teacher"}  # fmt: skip
    assert client.post(PATH, data=form).status_code == 302
    assert states(own, "teacher") == {("withdrawn", "discarded")}
    assert states(own, "mentor") == states(own, "head") == {("held", "burst")}
    with own.container.db.reading() as session:
        (act,) = session.scalars(select(Audit).where(Audit.action == "burst.discarded")).all()
        looked = session.scalars(select(Audit).where(Audit.action == "letter.looked_at")).all()
    assert act.detail is not None
    assert (act.detail["notices"], act.detail["role"]) == (3, "teacher")
    assert len(looked) == 2, "the page and its frame can each be opened by itself"


def test_an_administrator_decides_without_seeing_names_or_words(own: WebTown) -> None:
    client = own.client("administrator")
    page = client.get(PATH).text
    assert "Отправить" in page
    assert "Кому, например" not in page
    with own.container.db.reading() as session:
        number = session.scalars(
            select(Notice.id).where(Notice.state == "held", Notice.reason == "burst")
        ).first()
    assert "задержанн" in client.get(f"/m/{M}/").text
    assert client.get(f"{PATH}/{number}").status_code == 403
    assert client.get(f"{PATH}/{number}/body").status_code == 403
    form = {"csrf_token": csrf_token(page), "decision": "release", "last": 10**6}
    assert client.post(PATH, data=form).status_code == 302
    assert ("held", "burst") not in states(own, "mentor") | states(own, "head")
    assert "Ничего не задержано" in client.get(PATH).text


def test_a_teacher_decides_nothing(own: WebTown) -> None:
    client = own.client("teacher")
    assert client.get(PATH).status_code == 403
