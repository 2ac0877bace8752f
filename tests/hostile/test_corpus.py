"""Every hostile body through the whole connector: hook, inbox, Moodle, fold, pages, letters."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import escape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from connector.models import Delivery, Letter
from connector.services.access.logins import LoginService
from tests.contract.moodle_deliveries import FORM_TOKEN, JSON_TOKEN
from tests.hostile.corpus_entries import FOLDER, Entry, corpus
from tests.hostile.hostile_names import MARKUP, NAMES, sheets
from tests.hostile.hostile_town import HostileTown, hostile_town
from tests.integration.web_town import PASSWORD, sign_in

pytestmark = pytest.mark.slow

M = "korolev"


@dataclass
class Answered:
    """What one body was answered, and which deliveries came of it."""

    status: int
    media: str
    accepted: int
    first: int
    last: int


@dataclass
class Told:
    town: HostileTown
    answers: dict[str, Answered]
    browser: FlaskClient


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The corpus sent and worked off, once."""
    with hostile_town(tmp_path_factory.mktemp("hostile")) as town:
        town.spine.import_sheets(M, sheets())
        with town.spine.container.db.writing() as session:
            LoginService(session).add("anna", PASSWORD, "methodist", M, town.spine.clock.now())
        answers = {entry.file: _send(town, entry) for entry in corpus()}
        town.work_off()
        # Letters go out in working hours.
        town.spine.clock.move_to(town.spine.clock.now().replace(hour=8) + timedelta(days=1))
        town.engine.settle()
        while town.engine.sender.run_once():
            pass
        browser = town.app.test_client()
        assert sign_in(browser, "anna").status_code == 302
        yield Told(town, answers, browser)


def _send(town: HostileTown, entry: Entry) -> Answered:
    before = town.latest()
    answer = town.send(entry.sender, entry.body)
    counts = answer.json if isinstance(answer.json, dict) else {}
    accepted = int(counts.get("accepted", -1))
    return Answered(answer.status_code, answer.mimetype, accepted, before, town.latest())


def test_no_body_lies_there_unlisted() -> None:
    kept = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file()}
    listed = [entry.file for entry in corpus()]
    assert kept == {*listed, "manifest.yaml"}
    assert len(listed) == len(set(listed))


def test_every_body_is_answered_as_the_manifest_says(told: Told) -> None:
    statuses = {entry.file: entry.status for entry in corpus()}
    assert {file: answer.status for file, answer in told.answers.items()} == statuses
    refused = {answer.media for answer in told.answers.values() if answer.status != 200}
    assert refused == {"application/problem+json"}


def test_every_delivery_ends_as_the_manifest_says(told: Told) -> None:
    with told.town.spine.container.db.reading() as session:
        rows = session.execute(select(Delivery.id, Delivery.state, Delivery.reason)).all()
    for entry in corpus():
        answer = told.answers[entry.file]
        ends = Counter(
            entry.end(state, reason)
            for id_, state, reason in rows
            if answer.first < id_ <= answer.last
        )
        assert ends == entry.ends, entry.file
        if answer.accepted >= 0:
            assert answer.accepted == answer.last - answer.first, entry.file


def test_what_is_kept_equals_what_the_deliveries_say(told: Told) -> None:
    told.town.assert_proven()


def test_no_token_of_a_body_is_stored(told: Told) -> None:
    with told.town.spine.container.db.reading() as session:
        bodies = session.scalars(select(Delivery.body)).all()
    assert not any(
        token.encode() in (body or b"") for body in bodies for token in (JSON_TOKEN, FORM_TOKEN)
    )


def test_every_delivery_can_be_looked_at(told: Told) -> None:
    for number in range(1, told.town.latest() + 1):
        if number % 6:
            continue
        page = told.browser.get(f"/deliveries/{number}")
        assert page.status_code in (200, 404), number
        assert not any(markup in page.text for markup in MARKUP), number


def test_names_are_shown_escaped_wherever_they_are_shown(told: Told) -> None:
    listing = told.browser.get(f"/m/{M}/staff").text
    for number, name in enumerate(NAMES, start=1):
        shown = escape(name.replace("\u202e", ""))
        page = told.browser.get(f"/m/{M}/staff/H{number}")
        assert page.status_code == 200
        for text in (listing, page.text):
            assert _plainly(shown) in _plainly(text), name
            assert not any(markup in text for markup in MARKUP), name
    for path in ("", "routes", "letters", "notices", "indicators/korolev.routes"):
        page = told.browser.get(f"/m/{M}/{path}")
        assert page.status_code == 200, path
        assert not any(markup in page.text for markup in MARKUP), path


def _plainly(text: str) -> str:
    """Escapes of quotes brought to one form, runs of blanks to one."""
    for written in ("&#x27;", "&#39;", "&quot;", "&#34;"):
        text = text.replace(written, "'")
    return " ".join(text.split())


def test_names_stay_names_in_letters(told: Told) -> None:
    with told.town.spine.container.db.reading() as session:
        letters = session.scalars(select(Letter)).all()
    about = [letter for letter in letters if "alert(1)" in letter.text]
    assert about
    for letter in letters:
        assert "\n" not in letter.subject
        lines = letter.text.split("\n")
        assert not any(line.startswith(("Bcc:", "- https://evil")) for line in lines)
        assert not any(markup in letter.html for markup in MARKUP)
    assert any("{{ 7*7 }}" in letter.text for letter in about)
