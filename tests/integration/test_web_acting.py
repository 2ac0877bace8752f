"""Pages of what is done in Moodle, and the taxonomy taken from it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from connector.domain.signals import Dialect
from connector.models import Action, Record
from connector.replay import ReplayedMoodle
from connector.services.sources.sources import SourceService
from tests.contract.living_moodle import Competency, LivingMoodle
from tests.contract.living_rest import LivingRest
from tests.integration.web_town import NOW, OTHER, M, WebTown, csrf_token, web_town

TOKEN = "token-of-the-living-moodle"


@pytest.fixture(scope="module")
def acted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebTown]:
    """One enrolment was refused and one is done; a framework is there to be taken."""
    moodle = LivingMoodle()
    for id_, code, name, parent in (
        ("1", "METH", "Методическая", "0"),
        ("2", "K2", "Формирующее оценивание: приёмы", "1"),
        ("3", "NEW", "Проектирование урока", "1"),
    ):
        moodle.competencies[id_] = Competency(id_, code, name, parent)
    with (
        ReplayedMoodle(LivingRest(moodle), TOKEN, lambda: datetime.now(UTC)) as server,
        web_town(tmp_path_factory.mktemp("acted")) as town,
    ):
        c = town.container
        with c.db.writing() as session:
            service = SourceService(session, c.box)
            service.add("lms", Dialect.LOCAL_WEBHOOKS, (M,), NOW, server.url, TOKEN)
            service.add("away", Dialect.LOCAL_WEBHOOKS, (OTHER,), NOW, server.url, TOKEN)
            session.add(action(1, "refused", "wsnoinstance"))
            session.add(action(2, "done", "done"))
        yield town


def action(id_: int, state: str, reason: str) -> Action:
    return Action(
        id=id_, municipality=M, key=f"enrol:{id_}", kind="enrol", source="lms", user_id="4",
        person="T-4", target=f"KPK-{id_}", params={"number": "1", "role": 5}, state=state,
        reason=reason, created_at=NOW, not_before=NOW, attempts=1,
    )  # fmt: skip


def posted(town: WebTown, page: str, path: str, **form: str) -> Any:
    client = town.client("methodist")
    token = csrf_token(client.get(page).text)
    return client.post(path, data={**form, "csrf_token": token})


def test_a_refusal_says_who_has_to_do_what_and_is_tried_again(acted: WebTown) -> None:
    page = acted.client("methodist").get(f"/m/{M}/actions/").text
    assert "KPK-1" in page
    assert "выключен способ зачисления «вручную»" in page
    assert "KPK-2" not in page
    assert "KPK-2" in acted.client("methodist").get(f"/m/{M}/actions/?state=done").text
    # The person's own page tells that it was refused; what to mend is not the person's business.
    own = acted.client("teacher").get(f"/m/{M}/staff/T-4").text
    assert "отказ Moodle" in own
    assert "способ зачисления" not in own

    answer = posted(acted, f"/m/{M}/actions/", f"/m/{M}/actions/retry", action="1")
    assert answer.status_code == 302
    with acted.container.db.reading() as session:
        states = dict(session.execute(select(Action.id, Action.state)).all())
    assert states == {1: "waiting", 2: "done"}
    form = f"/m/{M}/competencies/moodle?source=lms"
    bad = posted(acted, form, f"/m/{M}/actions/retry", action="x")
    assert bad.status_code == 400


@pytest.mark.parametrize("role", ["teacher", "head", "mentor", "viewer"])
def test_only_those_who_mend_see_the_list(acted: WebTown, role: str) -> None:
    assert acted.client(role).get(f"/m/{M}/actions/").status_code == 403
    assert acted.client(role).get(f"/m/{M}/competencies/moodle").status_code == 403


def test_another_municipality_is_not_entered_nor_its_moodle_asked(acted: WebTown) -> None:
    methodist = acted.client("methodist")
    assert methodist.get(f"/m/{OTHER}/actions/").status_code in (403, 404)
    assert methodist.get(f"/m/{M}/competencies/moodle?source=away").status_code == 404
    page = methodist.get(f"/m/{M}/competencies/moodle").text
    assert "Источник lms" in page
    assert "Источник away" not in page


def test_a_framework_is_looked_at_before_it_is_taken(acted: WebTown) -> None:
    base = f"/m/{M}/competencies/moodle"
    given = {"source": "lms", "framework": "PS-2026", "area": ""}
    look = posted(acted, f"{base}?source=lms", f"{base}/look", **given).text
    assert "Проектирование урока" in look
    assert "Формирующее оценивание: приёмы" in look
    assert titles(acted)["K2"] == "Формирующее оценивание"

    assert posted(acted, f"{base}?source=lms", f"{base}/take", **given).status_code == 302
    assert titles(acted) == {
        "K1": "Решение задач повышенной сложности",
        "K2": "Формирующее оценивание: приёмы",
        "NEW": "Проектирование урока",
    }
    again = posted(acted, f"{base}?source=lms", f"{base}/look", **given).text
    assert "справочник уже такой" in again


def titles(town: WebTown) -> dict[str, str]:
    with town.container.db.reading() as session:
        rows = session.execute(
            select(Record.key, Record.body["title"].as_string()).where(
                Record.municipality == M, Record.sheet == "competencies"
            )
        )
        return dict(rows.all())
