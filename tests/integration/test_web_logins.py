"""Log-ins and tokens against a real database: argon2, a lock that grows, fingerprints."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from connector.db import Database
from connector.models import Base, Login, Token
from connector.services.access.logins import (
    FREE_ATTEMPTS,
    LOGINS_AT_ONCE,
    BadLogin,
    LoginService,
    TokenService,
    TooManyLogins,
    lock_after,
    sign_in,
)

NOW = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
PASSWORD = "длинный пароль"


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    try:
        Base.metadata.create_all(made.engine)
        with made.writing() as session:
            LoginService(session).add("anna", PASSWORD, "methodist", "korolev", NOW)
        yield made
    finally:
        made.close()


def login(db: Database) -> Login:
    with db.reading() as session:
        return session.scalars(select(Login).where(Login.name == "anna")).one()


def test_the_right_password_signs_in_and_is_stored_as_argon2(db: Database) -> None:
    found = sign_in(db, "anna", PASSWORD, NOW)
    assert found is not None
    assert (found.viewer.actor, found.viewer.municipality) == ("anna", "korolev")
    assert login(db).password.startswith("$argon2id$")
    assert login(db).failures == 0


def test_wrong_name_and_wrong_password_answer_alike(db: Database) -> None:
    assert sign_in(db, "nobody", PASSWORD, NOW) is None
    assert sign_in(db, "anna", "wrong", NOW) is None
    assert login(db).failures == 1


def test_after_some_failures_even_the_right_password_waits(db: Database) -> None:
    for _ in range(FREE_ATTEMPTS):
        assert sign_in(db, "anna", "wrong", NOW) is None
    assert sign_in(db, "anna", PASSWORD, NOW) is None
    lock = lock_after(FREE_ATTEMPTS)
    assert lock is not None
    assert sign_in(db, "anna", PASSWORD, NOW + lock - timedelta(seconds=1)) is None
    assert sign_in(db, "anna", PASSWORD, NOW + lock) is not None
    assert login(db).locked_until is None


def test_the_lock_grows_up_to_an_hour() -> None:
    locks = [lock_after(failures) for failures in range(FREE_ATTEMPTS - 1, 30)]
    assert locks[0] is None
    known = [lock for lock in locks if lock is not None]
    assert known == sorted(known)
    assert known[0] == timedelta(seconds=30)
    assert known[-1] == timedelta(hours=1)


def test_parallel_guesses_cannot_outrun_the_lock(db: Database) -> None:
    def guess() -> None:
        while True:
            try:
                sign_in(db, "anna", "wrong", NOW)
            except TooManyLogins:
                time.sleep(0.01)
            else:
                return

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Every one of them was counted, or found the log-in closed.
    assert login(db).failures == FREE_ATTEMPTS
    assert login(db).locked_until is not None


def test_a_crowd_at_the_door_is_sent_away_at_once(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, go = threading.Semaphore(0), threading.Event()

    def slow(stored: str, password: str) -> bool:
        inside.release()
        return go.wait(20)

    monkeypatch.setattr("connector.services.access.logins._fits", slow)
    crowd = [
        threading.Thread(target=sign_in, args=(db, f"nobody {n}", "wrong", NOW))
        for n in range(LOGINS_AT_ONCE)
    ]
    for one in crowd:
        one.start()
        assert inside.acquire(timeout=20)
    with pytest.raises(TooManyLogins):
        sign_in(db, "anna", PASSWORD, NOW)
    go.set()
    for one in crowd:
        one.join()
    assert sign_in(db, "anna", PASSWORD, NOW) is not None


def test_a_changed_password_ends_running_sessions(db: Database) -> None:
    found = sign_in(db, "anna", PASSWORD, NOW)
    assert found is not None
    with db.writing() as session:
        assert LoginService(session).find("anna", found.fingerprint) == found.viewer
        LoginService(session).change_password("anna", "другой длинный")
        assert LoginService(session).find("anna", found.fingerprint) is None
    assert sign_in(db, "anna", "другой длинный", NOW) is not None


@pytest.mark.parametrize(
    ("name", "password", "role", "municipality", "person"),
    [
        ("anna", PASSWORD, "methodist", "korolev", None),
        ("boris", "short", "methodist", "korolev", None),
        ("boris", PASSWORD, "king", "korolev", None),
        ("boris", PASSWORD, "methodist", None, None),
        ("boris", PASSWORD, "teacher", "korolev", None),
        (" boris", PASSWORD, "methodist", "korolev", None),
        ("boris", PASSWORD, "teacher", "korolev", "T" * 61),
    ],
    ids=["taken", "short", "role", "municipality", "person", "spaces", "long"],
)
def test_a_log_in_that_makes_no_sense_is_refused(
    db: Database, name: str, password: str, role: str, municipality: str | None, person: str | None
) -> None:
    with db.reading() as session, pytest.raises(BadLogin):
        LoginService(session).add(name, password, role, municipality, NOW, person)


def test_a_token_is_kept_as_its_digest_only_and_can_be_revoked(db: Database) -> None:
    with db.writing() as session:
        token = TokenService(session).issue("head", "korolev", NOW, "T-1")
    with db.writing() as session:
        stored = session.scalars(select(Token)).one()
        assert token.encode() not in stored.digest
        viewer = TokenService(session).find(token)
        assert viewer is not None
        assert (viewer.role, viewer.municipality, viewer.person) == ("head", "korolev", "T-1")
        assert token not in viewer.actor
        assert TokenService(session).find(token + "x") is None
        TokenService(session).revoke(token, NOW)
        assert TokenService(session).find(token) is None
