"""Where I am written to: linked by a code told to the bot, or by a matched account; and left."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from connector.channels.http import GuardedHttp
from connector.channels.max_bot import MaxBot
from connector.channels.offered import Offered
from connector.channels.short import ShortChannel
from connector.domain.messengers import (
    MAX,
    ChannelDown,
    OfferedChannel,
    Refused,
    ShortMessage,
    TryLater,
)
from connector.models import Account, Notice, Preference, Way
from connector.runtime.link import max_linker
from connector.services.notices.linking import (
    LinkingService,
)
from connector.web.app import create_app
from tests.integration.fake_max import TOKEN, FakeMax, fake_max
from tests.integration.web_town import NOW, M, WebTown, csrf_token, web_town

PATH = "/me/ways/"


@pytest.fixture
def max_() -> Iterator[FakeMax]:
    with fake_max() as made:
        yield made


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory, max_: FakeMax) -> Iterator[WebTown]:
    with web_town(tmp_path_factory.mktemp("ways")) as made:
        bot = OfferedChannel(MAX, "MAX", MaxBot(TOKEN, GuardedHttp(allow_private=True), max_.url))
        container = replace(
            made.container,
            channels={**made.container.channels, MAX: ShortChannel(bot)},
            offered=Offered({**made.container.offered.by_code, MAX: bot}),
            config=replace(made.container.config, max_bot="service_bot"),
        )
        yield replace(made, container=container, app=create_app(container))


def send(client: Any, **form: str) -> Any:
    form["csrf_token"] = csrf_token(client.get(PATH).text)
    return client.post(PATH, data=form, follow_redirects=True)


def test_a_teacher_links_max_and_leaves_it_again(own: WebTown, max_: FakeMax) -> None:
    client = own.client("teacher")
    page = send(client, do="code")
    code = re.search(r"max\.ru/service_bot\?start=([A-Z0-9]{10})", page.text)
    assert code is not None
    container = own.container
    max_.started(500, code[1])
    max_linker(container).run_once()
    linked = client.get(PATH).text
    assert "Писать на почту" in linked
    assert "пишем сюда" in linked
    with container.db.reading() as session:
        assert session.scalars(select(Way.recipient)).all() == ["T-4"]
        assert session.scalars(select(Preference.channel)).all() == ["max"]
    assert "Отключено" in send(client, do="leave", channel="max").text
    with container.db.reading() as session:
        assert session.scalars(select(Way)).all() == []
        assert session.scalars(select(Preference.channel)).all() == ["email"]


def test_a_matched_account_of_moodle_can_be_chosen_and_no_other(own: WebTown) -> None:
    client = own.client("teacher")
    with own.container.db.reading() as session:
        assert session.scalar(select(Account.match).where(Account.user_id == "4")) == "matched"
    assert send(client, do="moodle", address="mood:5").status_code == 400
    assert send(client, do="moodle", address="mood:901").status_code == 400
    assert "сообщениями в Moodle" in send(client, do="moodle", address="mood:4").text
    with own.container.db.reading() as session:
        way = session.scalars(select(Way)).one()
        assert (way.recipient, way.channel, way.address) == ("T-4", "moodle", "mood:4")
    assert "Записано" in send(client, do="choose", channel="email").text


def test_what_waits_goes_the_new_way(own: WebTown) -> None:
    with own.container.db.writing() as session:
        notice = Notice(
            municipality=M, key="k", kind="route_completed", role="teacher", recipient="T-4",
            address="t4@school.example", params={}, urgent=False, state="waiting",
            created_at=NOW, not_before=NOW, attempts=0,
        )  # fmt: skip
        session.add(notice)
        session.flush()
        number = notice.id
    send(own.client("teacher"), do="moodle", address="mood:4")
    with own.container.db.reading() as session:
        found = session.get_one(Notice, number)
        assert (found.channel, found.address) == ("moodle", "mood:4")


def test_only_people_with_a_number_have_ways(own: WebTown) -> None:
    assert own.client("administrator").get(PATH).status_code == 404
    assert own.client("methodist").get(PATH).status_code == 404
    client = own.client("teacher")
    assert send(client, do="choose", channel="max").status_code == 400
    assert send(client, do="choose", channel="pigeon").status_code == 400
    assert send(client, do="fly").status_code == 400


class Chat:
    """A channel on which people are to be found by a name; keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[ShortMessage] = []
        self.fault: Exception | None = None

    def send(self, message: ShortMessage) -> None:
        if self.fault is not None:
            raise self.fault
        self.told.append(message)

    @property
    def code(self) -> str:
        found = re.search(r"[A-Z0-9]{10}", self.told[-1].text)
        assert found is not None
        return found[0]


@pytest.fixture
def chat() -> Chat:
    return Chat()


@pytest.fixture
def typed(own: WebTown, chat: Chat) -> WebTown:
    offer = OfferedChannel("chat", "Rocket.Chat", chat, asks="имя в Rocket.Chat")
    made = own.container
    container = replace(
        made,
        channels={**made.channels, "chat": ShortChannel(offer)},
        offered=Offered({**made.offered.by_code, "chat": offer}),
    )
    return replace(own, container=container, app=create_app(container))


def ways_of(town: WebTown) -> list[tuple[str, str, str]]:
    with town.container.db.reading() as session:
        rows = session.execute(select(Way.recipient, Way.channel, Way.address)).all()
    return [(row[0], row[1], row[2]) for row in rows]


def test_a_typed_address_is_theirs_once_the_code_sent_there_comes_back(
    typed: WebTown, chat: Chat
) -> None:
    client = typed.client("teacher")
    assert "Имя в Rocket.Chat" in client.get(PATH).text
    page = send(client, do="ask", channel="chat", address=" t.ivanova ")
    assert "Код отправлен" in page.text
    (told,) = chat.told
    assert told.address == "t.ivanova"
    assert chat.code not in page.text
    # Whoever it was, they learn nobody's name.
    assert "Если Вы его не просили" in told.text
    assert "T-4" not in told.text
    assert ways_of(typed) == []
    assert "не подошёл" in send(client, do="enter", channel="chat", code="WRONGCODE2").text
    assert ways_of(typed) == []
    entered = f"{chat.code[:5].lower()} {chat.code[5:]}"
    assert "Готово" in send(client, do="enter", channel="chat", code=entered).text
    assert ways_of(typed) == [("T-4", "chat", "t.ivanova")]
    with typed.container.db.reading() as session:
        assert session.scalars(select(Preference.channel)).all() == ["chat"]
    assert "Rocket.Chat</option>" in client.get("/me/letters").text
    # Good once.
    assert "не подошёл" in send(client, do="enter", channel="chat", code=chat.code).text
    assert "Отключено" in send(client, do="leave", channel="chat").text
    assert ways_of(typed) == []


def test_what_became_of_the_code_is_said(typed: WebTown, chat: Chat) -> None:
    client = typed.client("teacher")
    for fault, told, waits in (
        (Refused("bad_address"), "верно ли указано имя в Rocket.Chat", False),
        (ChannelDown("service_503"), "с той стороны не отвечают", False),
        (TryLater("answer_lost"), "Неизвестно, дошёл ли код", True),
        (KeyError("secret"), "Неизвестно, дошёл ли код", True),
    ):
        chat.fault = fault
        # Another address each time: so many to one would be too many.
        name = f"t.{type(fault).__name__}"
        page = send(client, do="ask", channel="chat", address=name).text
        assert told in page
        assert ("Подтвердить" in page) is waits
        send(client, do="forget", channel="chat")
        assert "Подтвердить" not in client.get(PATH).text


def test_only_channels_that_ask_for_an_address_take_one(typed: WebTown, chat: Chat) -> None:
    client = typed.client("teacher")
    for channel in ("email", "moodle", "max", "pigeon"):
        assert send(client, do="ask", channel=channel, address="x").status_code == 400
        assert send(client, do="enter", channel=channel, code="x").status_code == 400
    for address in ("", "  ", "a\x07b", "x" * 201):
        assert "Впишите имя" in send(client, do="ask", channel="chat", address=address).text
    assert chat.told == []
    # One that is gone can still be left.
    with typed.container.db.writing() as session:
        LinkingService(session).confirm(M, "T-4", "pigeon", "7", NOW)
    assert "сейчас не подключён" in client.get(PATH).text
    assert "Отключено" in send(client, do="leave", channel="pigeon").text
    assert ways_of(typed) == []
