"""The page of alarms: whose are shown, in which words, and what is answered to them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from connector.bootstrap import Container, build
from connector.clock import AdjustableClock
from connector.domain.signals import Dialect
from connector.models import AlarmEpisode, Audit
from connector.services.access.logins import LoginService
from connector.services.sources.sources import SourceService
from connector.services.upkeep import schema
from connector.web.app import create_app
from tests.integration.web_town import NOW, PASSWORD, config_in, csrf_token, sign_in

PAGE = "/alarms/"


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    folder: Path = tmp_path_factory.mktemp("alarms")
    made = build(config_in(folder), AdjustableClock(NOW))
    schema.upgrade(made.db)
    with made.db.writing() as session:
        logins = LoginService(session)
        logins.add("root", PASSWORD, "administrator", None, NOW)
        logins.add("meth", PASSWORD, "methodist", "korolev", NOW)
        logins.add("far", PASSWORD, "methodist", "kuznetsk", NOW)
        logins.add("boss", PASSWORD, "viewer", "korolev", NOW)
        session.add_all(
            (
                episode("source_silent", source="lms"),
                episode("token_failing", source="lms", reason="invalidtoken"),
                episode("moodle_down", closed=True, source="old", reason="connection"),
            )
        )
    yield made
    made.close()


def episode(kind: str, closed: bool = False, **params: Any) -> AlarmEpisode:
    since = NOW - timedelta(hours=5)
    return AlarmEpisode(
        key=f"{kind}:{params['source']}", kind=kind, about=params["source"], params=params,
        municipalities=["korolev"], since=since, opened_at=since, seen_at=NOW, told_to=[],
        told_at=since, closed_at=NOW if closed else None,
    )  # fmt: skip


@pytest.fixture(scope="module")
def app(container: Container) -> Flask:
    return create_app(container)


@pytest.fixture(scope="module")
def cookies() -> dict[str, str]:
    return {}


@pytest.fixture
def client(app: Flask, cookies: dict[str, str]) -> Any:
    def of(name: str) -> FlaskClient:
        made = app.test_client()
        if name not in cookies:
            assert sign_in(made, name).status_code == 302
            cookie = made.get_cookie("connector")
            assert cookie is not None
            cookies[name] = cookie.value
        made.set_cookie("connector", cookies[name])
        return made

    return of


def row(container: Container, kind: str) -> AlarmEpisode:
    with container.db.reading() as session:
        return session.scalars(select(AlarmEpisode).where(AlarmEpisode.kind == kind)).one()


def test_alarms_are_shown_with_what_to_do_the_worst_first(client: Any) -> None:
    page = client("root").get(PAGE).text
    assert "такого ключа в Moodle больше нет" in page
    assert page.index("не принимает ключ") < page.index("Источник замолчал")
    assert "Писать некому" in page
    assert page.index("Устранены") < page.index("Moodle не отвечает коннектору")


def test_other_municipalities_alarms_are_not_shown(client: Any) -> None:
    assert "Источник замолчал" in client("meth").get(PAGE).text
    page = client("far").get(PAGE).text
    assert "Источник замолчал" not in page
    assert "Сейчас всё в порядке" in page
    assert client("boss").get(PAGE).status_code == 403


def test_whoever_knows_of_it_is_named_and_may_be_reminded(
    client: Any, container: Container
) -> None:
    own = client("meth")
    token = csrf_token(own.get(PAGE).text)
    alarm = row(container, "source_silent").id
    form = {"csrf_token": token, "alarm": str(alarm)}
    page = own.post(PAGE, data={**form, "decision": "known"}, follow_redirects=True).text
    assert "Занимается: meth" in page
    until = {"decision": "remind", "until": "2026-06-20"}
    page = own.post(PAGE, data={**form, **until}, follow_redirects=True).text
    assert "Напомним 20.06.2026" in page
    snoozed = row(container, "source_silent").snoozed_until
    assert snoozed is not None
    assert snoozed.isoformat() == "2026-06-19T21:00:00+00:00"
    with container.db.reading() as session:
        actions = session.scalars(select(Audit.action).order_by(Audit.id)).all()
    assert list(actions) == ["alarm.acknowledged", "alarm.snoozed"]


@pytest.mark.parametrize("until", ["", "2026-06-15", "2028-01-01", "завтра"])
def test_a_day_that_makes_no_sense_is_asked_for_again(
    client: Any, container: Container, until: str
) -> None:
    own = client("root")
    token = csrf_token(own.get(PAGE).text)
    alarm = row(container, "token_failing").id
    form = {"csrf_token": token, "alarm": str(alarm), "decision": "remind", "until": until}
    assert "Укажите день" in own.post(PAGE, data=form, follow_redirects=True).text
    assert row(container, "token_failing").snoozed_until is None


def test_what_is_over_or_anothers_is_decided_by_nobody(client: Any, container: Container) -> None:
    far, root = client("far"), client("root")
    for visitor, kind in ((far, "token_failing"), (root, "moodle_down")):
        token = csrf_token(visitor.get(PAGE).text)
        form = {"csrf_token": token, "alarm": str(row(container, kind).id), "decision": "known"}
        assert "уже устранена" in visitor.post(PAGE, data=form, follow_redirects=True).text
        assert row(container, kind).acknowledged_by is None
    for bad in ({"alarm": "x", "decision": "known"}, {"alarm": "1", "decision": "burn"}):
        token = csrf_token(root.get(PAGE).text)
        assert root.post(PAGE, data={"csrf_token": token, **bad}).status_code == 400
    assert root.post(PAGE, data={"alarm": "1", "decision": "known"}).status_code == 400


def test_a_source_in_trouble_says_so_where_it_is_listed(container: Container, client: Any) -> None:
    with container.db.writing() as session:
        SourceService(session, container.box).add("lms", Dialect.NATIVE, ("korolev",), NOW)
    page = client("root").get("/sources/").text
    assert "Moodle не принимает ключ" in page
    assert "Наш плагин" in page
    assert "Moodle не отвечает" not in page
