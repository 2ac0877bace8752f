"""What is owed becomes rows, once; what is no longer owed goes, unless it was sent."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from connector.db import Database
from connector.domain.calendar import WorkCalendar
from connector.domain.hours import PostHours
from connector.domain.owed import Owed, Recipient
from connector.models import Base, Login, Notice, Record
from connector.services.notices.bursts import BurstService, Part
from connector.services.notices.notices import NoticeService

MOSCOW = ZoneInfo("Europe/Moscow")
HOURS = PostHours(MOSCOW, WorkCalendar(date(2026, 1, 1), date(2026, 1, 1), ()))
TUESDAY_NOON = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
TOWN = "korolev"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    Base.metadata.create_all(database.engine)
    with database.writing() as session:
        for number, email in (("T1", "one@example.org"), ("T2", None), ("M1", "m@example.org")):
            session.add(staff(number, email))
    yield database
    database.close()


def staff(number: str, email: str | None, valid_from: date = date(1, 1, 1)) -> Record:
    body = {"personnel_no": number, "last_name": "Иванова", "first_name": "Анна", "email": email}
    return Record(
        municipality=TOWN, sheet="staff", key=number, valid_from=valid_from, person=number,
        body=body, recorded_at=TUESDAY_NOON,
    )  # fmt: skip


def owed(
    key: str = "deficits_found:T1:a:teacher:T1",
    role: Recipient = Recipient.TEACHER,
    recipient: str | None = "T1",
    urgent: bool = False,
    **params: object,
) -> Owed:
    return Owed(key, key.partition(":")[0], role, recipient, params, date(2026, 3, 9), urgent)


def reconcile(
    database: Database, *notices: Owed, subject: int = 1, now: datetime = TUESDAY_NOON,
    burst: int = 200,
) -> None:  # fmt: skip
    with database.writing() as session:
        NoticeService(session, burst).reconcile(TOWN, {subject: notices}, HOURS, now)


def rows(database: Database) -> list[Notice]:
    with database.reading() as session:
        return list(session.scalars(select(Notice).order_by(Notice.key)))


def only(database: Database) -> Notice:
    (row,) = rows(database)
    return row


def mark(database: Database, state: str) -> None:
    with database.writing() as session:
        session.execute(update(Notice).values(state=state))


def test_a_notice_owed_again_stays_one(database: Database) -> None:
    reconcile(database, owed(title="A"))
    reconcile(database, owed(title="A"), now=TUESDAY_NOON + timedelta(hours=3))
    row = only(database)
    assert (row.state, row.address, row.created_at) == ("waiting", "one@example.org", TUESDAY_NOON)
    assert row.not_before == TUESDAY_NOON


def test_an_unsent_notice_no_longer_owed_is_withdrawn_and_comes_back(database: Database) -> None:
    reconcile(database, owed())
    reconcile(database)
    assert only(database).state == "withdrawn"
    reconcile(database, owed())
    assert only(database).state == "waiting"


@pytest.mark.parametrize("state", ["sent", "sending", "failed"])
def test_what_has_gone_out_is_not_touched(database: Database, state: str) -> None:
    reconcile(database, owed(title="A"))
    mark(database, state)
    reconcile(database)
    reconcile(database, owed(title="B"))
    row = only(database)
    assert (row.state, row.params) == (state, {"title": "A"})


def test_an_unsent_notice_says_what_is_owed_today(database: Database) -> None:
    reconcile(database, owed(title="A"))
    reconcile(database, owed(title="B"))
    assert only(database).params == {"title": "B"}


def test_another_subject_s_notices_are_left_alone(database: Database) -> None:
    reconcile(database, owed())
    reconcile(database, subject=2)
    assert only(database).state == "waiting"


def test_who_has_no_address_is_seen_until_there_is_one(database: Database) -> None:
    reconcile(database, owed("deficits_found:T2:a:teacher:T2", recipient="T2"))
    assert (only(database).state, only(database).reason) == ("held", "no_address")
    with database.writing() as session:
        session.add(staff("T2", "two@example.org", date(2026, 3, 10)))
        session.flush()
        assert NoticeService(session).readdress(TOWN, HOURS, TUESDAY_NOON) == 1
    assert (only(database).state, only(database).address) == ("waiting", "two@example.org")


def test_what_waits_goes_to_the_new_address(database: Database) -> None:
    reconcile(database, owed())
    with database.writing() as session:
        session.add(staff("T1", "new@example.org", date(2026, 3, 10)))
        session.flush()
        assert NoticeService(session).readdress(TOWN, HOURS, TUESDAY_NOON) == 1
        assert NoticeService(session).readdress(TOWN, HOURS, TUESDAY_NOON) == 0
    assert (only(database).state, only(database).address) == ("waiting", "new@example.org")


def test_a_stall_without_a_methodist_shows_the_lack(database: Database) -> None:
    nobody = owed("route_stalled:T1/1:nobody", Recipient.METHODIST, None, urgent=True)
    reconcile(database, nobody)
    assert (only(database).state, only(database).reason) == ("held", "no_recipient")


def test_a_methodist_who_only_signs_in_is_written_to(database: Database) -> None:
    with database.writing() as session:
        session.add(login("petrova", "p@example.org"))
    reconcile(database, owed("route_stalled:x", Recipient.METHODIST, "login:petrova", urgent=True))
    assert only(database).address == "p@example.org"


def login(name: str, email: str) -> Login:
    return Login(
        name=name, password="-", municipality=TOWN, role="methodist", email=email,
        created_at=TUESDAY_NOON, failures=0,
    )  # fmt: skip


def test_the_digest_waits_for_its_hour_and_an_alert_for_the_morning(database: Database) -> None:
    friday_night = datetime(2026, 3, 13, 20, 30, tzinfo=UTC)
    monday = datetime(2026, 3, 16, tzinfo=MOSCOW)
    reconcile(
        database,
        owed("a:digest", Recipient.HEAD, "M1"),
        owed("b:alert", Recipient.METHODIST, "M1", urgent=True),
        owed("c:personal"),
        now=friday_night,
    )
    assert [row.not_before for row in rows(database)] == [
        monday.replace(hour=9),
        monday.replace(hour=8),
        monday.replace(hour=8),
    ]


def test_a_burst_is_parked_whole_and_released_or_discarded(database: Database) -> None:
    for number in range(4):
        reconcile(database, owed(f"k:{number}"), subject=number, burst=3)
    assert {(r.state, r.reason) for r in rows(database)} == {("held", "burst")}
    with database.writing() as session:
        assert BurstService(session).release(TOWN, HOURS, TUESDAY_NOON, Part("k")) == 4
    reconcile(database, owed("k:4"), subject=4, burst=3)
    assert {r.state for r in rows(database)} == {"waiting"}


def test_what_is_parked_is_told_and_decided_by_kind_and_role(database: Database) -> None:
    for number in range(3):
        reconcile(
            database,
            owed(f"k:{number}"),
            owed(f"h:{number}", Recipient.HEAD, "M1"),
            subject=number,
            burst=2,
        )
    with database.writing() as session:
        bursts = BurstService(session)
        first, second = bursts.parked(TOWN)
        assert (first.role, first.notices, first.people) == ("head", 3, 1)
        assert (second.role, second.notices, second.since) == ("teacher", 3, TUESDAY_NOON)
        assert bursts.parked(TOWN, Part(role="teacher")) == [second]
        assert bursts.count(TOWN) == 6
        assert bursts.count("elsewhere") == 0
        assert bursts.discard(TOWN, Part(second.kind, "teacher", second.last - 2)) == 2
        assert bursts.release(TOWN, HOURS, TUESDAY_NOON, Part(role="head")) == 3
        (left,) = bursts.parked(TOWN)
        assert (left.role, left.notices, left.last) == ("teacher", 1, second.last)


def test_a_deputy_who_hears_what_is_known_already_is_no_burst(database: Database) -> None:
    def stalls(number: int, to: str) -> Owed:
        return owed(f"stalled:{number}:methodist:{to}", Recipient.METHODIST, to)

    with database.writing() as session:
        session.add(staff("M22", "deputy@example.org"))
    for number in range(3):
        reconcile(database, stalls(number, "M1"), subject=number)
    mark(database, "sent")
    for number in range(3):
        reconcile(database, stalls(number, "M22"), subject=number, burst=2)
    assert {(r.recipient, r.state) for r in rows(database)} == {("M1", "sent"), ("M22", "waiting")}
    # What neither was told is news, whoever hears it, and as many as ever are a burst.
    for number in range(3, 6):
        reconcile(database, stalls(number, "M22"), subject=number, burst=2)
    parked = {r.key for r in rows(database) if r.reason == "burst"}
    assert parked == {f"stalled:{number}:methodist:M22" for number in range(3, 6)}


def test_a_discarded_notice_does_not_come_back(database: Database) -> None:
    reconcile(database, owed("k:0"), owed("k:1"), burst=1)
    with database.writing() as session:
        assert BurstService(session).discard(TOWN) == 2
    reconcile(database, owed("k:0"), owed("k:1"))
    assert {(r.state, r.reason) for r in rows(database)} == {("withdrawn", "discarded")}


def test_a_day_with_few_notices_is_no_burst(database: Database) -> None:
    for number in range(6):
        at = TUESDAY_NOON + timedelta(hours=number)
        reconcile(database, owed(f"k:{number}"), subject=number, burst=3, now=at)
    assert {r.state for r in rows(database)} == {"waiting"}


def test_notices_of_no_subject_are_told_once(database: Database) -> None:
    for _ in range(2):
        with database.writing() as session:
            tell(session, owed("plan_met:x", Recipient.METHODIST, "M1"))
    assert (only(database).about_subject, only(database).state) == (None, "waiting")


def tell(session: Session, *notices: Owed) -> None:
    NoticeService(session).tell(TOWN, notices, HOURS, TUESDAY_NOON)


A, B, C = owed("k:a"), owed("k:b", title="B"), owed("k:c", recipient="T2")
LATER_B = owed("k:b", title="B, corrected")


@pytest.mark.parametrize(
    "history",
    [
        [()],
        [(A,), (A, B), (LATER_B,)],
        [(C,), (), (A, B, C)],
        [(A, LATER_B, C)] * 3,
        [(B,), (A,), (B,)],
    ],
)
def test_only_what_is_owed_in_the_end_counts(
    database: Database, history: list[tuple[Owed, ...]]
) -> None:
    for notices in [*history, (A, LATER_B, C)]:
        reconcile(database, *notices)
    assert [(r.key, r.state, r.reason, r.params) for r in rows(database)] == [
        ("k:a", "waiting", None, {}),
        ("k:b", "waiting", None, {"title": "B, corrected"}),
        ("k:c", "held", "no_address", {}),
    ]


def test_workers_that_find_the_same_at_once_tell_it_once(database: Database) -> None:
    notices = [owed(f"k:{number:02}") for number in range(40)]

    def work(turn: int) -> None:
        chosen = notices[turn % 3 :: 1] if turn % 2 else notices[::-1]
        reconcile(database, *chosen)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))
    reconcile(database, *notices)
    assert [(r.key, r.state) for r in rows(database)] == [(n.key, "waiting") for n in notices]
