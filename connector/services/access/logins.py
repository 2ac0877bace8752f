"""Log-ins of the pages and tokens of the API: argon2, throttling, SHA-256 (architecture, Security).

An attempt is counted, in a transaction of its own, before the password is looked at; the right
password takes the count back. So parallel guesses cannot outrun the lock, and the slow hash is
computed while no transaction is open.
"""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from connector.db import Database
from connector.errors import ConnectorError, UnknownThing
from connector.models import Login, Token
from connector.services.access.visibility import Role, Viewer

if TYPE_CHECKING:
    from argon2 import PasswordHasher

FREE_ATTEMPTS = 5
FIRST_LOCK = timedelta(seconds=30)
LONGEST_LOCK = timedelta(hours=1)
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200

LOGINS_AT_ONCE = 4
"""One hash takes 64 MiB and a core on purpose: a stranger who posts log-ins by the hundred must
take neither the memory nor all the threads, which the hooks need too. Half of a server's threads,
as it is shipped."""

_places = BoundedSemaphore(LOGINS_AT_ONCE)


class TooManyLogins(ConnectorError):
    """More people sign in at this moment than are let in at once; a moment later it works."""


class BadLogin(ConnectorError):
    """A log-in or token cannot be made as asked; the message (Russian) says why."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A viewer and the fingerprint of the password they came with.

    A session keeps the fingerprint: whoever changes the password ends all sessions.
    """

    viewer: Viewer
    fingerprint: str


def lock_after(failures: int) -> timedelta | None:
    """How long a log-in stays closed after so many failures in a row; None: it does not."""
    if failures < FREE_ATTEMPTS:
        return None
    doublings: int = min(failures - FREE_ATTEMPTS, 12)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def sign_in(db: Database, name: str, password: str, now: datetime) -> SignedIn | None:
    """Checks name and password; None alike for a wrong name, a wrong password and a closed log-in.

    Raises StorageUnavailable, TooManyLogins.
    """
    if len(password) > LONGEST_PASSWORD:
        return None
    with _place():
        with db.writing() as session:
            login = LoginService(session).begin_attempt(name, now)
        stored = _absent_password() if login is None else login.password
        # Also for a name that nobody has: how long it takes must not tell which names there are.
        fits = _fits(stored, password)
    if login is None or not fits:
        return None
    with db.writing() as session:
        LoginService(session).forgive(name)
    return SignedIn(viewer_of(login), fingerprint_of(login))


@contextmanager
def _place() -> Iterator[None]:
    """One of the few, at once or not at all: who waits for one holds a thread."""
    if not _places.acquire(blocking=False):
        raise TooManyLogins
    try:
        yield
    finally:
        _places.release()


def viewer_of(login: Login) -> Viewer:
    return Viewer(login.name, Role(login.role), login.municipality, login.person)


def fingerprint_of(login: Login) -> str:
    return hashlib.sha256(login.password.encode()).hexdigest()[:32]


class LoginService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        name: str,
        password: str,
        role: str,
        municipality: str | None,
        now: datetime,
        person: str | None = None,
        email: str | None = None,
    ) -> None:
        """Makes a log-in. Raises BadLogin."""
        _check(role, municipality, person)
        _check_length("Адрес почты", email, 320)
        if not 1 <= len(name) <= 120 or name != name.strip():
            raise BadLogin("Имя для входа: от 1 до 120 знаков, без пробелов по краям.")
        if self._session.get(Login, name) is not None:
            raise BadLogin(
                f"Имя для входа «{name}» уже занято. Сменить пароль: connector people password; "
                "почту: connector people email."
            )
        login = Login(
            name=name,
            password=_hashed(password),
            municipality=municipality,
            role=role,
            person=person,
            email=email,
            created_at=now,
            failures=0,
        )
        self._session.add(login)
        self._session.flush()

    def change_password(self, name: str, password: str) -> None:
        """Opens a closed log-in too, and ends its sessions. Raises UnknownThing, BadLogin."""
        login = self._session.get(Login, name)
        if login is None:
            raise UnknownThing("login", name)
        login.password = _hashed(password)
        login.failures = 0
        login.locked_until = None
        self._session.flush()

    def change_address(self, name: str, email: str) -> None:
        """Where letters go to who has no personnel number. Raises UnknownThing, BadLogin."""
        _check_length("Адрес почты", email, 320)
        login = self._session.get(Login, name)
        if login is None:
            raise UnknownThing("login", name)
        login.email = email
        self._session.flush()

    def find(self, name: str, fingerprint: str) -> Viewer | None:
        """Who a running session belongs to; None once the password or the log-in changed."""
        login = self._session.get(Login, name)
        if login is None or not secrets.compare_digest(fingerprint_of(login), fingerprint):
            return None
        return viewer_of(login)

    def begin_attempt(self, name: str, now: datetime) -> Login | None:
        """Counts an attempt as failed until proven otherwise; None: unknown, or closed for now."""
        counted = self._session.execute(
            update(Login)
            .where(Login.name == name, or_(Login.locked_until.is_(None), Login.locked_until <= now))
            .values(failures=Login.failures + 1)
            .execution_options(synchronize_session=False)
        )
        if not counted.rowcount:  # type: ignore[attr-defined]
            return None
        login = self._session.scalars(select(Login).where(Login.name == name)).one()
        lock = lock_after(login.failures)
        login.locked_until = None if lock is None else now + lock
        self._session.flush()
        return login

    def forgive(self, name: str) -> None:
        """After a right password: the failures before it do not count any more."""
        self._session.execute(
            update(Login).where(Login.name == name).values(failures=0, locked_until=None)
        )


class TokenService:
    """Tokens of the API. Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def issue(
        self,
        role: str,
        municipality: str | None,
        now: datetime,
        person: str | None = None,
        note: str | None = None,
    ) -> str:
        """Makes a token and gives it in the clear, the only time. Raises BadLogin."""
        _check(role, municipality, person)
        _check_length("Пояснение", note, 200)
        token = "cnt_" + secrets.token_urlsafe(32)
        row = Token(
            digest=_digest(token),
            municipality=municipality,
            role=role,
            person=person,
            note=note,
            created_at=now,
        )
        self._session.add(row)
        self._session.flush()
        return token

    def find(self, token: str) -> Viewer | None:
        """Whose token it is; None: nobody's, or revoked."""
        row = self._session.get(Token, _digest(token))
        if row is None or row.revoked_at is not None:
            return None
        actor = f"token:{row.digest.hex()[:12]}"
        return Viewer(actor, Role(row.role), row.municipality, row.person)

    def revoke(self, token: str, now: datetime) -> None:
        """Raises UnknownThing."""
        row = self._session.get(Token, _digest(token))
        if row is None:
            raise UnknownThing("token", "…")
        row.revoked_at = row.revoked_at or now
        self._session.flush()


def _check(role: str, municipality: str | None, person: str | None) -> None:
    if role not in tuple(Role):
        raise BadLogin(f"Роли «{role}» нет. Возможные роли: {', '.join(Role)}.")
    if municipality is None and role != Role.ADMINISTRATOR:
        raise BadLogin("Без муниципалитета может быть только администратор.")
    if person is None and role in (Role.HEAD, Role.MENTOR, Role.TEACHER):
        raise BadLogin("Для этой роли нужен табельный номер: от него зависит, кого она видит.")
    _check_length("Табельный номер", person, 60)


def _check_length(what: str, text: str | None, most: int) -> None:
    """PostgreSQL refuses more than a column holds, in words that help nobody."""
    if text is not None and len(text) > most:
        raise BadLogin(f"{what}: не больше {most} знаков.")


def _hashed(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadLogin(f"Пароль: от {SHORTEST_PASSWORD} до {LONGEST_PASSWORD} знаков.")
    return _hasher().hash(password)


def _fits(stored: str, password: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


_absent: list[str] = []


def _absent_password() -> str:
    """A hash that no password fits, made on first need: making one takes a while."""
    if not _absent:
        _absent.append(_hasher().hash(secrets.token_urlsafe(32)))
    return _absent[0]


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


@cache
def _hasher() -> "PasswordHasher":
    # Most processes never see a password.
    from argon2 import PasswordHasher

    return PasswordHasher()
