"""How letters look: to whom they are shown, and what is sent to whoever looks."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from connector.channels.channel import OutgoingLetter
from connector.channels.smtp import SmtpChannel
from connector.channels.smtp import SmtpServer as Where
from connector.domain.letter_kinds import KINDS
from connector.domain.preferences import EMAIL
from connector.models import Audit, Letter, Login, Notice
from connector.services.notices.sample_post import LIMIT
from connector.web.app import create_app
from tests.integration.web_town import M, WebTown, csrf_token, web_town
from tests.services.smtp import SmtpServer

LIST = f"/m/{M}/samples/"
ONE = f"{LIST}route_stalled/methodist"


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebTown]:
    """Without a mail server; its methodist has an address."""
    with web_town(tmp_path_factory.mktemp("samples")) as made:
        _addressed(made, "methodist", "methodist@school.example")
        yield made


@pytest.fixture
def own(quiet: WebTown, smtp_server: SmtpServer) -> WebTown:
    """With one, and nothing sent so far."""
    where = Where(smtp_server.host, smtp_server.port, timeout=10.0)
    mail = SmtpChannel(where, "service@example.org")
    container = replace(
        quiet.container,
        channels={**quiet.container.channels, EMAIL: mail},
        config=replace(quiet.container.config, smtp_url="smtp://set"),
    )
    with container.db.writing() as session:
        for row in session.scalars(select(Audit).where(Audit.action == "sample.sent")):
            session.delete(row)
        for letter in session.scalars(select(Letter).where(Letter.subject.startswith("Образец"))):
            session.delete(letter)
    return replace(quiet, container=container, app=create_app(container))


def test_letters_stay_here_only_where_no_mail_server_is_set(own: WebTown, quiet: WebTown) -> None:
    path, said = f"/m/{M}/letters", "Пока почта не настроена, письма остаются здесь."
    assert said in quiet.client("methodist").get(path).text
    page = own.client("methodist").get(path).text
    assert "Всё, что коннектор написал людям." in page
    assert said not in page


def _addressed(town: WebTown, login: str, email: str) -> None:
    with town.container.db.writing() as session:
        session.execute(update(Login).where(Login.name == login).values(email=email))


def send(client: Any, path: str = ONE) -> str:
    token = csrf_token(client.get(path).text)
    answer = client.post(path, data={"csrf_token": token}, follow_redirects=True)
    assert answer.status_code == 200
    text: str = answer.text
    return text


def samples_kept(town: WebTown) -> list[Letter]:
    with town.container.db.reading() as session:
        return list(session.scalars(select(Letter).where(Letter.subject.startswith("Образец: "))))


@pytest.mark.parametrize("role", ["methodist", "specialist", "administrator"])
def test_those_who_answer_for_letters_see_every_kind(quiet: WebTown, role: str) -> None:
    page = quiet.client(role).get(LIST)
    assert page.status_code == 200
    for kind, roles in KINDS.items():
        for told in roles:
            assert f'href="{LIST}{kind}/{told}"' in page.text
    assert "не складывается" not in page.text
    assert ">Образцы</a>" in page.text


@pytest.mark.parametrize("role", ["teacher", "mentor", "head", "viewer"])
def test_others_see_none(quiet: WebTown, role: str) -> None:
    for path in (LIST, ONE, f"{ONE}/body"):
        assert quiet.client(role).get(path).status_code == 403
    assert "Образцы" not in quiet.client(role).get("/me/letters").text


def test_a_letter_is_shown_in_every_form(quiet: WebTown) -> None:
    client = quiet.client("methodist")
    page = client.get(ONE).text
    for words in ("нельзя: обязательное", "В мессенджере", "Образцова Анна Ивановна", "сразу"):
        assert words in page
    assert f'src="{ONE}/body"' in page
    body = client.get(f"{ONE}/body")
    assert "sandbox" in body.headers["Content-Security-Policy"]
    assert "Образцова Анна Ивановна" in body.text
    assert "/enter/" not in body.text + page
    assert client.get(f"{LIST}nothing/methodist").status_code == 404
    assert client.get(f"{LIST}route_stalled/teacher").status_code == 404


def test_own_words_are_shown_and_broken_ones_are_told(quiet: WebTown) -> None:
    book = quiet.container.rulebook
    sound = book.rules(M)
    words = {"step_done.teacher.txt": "# Свои слова", "plan_met.txt": "# План\n{{ nothing.x }}"}
    try:
        book.put(replace(sound, letters={**sound.letters, **words}))
        client = quiet.client("methodist")
        assert "Свои слова" in client.get(f"{LIST}step_done/teacher").text
        listed = client.get(LIST).text
        assert listed.count("не складывается") == 2
        broken = client.get(f"{LIST}plan_met/head").text
        assert "Письмо не складывается" in broken
        assert "Отправить себе" not in broken
        assert client.get(f"{LIST}plan_met/head/body").status_code == 404
    finally:
        book.put(sound)


def test_a_sample_goes_to_the_viewer_and_nobody_else(own: WebTown, smtp_server: SmtpServer) -> None:
    page = send(own.client("methodist"))
    assert "принял письмо на methodist@school.example" in page
    (received,) = smtp_server.received
    assert received.recipients == ("methodist@school.example",)
    assert received.message["Subject"].startswith("Образец: Маршрут остановился")
    assert received.message["List-Unsubscribe"] is None
    html = received.message.get_body(("html",))
    assert html is not None
    assert "Это образец письма" in html.get_content()
    (kept,) = samples_kept(own)
    assert (kept.address, kept.recipient) == ("methodist@school.example", None)
    listed = own.client("methodist").get(f"/m/{M}/letters").text
    assert "Образец: Маршрут остановился" in listed
    with own.container.db.reading() as session:
        (noted,) = session.scalars(select(Audit).where(Audit.action == "sample.sent"))
        assert (noted.actor, noted.detail["kind"]) == ("methodist", "route_stalled")  # type: ignore[index]
        assert not session.scalars(select(Notice).where(Notice.key.contains("sample"))).all()


def test_only_so_many_an_hour(own: WebTown, smtp_server: SmtpServer) -> None:
    client = own.client("methodist")
    for _ in range(LIMIT):
        assert "принял письмо" in send(client)
    assert "за час можно послать себе 10 образцов" in send(client)
    assert len(smtp_server.received) == LIMIT


def test_whoever_has_no_address_is_told(own: WebTown, smtp_server: SmtpServer) -> None:
    client = own.client("administrator")
    page = client.get(ONE).text
    assert "адреса почты коннектор не знает" in page
    assert "Отправить себе" not in page
    token = csrf_token(client.get("/me/letters").text)
    answer = client.post(ONE, data={"csrf_token": token}, follow_redirects=True)
    assert "Вашего адреса почты коннектор не знает" in answer.text
    assert smtp_server.received == []


def test_a_refusal_is_said_in_plain_words(own: WebTown, smtp_server: SmtpServer) -> None:
    smtp_server.reply_to_recipient = "550 5.1.1 No such <user>"
    page = send(own.client("methodist"))
    assert "Почтовый сервер не принимает писем на этот адрес" in page
    assert "550 5.1.1 No such &lt;user&gt;" in page
    assert samples_kept(own) == []


def test_without_a_mail_server_it_stays_in_the_mailbox(quiet: WebTown) -> None:
    page = send(quiet.client("methodist"), f"{LIST}plan_met/head")
    assert "Почта в этой установке не настроена" in page
    assert [one.subject for one in samples_kept(quiet)][-1] == "Образец: План выполнен"


def test_the_form_needs_its_token(own: WebTown, smtp_server: SmtpServer) -> None:
    assert own.client("methodist").post(ONE).status_code == 400
    assert smtp_server.received == []


def test_a_letter_that_is_too_long_a_subject_is_cut(own: WebTown) -> None:
    """The mailbox holds 300 characters, and the mark takes some of them."""
    sent: list[OutgoingLetter] = []

    class Kept:
        name = "kept"

        def send(self, letter: OutgoingLetter) -> None:
            sent.append(letter)

    book = own.container.rulebook
    sound = book.rules(M)
    container = replace(own.container, channels={EMAIL: Kept()})
    town = replace(own, container=container, app=create_app(container))
    try:
        book.put(replace(sound, letters={"step_done.teacher.txt": f"# {'я' * 400}"}))
        send(town.client("methodist"), f"{LIST}step_done/teacher")
    finally:
        book.put(sound)
    assert len(sent[0].subject) == 300
