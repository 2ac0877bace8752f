"""Many rows in one statement, and lists asked for by one parameter, on both databases."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DataError, StatementError

from connector.db import Database
from connector.models import Base, EvidenceSlot, Share, Subject
from connector.models.among import among
from connector.models.many import insert_many, update_many

ODD = ('"', "\\", "'", "{a,b}", "NULL", "", " ", "ёж", "a\\\"b", "%s", ":x", "🙂")
"""What a parser of arrays, of JSON or of statements might take for its own."""
NOW = datetime(2026, 3, 10, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=3)))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


def subject(code: str, **columns: Any) -> dict[str, Any]:
    given = {"title": code, "sort_key": code, "version": 0, "dirty": True, "changes_on": None}
    return {"municipality": "m", "kind": "staff", "code": code, **given, "state": None, **columns}


def slot(register: str, version: bytes, **columns: Any) -> dict[str, Any]:
    return {
        "register": register, "slot": "so", "kind": "attempt", "source": "moodle", "user_id": "1",
        "says": "so", "version": version, "instant": NOW, "seq": 2**63 - 1, "event_id": "e",
        "digest": "d", "happened_at": None, "body": {}, "confirmed": False, "recorded_at": NOW,
        **columns,
    }  # fmt: skip


def test_every_kind_of_value_comes_back_as_it_was_written(database: Database) -> None:
    body = {"text": list(ODD), "none": None, "number": 0.1, "deep": [{"a": [True]}]}
    with database.writing() as session:
        written = [slot(f"r{n}", bytes([0, n, 255]), body=body, user_id=odd[:40])
                   for n, odd in enumerate(ODD)]  # fmt: skip
        assert insert_many(session, EvidenceSlot, written) == len(ODD)
        insert_many(session, Subject, [subject("1", state=body, changes_on=date(2026, 2, 28))])
    with database.reading() as session:
        rows = session.scalars(select(EvidenceSlot).order_by(EvidenceSlot.version)).all()
        assert [row.user_id for row in rows] == list(ODD)
        assert {row.seq for row in rows} == {2**63 - 1}
        assert rows[1].version == bytes([0, 1, 255])
        assert rows[0].instant == NOW
        assert rows[0].instant.tzinfo is UTC
        assert rows[0].happened_at is None
        assert rows[0].body == body
        one = session.scalars(select(Subject)).one()
        assert (one.state, one.changes_on, one.dirty) == (body, date(2026, 2, 28), True)


def test_a_conflict_is_met_by_the_statements_own_words(database: Database) -> None:
    tail = (
        "ON CONFLICT (register, slot) DO UPDATE SET version = excluded.version, "
        "user_id = excluded.user_id WHERE excluded.version >= evidence.version"
    )
    with database.writing() as session:
        insert_many(session, EvidenceSlot, [slot("a", b"5"), slot("b", b"5")])
        news = [slot("a", b"4", user_id="late"), slot("b", b"6", user_id="new"), slot("c", b"1")]
        assert insert_many(session, EvidenceSlot, news, tail) == 2
    with database.reading() as session:
        kept = dict(session.execute(select(EvidenceSlot.register, EvidenceSlot.user_id)).all())
    assert kept == {"a": "1", "b": "new", "c": "1"}


def test_rows_are_changed_pair_by_pair_and_counted(database: Database) -> None:
    with database.writing() as session:
        insert_many(session, Subject, [subject(code) for code in ("1", "2", "3")])
        keys = [{"code": code, "version": read} for code, read in (("1", 0), ("2", 7), ("9", 0))]
        values = [{"title": t, "state": {"t": t}} for t in ("один", "два", "девять")]
        assert update_many(session, Subject, keys, values) == 1
        assert update_many(session, Subject, keys[:1], values[:1], "subjects.kind = 'school'") == 0
    with database.reading() as session:
        titles = dict(session.execute(select(Subject.code, Subject.title)).all())
    assert titles == {"1": "один", "2": "2", "3": "3"}


def test_what_is_added_comes_on_top(database: Database) -> None:
    key = {"municipality": "m", "indicator": "i", "period": "2026", "slice_kind": "whole",
           "slice_code": ""}  # fmt: skip
    with database.writing() as session:
        insert_many(session, Share, [{**key, "population": 5, "achieved": 2}])
        update_many(session, Share, [key], [{"population": -1, "achieved": 3}], are_added=True)
    with database.reading() as session:
        row = session.scalars(select(Share)).one()
    assert (row.population, row.achieved) == (4, 5)


def test_a_text_that_is_too_long_is_refused_and_not_cut(postgres_url: str) -> None:
    database = Database(postgres_url)
    Base.metadata.create_all(database.engine)
    with pytest.raises(DataError), database.writing() as session:
        insert_many(session, Subject, [subject("x" * 301)])
    database.close()


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    naive = slot("r", b"1", instant=datetime(2026, 1, 1))
    with pytest.raises((TypeError, StatementError)), database.writing() as session:
        insert_many(session, EvidenceSlot, [naive])


def test_a_list_finds_what_it_names_and_nothing_else(database: Database) -> None:
    with database.writing() as session:
        insert_many(session, Subject, [subject(odd) for odd in ODD])
        ids = dict(session.execute(select(Subject.code, Subject.id)).all())
        for odd in ODD:
            found = session.scalars(select(Subject.code).where(among(session, Subject.code, [odd])))
            assert found.all() == [odd]
        every = session.scalars(select(Subject.code).where(among(session, Subject.code, ODD)))
        assert sorted(every) == sorted(ODD)
        two = select(Subject.code).where(among(session, Subject.id, [ids["ёж"], ids['"'], -1]))
        assert sorted(session.scalars(two)) == ['"', "ёж"]
        assert session.scalars(select(Subject.id).where(among(session, Subject.id, []))).all() == []
