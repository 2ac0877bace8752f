"""Sources as the wizard changes them, on both databases: secrets, tests kept, municipalities."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from connector.db import Database
from connector.domain.signals import Arrival, Dialect
from connector.models import Account, Base, Subject
from connector.moodle.findings import Check, Finding, Outcome
from connector.secretbox import SecretBox
from connector.services.inbox.inbox import InboxService
from connector.services.sources.source_checks import SourceCheckService
from connector.services.sources.sources import BadSource, SourceService

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BOX = SecretBox("a key of the tests")


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    try:
        Base.metadata.create_all(made.engine)
        with made.writing() as session:
            SourceService(session, BOX).add("lms", Dialect.NATIVE, ("korolev", "kuznetsk"), NOW)
        yield made
    finally:
        made.close()


def test_a_secret_is_shown_until_the_sender_is_heard_and_for_a_day_after_a_rotation(
    db: Database,
) -> None:
    ping = Arrival(key="p", digest="0" * 64, type="ping", body=b"{}")
    with db.writing() as session:
        service, inbox = SourceService(session, BOX), InboxService(session)
        assert service.get("lms").shows_secret(NOW + timedelta(days=90))
        inbox.accept("lms", Dialect.NATIVE, [ping], NOW + HOUR)
        session.expire_all()
        assert not service.get("lms").shows_secret(NOW + HOUR)
        first = service.get("lms").secrets[0]
        newest = service.rotate("lms", NOW + 2 * HOUR)
        assert service.get("lms").secrets == (newest, first)
        assert service.get("lms").shows_secret(NOW + 25 * HOUR)
        assert not service.get("lms").shows_secret(NOW + 26 * HOUR)


def test_a_ping_is_no_first_event(db: Database) -> None:
    def arrival(kind: str) -> Arrival:
        return Arrival(key=kind, digest="0" * 64, type=kind, body=b"{}")

    with db.writing() as session:
        checks, inbox = SourceCheckService(session), InboxService(session)
        inbox.accept("lms", Dialect.NATIVE, [arrival("ping"), arrival("malformed")], NOW)
        assert checks.first_event_at("lms") is None
        inbox.accept("lms", Dialect.NATIVE, [arrival("user.updated")], NOW + HOUR)
        assert checks.first_event_at("lms") == NOW + HOUR


def test_a_test_is_kept_until_the_next_one(db: Database) -> None:
    found = (
        Finding(Check.CLOCK, Outcome.FAILED, "ahead", ("400",)),
        Finding(Check.DECIMALS, Outcome.DOUBTFUL, None, ("Входная диагностика",)),
    )
    with db.writing() as session:
        checks = SourceCheckService(session)
        assert checks.latest("lms") is None
        checks.keep("lms", found[:1], NOW)
        checks.keep("lms", found, NOW + HOUR)
    with db.writing() as session:
        checks = SourceCheckService(session)
        kept = checks.latest("lms")
        assert kept is not None
        assert (kept.at, kept.findings) == (NOW + HOUR, found)
        checks.forget("lms")
        assert checks.latest("lms") is None


def person(municipality: str) -> Subject:
    return Subject(
        municipality=municipality, kind="staff", code="T-1", title="Ёлкина Мария", sort_key="e"
    )


def test_a_municipality_goes_only_while_no_account_belongs_to_its_people(db: Database) -> None:
    with db.writing() as session:
        service = SourceService(session, BOX)
        own, other = person("korolev"), person("kuznetsk")
        session.add_all([own, other])
        session.flush()
        session.add(Account(source="lms", user_id="4", subject_id=own.id, match="matched"))
        session.add(Account(source="lms", user_id="5", subject_id=other.id, match="proposed"))
        session.flush()
        with pytest.raises(BadSource, match="korolev"):
            service.serve("lms", ["kuznetsk"])
        assert service.serve("lms", ["korolev", "todzhinsky"]) == {"todzhinsky"}
        assert service.get("lms").municipalities == ("korolev", "todzhinsky")
        session.expire_all()
        proposed = session.get_one(Account, ("lms", "5"))
        assert (proposed.match, proposed.subject_id) == ("none", None)
        with pytest.raises(BadSource):
            service.serve("lms", [])
