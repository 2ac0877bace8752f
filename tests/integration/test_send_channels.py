"""Letters by the way each reader chose: one that is down holds up no other."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from connector.channels.channel import OutgoingLetter
from connector.channels.http import GuardedHttp
from connector.channels.mailbox import Mailbox
from connector.channels.max_bot import MaxBot, MaxFault
from connector.channels.short import ShortChannel
from connector.clock import AdjustableClock
from connector.db import Database
from connector.domain.messengers import (
    MAX,
    ChannelDown,
    OfferedChannel,
    Refused,
    ShortMessage,
    TryLater,
)
from connector.domain.preferences import EMAIL, STANDARD
from connector.models import Base, ChannelWatch, LinkCode, Preference, Record, Way
from connector.runtime.link import MaxLinker
from connector.runtime.send import DOWN_PAUSE, MOST_TRIES, TERM, Sender
from connector.services.notices.channel_watches import GIVEN_UP, TRIED
from connector.services.notices.linking import TERM as CODE_TERM
from connector.services.notices.linking import LinkingService
from connector.services.notices.ways import ways
from tests.integration.fake_max import TOKEN, FakeMax, fake_max
from tests.integration.test_send_letters import (
    COMPLETED,
    TUESDAY_NOON,
    Offices,
    letters,
    put,
    rows,
    states,
)

KEYS = [f"k{n:03}" for n in range(150)]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    Base.metadata.create_all(made.engine)
    yield made
    made.close()


@pytest.fixture
def clock() -> AdjustableClock:
    return AdjustableClock(TUESDAY_NOON)


@pytest.fixture
def max_() -> Iterator[FakeMax]:
    with fake_max() as made:
        yield made


def bot(max_: FakeMax, token: str = TOKEN) -> MaxBot:
    return MaxBot(token, GuardedHttp(allow_private=True), max_.url)


def message(address: str = "500") -> ShortMessage:
    return ShortMessage(address, "Маршрут остановился.")


def channel(messenger: Any) -> ShortChannel:
    return ShortChannel(OfferedChannel(MAX, "MAX", messenger))


def sender(database: Database, clock: AdjustableClock, **others: Any) -> Sender:
    return Sender(database, Offices(), Mailbox(), clock, "https://example.org", others=others)


class Messenger:
    """A channel of the tests. fault: what it raises, None: it takes everything."""

    name = "max"

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.tries = 0
        self.taken: list[OutgoingLetter] = []

    def send(self, letter: OutgoingLetter) -> bytes | None:
        self.tries += 1
        if self.fault is not None:
            raise self.fault
        self.taken.append(letter)
        return None


def test_a_messenger_gets_one_sentence_without_names(
    database: Database, clock: AdjustableClock, max_: FakeMax
) -> None:
    put(database, "a", "b", channel="max", address="500")
    assert sender(database, clock, max=channel(bot(max_))).run_once() == 1
    ((user, text),) = max_.said
    assert user == "500"
    assert "https://example.org" in text
    assert "Иванова" not in text
    (kept,) = letters(database)
    assert (kept.channel, kept.address) == ("max", "500")
    assert "Иванова" in kept.text or kept.text


def test_a_messenger_is_led_to_a_page_and_not_told_whose_it_is(
    database: Database, clock: AdjustableClock, max_: FakeMax
) -> None:
    queue, route = "/m/korolev/routes/waiting", "/m/korolev/staff/T-77/routes/1"
    put(database, "a", to="T1", channel="max", address="500", params={**COMPLETED, "page": queue})
    put(database, "b", to="T2", channel="max", address="501", params={**COMPLETED, "page": route})
    assert sender(database, clock, max=channel(bot(max_))).run_once() == 2
    told = dict(max_.said)
    assert f"https://example.org{queue} [" in told["500"]
    assert "https://example.org [" in told["501"]


def test_one_channel_down_for_a_day_holds_up_no_other_and_loses_nothing(
    database: Database, clock: AdjustableClock
) -> None:
    # More than one turn takes, and older than the letters.
    for n, key in enumerate(KEYS):
        put(database, key, to=f"M{n}", channel="max", address=str(n + 1))
    put(database, "z1", "z2", to="T1")
    messenger = Messenger(ChannelDown("max_503"))
    sending = sender(database, clock, max=messenger)
    assert sending.run_once() >= 1
    while sending.run_once():
        pass
    assert {row.state for row in rows(database) if row.key.startswith("z")} == {"sent"}
    assert messenger.tries == 1
    for _ in range(20):
        clock.move_to(clock.now() + timedelta(minutes=20))
        sending.run_once()
    assert messenger.tries == 21
    # Of a channel that is away no letter is given up.
    assert {row.attempts for row in rows(database) if row.key.startswith("k")} <= {0}
    messenger.fault = None
    clock.move_to(TUESDAY_NOON + timedelta(days=1) + DOWN_PAUSE)
    while sending.run_once():
        pass
    assert states(database) == {("sent", None)}
    assert len(messenger.taken) == len(KEYS)


def linked(database: Database) -> None:
    """T1 has an address in the record, and has chosen the bot."""
    with database.writing() as session:
        body = {"personnel_no": "T1", "last_name": "Белова", "first_name": "Анна",
                "email": "t1@example.org", "role": "teacher"}  # fmt: skip
        session.add(
            Record(municipality="korolev", sheet="staff", key="T1", valid_from=TUESDAY_NOON.date(),
                   person="T1", body=body, recorded_at=TUESDAY_NOON)
        )  # fmt: skip
        LinkingService(session).confirm("korolev", "T1", MAX, "500", TUESDAY_NOON)


def test_a_way_that_ended_gives_way_to_mail(database: Database, clock: AdjustableClock) -> None:
    linked(database)
    put(database, "a", channel="max", address="500")
    sending = sender(database, clock, max=Messenger(Refused("blocked_by_reader")))
    assert sending.run_once() == 1
    (row,) = rows(database)
    assert (row.state, row.channel, row.address) == ("waiting", "email", "t1@example.org")
    assert sending.run_once() == 1
    assert states(database) == {("sent", None)}
    with database.reading() as session:
        way = session.scalars(select(Way)).one()
    assert way.stop_reason == "blocked_by_reader"


def test_a_faulty_channel_holds_up_no_other_and_gives_way_to_mail_at_last(
    database: Database, clock: AdjustableClock
) -> None:
    class Faulty:
        def send(self, message: ShortMessage) -> None:
            raise KeyError("secret")

    linked(database)
    put(database, "a", channel="max", address="500")
    put(database, "b", to="T2")
    sending = sender(database, clock, max=channel(Faulty()))
    sending.run_once()
    found = {row.key: (row.state, row.reason) for row in rows(database)}
    assert found == {"a": ("waiting", "channel_fault:KeyError"), "b": ("sent", None)}
    # Every other turn falls on a weekend.
    for _ in range(3 * MOST_TRIES):
        clock.move_to(clock.now() + timedelta(days=2))
        sending.run_once()
    assert states(database) == {("sent", None)}
    assert {row.channel for row in rows(database)} == {"email"}
    with database.reading() as session:
        way = session.scalars(select(Way)).one()
    assert way.stop_reason == "gave_up:channel_fault:KeyError"


def test_a_channel_that_is_set_up_no_longer_waits_and_says_so(
    database: Database, clock: AdjustableClock
) -> None:
    put(database, "a", channel="max", address="500")
    assert sender(database, clock).run_once() == 1
    assert states(database) == {("waiting", "not_set_up")}


def test_one_moodle_that_is_down_holds_up_no_other(
    database: Database, clock: AdjustableClock
) -> None:
    for n in range(3):
        put(database, f"a{n}", to=f"A{n}", channel="moodle", address=f"first_lms:{n + 1}")
        put(database, f"b{n}", to=f"B{n}", channel="moodle", address=f"firstXlms:{n + 1}",
            municipality="kuznetsk")  # fmt: skip

    class Moodles(Messenger):
        def send(self, letter: OutgoingLetter) -> bytes | None:
            self.fault = ChannelDown("no_token") if letter.address.startswith("first_") else None
            return super().send(letter)

    moodles = Moodles()
    sending = sender(database, clock, moodle=moodles)
    while sending.run_once():
        pass
    assert sorted(letter.address for letter in moodles.taken) == [
        "firstXlms:1", "firstXlms:2", "firstXlms:3",
    ]  # fmt: skip
    assert moodles.tries == 4
    assert {row.state for row in rows(database) if row.key.startswith("a")} == {"waiting"}


def test_what_a_messenger_was_to_say_goes_by_mail_once_it_is_down_for_a_day(
    database: Database, clock: AdjustableClock
) -> None:
    linked(database)
    put(database, "now", channel="max", address="500")
    later = TUESDAY_NOON + timedelta(days=2)
    put(database, "later", channel="max", address="500", not_before=later)
    # Nobody knows another way to this one.
    put(database, "waits", to="T7", channel="max", address="700")
    messenger = Messenger(ChannelDown("max_503"))
    sending = sender(database, clock, max=messenger)
    for waited in (timedelta(0), GIVEN_UP - timedelta(seconds=1)):
        clock.move_to(TUESDAY_NOON + waited)
        sending.run_once()
    assert {row.channel for row in rows(database)} == {"max"}
    for pauses in (1, 2):
        clock.move_to(TUESDAY_NOON + GIVEN_UP + pauses * (DOWN_PAUSE + timedelta(minutes=1)))
        sending.run_once()
    found = {row.key: (row.state, row.channel, row.address) for row in rows(database)}
    assert found == {
        "now": ("sent", "email", "t1@example.org"),
        "later": ("waiting", "email", "t1@example.org"),
        "waits": ("waiting", "max", "700"),
    }
    assert next(row for row in rows(database) if row.key == "later").not_before == later
    # What comes next tries the messenger no oftener than once in an hour.
    with database.reading() as session:
        reached = ways(session, "korolev", ["T1"], STANDARD, clock.now())
        assert reached.route("T1", "route_completed", "teacher", urgent=False).channel == EMAIL
        tried = ways(session, "korolev", ["T1"], STANDARD, clock.now() + TRIED)
        assert tried.route("T1", "route_completed", "teacher", urgent=False).channel == MAX
    messenger.fault = None
    clock.move_to(clock.now() + timedelta(days=1))
    put(database, "back", channel="max", address="500")
    while sending.run_once():
        pass
    assert {letter.address for letter in messenger.taken} == {"700", "500"}
    with database.reading() as session:
        assert session.scalars(select(ChannelWatch)).all() == []


def test_killed_between_sending_and_marking_the_double_can_be_told(
    database: Database, clock: AdjustableClock, max_: FakeMax
) -> None:
    put(database, "a", channel="max", address="500")
    real = channel(bot(max_))

    class Dies(Messenger):
        def send(self, letter: OutgoingLetter) -> bytes | None:
            real.send(letter)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sender(database, clock, max=Dies()).run_once()
    clock.move_to(clock.now() + TERM + timedelta(seconds=1))
    sender(database, clock, max=real).run_once()
    first, second = max_.said
    assert first == second
    assert states(database) == {("sent", None)}


@pytest.mark.parametrize(
    ("status", "code", "kind", "reason"),
    [
        (401, "verify.token", ChannelDown, "token_refused"),
        (403, "chat.denied", Refused, "blocked_by_reader"),
        (404, "chat.not.found", Refused, "unknown_user"),
        (429, "too.many.requests", ChannelDown, "max_429"),
        (503, "service.unavailable", ChannelDown, "max_503"),
        (400, "proto.payload", Refused, "max_400"),
    ],
)
def test_each_refusal_of_max_has_its_meaning(
    max_: FakeMax, status: int, code: str, kind: type[Exception], reason: str
) -> None:
    max_.refuse = [(status, code, "whatever")]
    with pytest.raises(kind, match=reason):
        bot(max_).send(message())


def test_a_wrong_token_and_a_closed_port_are_nobodys_fault(max_: FakeMax) -> None:
    with pytest.raises(ChannelDown, match="token_refused"):
        bot(max_, "wrong").send(message())
    gone = MaxBot(TOKEN, GuardedHttp(allow_private=True), "http://127.0.0.1:9")
    with pytest.raises((ChannelDown, TryLater)):
        gone.send(message())
    with pytest.raises(MaxFault):
        gone.updates(None, 0)
    with pytest.raises(Refused):
        bot(max_).send(message("x"))


def test_whoever_tells_the_bot_the_code_has_linked_the_account(
    database: Database, clock: AdjustableClock, max_: FakeMax
) -> None:
    with database.writing() as session:
        old = LinkingService(session).new_code("korolev", "T1", MAX, clock.now())
        code = LinkingService(session).new_code("korolev", "T1", MAX, clock.now())
        assert session.scalars(select(LinkCode.digest)).one() != code
    linker = MaxLinker(database, clock, bot(max_), wait_s=0)
    max_.wrote(499, old)
    max_.wrote(498, code, chat="chat")
    max_.wrote(497, code, is_bot=True)
    max_.wrote(500, f" {code[:5].lower()}-{code[5:]} ")
    max_.wrote(501, code)
    assert linker.run_once() == 3
    assert [(user, text.partition(":")[0]) for user, text in max_.said] == [
        ("499", "Этот код не подошёл"), ("500", "Готово"), ("501", "Этот код не подошёл"),
    ]  # fmt: skip
    with database.reading() as session:
        way = session.scalars(select(Way)).one()
        assert (way.recipient, way.channel, way.address) == ("T1", MAX, "500")
        assert way.confirmed_at is not None
        assert session.scalars(select(Preference.channel)).one() == MAX
    linker.run_once()
    assert "marker" in max_.asked[-1]


def test_a_link_that_starts_the_bot_brings_the_code_and_an_old_one_is_no_good(
    database: Database, clock: AdjustableClock, max_: FakeMax
) -> None:
    linker = MaxLinker(database, clock, bot(max_), wait_s=0)
    with database.writing() as session:
        code = LinkingService(session).new_code("korolev", "T1", MAX, clock.now())
        late = LinkingService(session).new_code("korolev", "T2", MAX, clock.now() - CODE_TERM)
    max_.started(500, code)
    max_.started(501, None)
    max_.started(502, late)
    linker.run_once()
    with database.reading() as session:
        assert session.scalars(select(Way.address)).all() == ["500"]
        assert session.scalars(select(LinkCode.recipient)).all() == []
