"""Links of letters and choices about them, on both databases: once, bound, undone."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from connector.db import Database
from connector.domain.calendar import WorkCalendar
from connector.domain.hours import PostHours
from connector.domain.owed import Owed, Recipient
from connector.domain.preferences import EVERY_KIND, Choice, Preference
from connector.models import Base, Login, Notice, Record, UsedLink
from connector.rulebook import Rulebook
from connector.secretbox import SecretBox
from connector.services.access.letter_links import LetterLinks, SignInLink
from connector.services.access.links import LinkService
from connector.services.notices.fresh_links import send_again
from connector.services.notices.notices import NoticeService
from connector.services.notices.preferences import PreferenceService

MOSCOW = ZoneInfo("Europe/Moscow")
HOURS = PostHours(MOSCOW, WorkCalendar(date(2026, 1, 1), date(2026, 1, 1), ()))
NOON = datetime(2026, 3, 10, 12, 0, tzinfo=MOSCOW).astimezone(UTC)
TOWN = "korolev"
LINKS = LetterLinks(SecretBox("a key of the tests"), "https://c.example", timedelta(hours=24))


@pytest.fixture(scope="module")
def rulebook() -> Iterator[Rulebook]:
    made = Rulebook.open(None, False)
    yield made
    made.close()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    Base.metadata.create_all(database.engine)
    for number, until in (("T1", None), ("T2", None), ("GONE", "2025-01-01")):
        record(database, "staff", number, number, **person(number, until))
    record(
        database, "mentorships", "T2|T1", "T1",
        mentor="T2", mentee="T1", **{"from": "2025-09-01", "until": None},
    )  # fmt: skip
    yield database
    database.close()


def person(number: str, until: str | None = None) -> dict[str, Any]:
    return {
        "personnel_no": number, "last_name": "Иванова", "first_name": "Анна",
        "email": f"{number.lower()}@example.org", "role": "teacher",
        "employed_from": "2020-09-01", "employed_until": until,
    }  # fmt: skip


def record(database: Database, sheet: str, key: str, of: str, **body: Any) -> None:
    with database.writing() as session:
        session.merge(
            Record(
                municipality=TOWN,
                sheet=sheet,
                key=key,
                valid_from=date(1, 1, 1),
                person=of,
                related=body.get("mentor"),
                body=body,
                recorded_at=NOON,
            )
        )


def sign_in(
    database: Database, rulebook: Rulebook, token: str, now: datetime = NOON
) -> tuple[str, str] | None:
    link = LINKS.open_sign_in(token)
    assert link is not None
    with database.writing() as session:
        signed_in = LinkService(session, rulebook).use(link, token, now)
    return (signed_in.viewer.role, signed_in.fingerprint) if signed_in else None


def token_for(recipient: str, address: str | None = None, path: str = "/m/korolev/") -> str:
    to = address or f"{recipient.lower()}@example.org"
    return LINKS.sign_in(TOWN, recipient, to, path, NOON).rpartition("/")[2]


def test_a_link_signs_in_once_even_when_two_come_at_once(
    database: Database, rulebook: Rulebook
) -> None:
    token = token_for("T1")
    with ThreadPoolExecutor(4) as pool:
        came = list(pool.map(lambda _: sign_in(database, rulebook, token), range(4)))
    assert sorted(came, key=str) == [("teacher", ""), None, None, None]
    with database.reading() as session:
        (kept,) = session.scalars(select(UsedLink))
    assert token.encode() not in kept.digest
    # The next one tidies up what would have expired anyway.
    later = NOON + timedelta(hours=25)
    fresh = LINKS.sign_in(TOWN, "T1", "t1@example.org", "/", later).rpartition("/")[2]
    assert sign_in(database, rulebook, fresh, later) == ("teacher", "")
    with database.reading() as session:
        assert len(session.scalars(select(UsedLink)).all()) == 1


def test_a_link_is_worth_what_its_reader_is_today(database: Database, rulebook: Rulebook) -> None:
    assert sign_in(database, rulebook, token_for("T2")) == ("mentor", "")
    assert sign_in(database, rulebook, token_for("GONE")) is None
    assert sign_in(database, rulebook, token_for("X9")) is None
    too_late = NOON + timedelta(hours=24)
    assert sign_in(database, rulebook, token_for("T1"), too_late) is None
    # It was sent to an address that is another's by now.
    assert sign_in(database, rulebook, token_for("T1", "old@example.org")) is None


def test_whoever_has_a_log_in_gets_that_and_an_administrator_none(
    database: Database, rulebook: Rulebook
) -> None:
    common = {"password": "x", "municipality": TOWN, "created_at": NOON}
    with database.writing() as session:
        session.add(Login(name="anna", role="methodist", person="T1", **common))
        session.add(Login(name="boss", role="administrator", email="b@example.org", **common))
    role, fingerprint = sign_in(database, rulebook, token_for("T1")) or ("", "")
    assert (role, len(fingerprint)) == ("methodist", 32)
    assert sign_in(database, rulebook, token_for("login:boss", "b@example.org")) is None


def test_a_new_link_is_sent_once_in_a_while_whoever_asks(database: Database) -> None:
    link = SignInLink(TOWN, "T1", "/m/korolev/", NOON, "")
    nobody = SignInLink(TOWN, "X9", "/m/korolev/", NOON, "")
    for minutes in (0, 1, 14, 15):
        with database.writing() as session:
            send_again(session, link, HOURS, NOON + timedelta(minutes=minutes))
            send_again(session, nobody, HOURS, NOON + timedelta(minutes=minutes))
    with database.reading() as session:
        rows = session.scalars(select(Notice)).all()
    assert sorted((r.recipient, r.state) for r in rows) == [
        ("T1", "waiting"), ("T1", "waiting"), ("X9", "held"), ("X9", "held"),
    ]  # fmt: skip


def owe(database: Database, kind: str, role: str = "teacher", now: datetime = NOON) -> None:
    owed = Owed(f"{kind}:T1:{role}", kind, Recipient(role), "T1", {}, date(2026, 3, 9))
    with database.writing() as session:
        NoticeService(session).tell(TOWN, [owed], HOURS, now)


def choose(database: Database, kind: str, choice: Choice | None, now: datetime = NOON) -> None:
    with database.writing() as session:
        PreferenceService(session).switch(TOWN, "T1", [kind], choice, HOURS, now)


def states(database: Database) -> dict[str, tuple[str, str | None]]:
    with database.reading() as session:
        return {row.kind: (row.state, row.reason) for row in session.scalars(select(Notice))}


def test_switching_off_holds_what_waits_and_taking_it_back_lets_it_go(database: Database) -> None:
    owe(database, "deficits_found")
    owe(database, "route_stalled", "methodist")
    for _ in range(2):
        choose(database, EVERY_KIND, Choice.OFF)
    assert states(database) == {
        "deficits_found": ("held", "off_by_choice"),
        "route_stalled": ("waiting", None),
    }
    choose(database, EVERY_KIND, None, NOON + timedelta(hours=1))
    assert states(database)["deficits_found"] == ("waiting", None)


def test_what_was_held_for_longer_than_a_day_stays_held(database: Database) -> None:
    choose(database, "deficits_found", Choice.OFF)
    owe(database, "deficits_found")
    choose(database, "deficits_found", Choice.AT_ONCE, NOON + timedelta(days=2))
    assert states(database)["deficits_found"] == ("held", "off_by_choice")


def test_what_is_being_sent_is_left_alone(database: Database) -> None:
    owe(database, "deficits_found")
    with database.writing() as session:
        session.execute(update(Notice).values(state="sending"))
    choose(database, EVERY_KIND, Choice.OFF)
    assert states(database)["deficits_found"] == ("sending", None)


def test_a_choice_without_any_part_leaves_no_row(database: Database) -> None:
    with database.writing() as session:
        service = PreferenceService(session)
        service.choose(TOWN, "T1", {"plan_met": Preference(Choice.OFF, hour=9)}, HOURS, NOON)
        service.switch(TOWN, "T1", ["plan_met"], None, HOURS, NOON)
        assert service.chosen(TOWN, "T1") == {"plan_met": Preference(hour=9)}
        service.choose(TOWN, "T1", {"plan_met": Preference()}, HOURS, NOON)
        assert service.chosen(TOWN, "T1") == {}
