"""The wizard of the browser: from choosing a sender to the first event, as an administrator."""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient

from connector.moodle_plugin import build_zip
from connector.services.inbox.inbox import InboxService
from connector.services.sources.sources import SourceDetails, SourceService
from tests.contract.fake_moodle import TOKEN, site
from tests.contract.living_rest import LivingRest
from tests.contract.native_events import native_event
from tests.integration.spine.living_town import moodle_of_the_town
from tests.integration.web_town import NOW, OTHER, M, WebTown, csrf_token, post, web_town


@dataclass
class Office:
    """An administrator before a town of their own."""

    town: WebTown
    client: FlaskClient

    def send(self, path: str, page: str | None = None, **fields: Any) -> Any:
        token = csrf_token(self.client.get(page or "/sources/new").text)
        return self.client.post(path, data={"csrf_token": token, **fields})

    def add(self, code: str, dialect: str, **fields: Any) -> Any:
        return self.send("/sources/new", code=code, dialect=dialect, municipalities=[M], **fields)

    def source(self, code: str) -> SourceDetails:
        with self.town.container.db.reading() as session:
            return SourceService(session, self.town.container.box).get(code)

    def page(self, code: str) -> str:
        answer = self.client.get(f"/sources/{code}/connect")
        assert answer.status_code == 200
        return answer.text


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with web_town(tmp_path_factory.mktemp("connecting")) as town:
        yield Office(town, town.client("administrator"))


def test_nobody_else_connects_a_moodle(office: Office) -> None:
    for role in ("methodist", "specialist", "teacher"):
        client = office.town.client(role)
        for path in ("new", "mood/connect", "mood/wait", "mood/settings.txt", "moodle-plugin.zip"):
            assert client.get(f"/sources/{path}").status_code == 403, (role, path)
    assert office.client.get("/sources/nowhere/connect").status_code == 404


def test_every_fault_is_told_beside_its_field_and_the_token_is_not_shown_again(
    office: Office,
) -> None:
    answer = office.send(
        "/sources/new", code="Школа", dialect="smoke", url="lms", rest_token="bad token"
    )
    assert answer.status_code == 422
    faults = re.findall(r'class="wrong" role="alert">([^<]+)<', answer.text)
    assert len(faults) == 5
    assert "bad token" not in answer.text
    assert office.add("mood", "native").status_code == 422


def test_from_the_choice_to_the_first_event_with_our_own_plugin(office: Office) -> None:
    assert office.add("own", "native").headers["Location"] == "/sources/own/connect"
    secret = office.source("own").secrets[0]
    assert secret in office.page("own")
    text = office.client.get("/sources/own/settings.txt").text
    assert f"secret = {secret}\n" in text
    assert "endpoint = http://127.0.0.1:8080/hooks/own\n" in text
    waiting = office.client.get("/sources/own/wait").text
    assert 'http-equiv="refresh"' in waiting
    assert "turn=2" in waiting

    post(office.town, "own", "p1", native_event("ping", 1))
    office.town.engine.settle()
    assert "Проверочное сообщение пришло" in office.page("own")
    assert 'http-equiv="refresh"' in office.client.get("/sources/own/wait").text

    # Heard: whoever opens the page later has no need of the secret.
    assert secret not in office.page("own")
    assert office.client.get("/sources/own/settings.txt").status_code == 404

    updated = native_event("user.updated", 2)
    post(office.town, "own", "m1", updated)
    assert "события идут" in office.page("own")
    assert 'http-equiv="refresh"' not in office.client.get("/sources/own/wait").text


def test_a_rotated_secret_is_shown_for_a_day_and_the_former_one_lives(office: Office) -> None:
    former = office.source("mood").secrets[0]
    page = "/sources/mood/connect"
    assert office.send("/sources/mood/rotate", page).status_code == 422
    assert office.source("mood").secrets == (former,)
    assert office.send("/sources/mood/rotate", page, sure="yes").status_code == 302
    newest, second = office.source("mood").secrets
    assert second == former
    assert newest in office.page("mood")
    assert former not in office.page("mood")
    source = office.source("mood")
    assert source.shows_secret(NOW + timedelta(hours=23))
    assert not source.shows_secret(NOW + timedelta(days=1, minutes=5))


def test_a_refused_request_is_told_on_the_page(office: Office) -> None:
    office.add("deaf", "native")
    with office.town.container.db.writing() as session:
        InboxService(session).count("deaf", "refused", "wrong_credentials", NOW, 3)
    assert "отказано сегодня: 3" in office.page("deaf")


def test_the_downloads_are_what_moodle_takes(office: Office) -> None:
    plugin = office.client.get("/sources/moodle-plugin.zip")
    assert plugin.data == build_zip.packed()
    assert build_zip.name() in plugin.headers["Content-Disposition"]
    office.add("trigger", "tool_trigger")
    workflows = office.client.get("/sources/trigger/workflows.zip")
    with zipfile.ZipFile(BytesIO(workflows.data)) as archive:
        assert len(archive.namelist()) == 13
    assert office.client.get("/sources/trigger/settings.txt").status_code == 404
    assert (
        "<allow>webservice/rest:use</allow>" in office.client.get("/sources/trigger/role.xml").text
    )


@pytest.mark.parametrize("dialect", ["tool_trigger", "xapi", "local_webhooks"])
def test_each_sender_gets_its_own_steps(office: Office, dialect: str) -> None:
    code = "steps-" + dialect.replace("_", "-")
    office.add(code, dialect, url="https://lms.example.org/login/index.php", rest_token="a1")
    page = office.page(code)
    source = office.source(code)
    assert source.url == "https://lms.example.org"
    assert source.secrets[0].rpartition(":")[2] in page
    assert "a1" not in re.findall(r'value="([^"]*)"', page)


def test_the_test_is_kept_until_the_access_changes(office: Office) -> None:
    rest = LivingRest(moodle_of_the_town(), lacking=frozenset({"mod_quiz_get_attempt_review"}))
    office.add("tested", "xapi")
    path = "/sources/tested"
    nothing = office.send(f"{path}/test", f"{path}/connect")
    assert nothing.status_code == 302
    assert "Проверять нечего" in office.page("tested")
    with site(rest) as running:
        running.now = NOW
        fields = {"url": running.server.url, "rest_token": TOKEN}
        assert office.send(f"{path}/access", f"{path}/connect", **fields).status_code == 302
        assert office.send(f"{path}/test", f"{path}/connect").status_code == 302
        page = office.page("tested")
        assert "есть что исправить" in page
        assert "mod_quiz_get_attempt_review" in page
        assert TOKEN not in page
        # An empty token leaves the one that is held.
        fields["rest_token"] = ""
        office.send(f"{path}/access", f"{path}/connect", **fields)
        assert office.source("tested").rest_token == TOKEN
    assert "есть что исправить" not in office.page("tested")


def test_a_municipality_is_added_and_kept_while_accounts_belong_to_its_people(
    office: Office,
) -> None:
    page = "/sources/mood/connect"
    added = office.send("/sources/mood/municipalities", page, municipalities=[M, OTHER])
    assert added.status_code == 302
    assert office.source("mood").municipalities == (M, OTHER)
    refused = office.send("/sources/mood/municipalities", page, municipalities=[OTHER])
    assert refused.status_code == 422
    assert "убрать нельзя" in refused.text
    back = office.send("/sources/mood/municipalities", page, municipalities=[M])
    assert back.status_code == 302
    assert office.source("mood").municipalities == (M,)


def test_the_menu_names_each_place_once(office: Office) -> None:
    text = office.client.get("/sources/").text
    inside = re.search(r'<nav class="rooms".*?</nav>', text, re.S)
    assert inside is not None
    doors = re.findall(r'<a href="([^"]+)"', inside[0])
    assert "/sources/" in doors
    assert len(doors) == len(set(doors))


def test_no_secret_stands_in_an_address(office: Office) -> None:
    secrets = {one for code in ("own", "trigger") for one in office.source(code).secrets}
    for code in ("own", "trigger"):
        for link in re.findall(r'(?:href|action)="([^"]+)"', office.page(code)):
            assert not any(secret in link for secret in secrets)
