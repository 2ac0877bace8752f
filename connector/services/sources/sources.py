"""Sources: who may write to us, with which secrets, and where its Moodle can be asked."""

import base64
import os
import re
import secrets as random_secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from connector.domain.signals import Dialect
from connector.errors import ConnectorError, UnknownThing
from connector.models import Account, Source, SourceMunicipality, Subject
from connector.secretbox import SecretBox
from connector.services.sources.addresses import moodle_address

LIVE_SECRETS = 2
SHOWN_AFTER_ROTATION = timedelta(days=1)
"""So long a new secret can be looked up: a page that was closed too early would otherwise have it
made anew, and the second rotation ends the one that is in use."""


class BadSource(ConnectorError):
    """A source cannot be made as asked; the message (Russian) says why.

    field: which of what was given is at fault, where a form can show it.
    """

    def __init__(self, message: str, field: str = "code") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class SourceDetails:
    """A source with its secrets in the clear; never logged."""

    code: str
    dialect: Dialect
    municipalities: tuple[str, ...]
    url: str | None
    secrets: tuple[str, ...] = field(repr=False)
    rest_token: str | None = field(repr=False, default=None)
    last_delivery_at: datetime | None = None
    last_ping_at: datetime | None = None
    secret_made_at: datetime | None = None

    def shows_secret(self, now: datetime) -> bool:
        """Whether the newest secret may be looked up: until the sender was heard for the first
        time, and for a day after a rotation."""
        if self.last_delivery_at is None:
            return True
        return self.secret_made_at is not None and now - self.secret_made_at < SHOWN_AFTER_ROTATION

    @property
    def needs_rest(self) -> bool:
        """A foreign sender's bodies are pointers only: without REST nothing can be believed."""
        return self.dialect is not Dialect.NATIVE

    @property
    def hook(self) -> str:
        """The path senders post to."""
        path = f"/hooks/{self.code}"
        return f"{path}/statements" if self.dialect is Dialect.XAPI else path


class SourceService:
    """Makes and finds sources. Takes a session, never commits."""

    def __init__(self, session: Session, box: SecretBox) -> None:
        self._session = session
        self._box = box

    def add(
        self,
        code: str,
        dialect: Dialect,
        municipalities: tuple[str, ...],
        now: datetime,
        url: str | None = None,
        rest_token: str | None = None,
        secret: str | None = None,
    ) -> SourceDetails:
        """Makes a source with a fresh secret, or the one given. Raises BadSource."""
        fault = code_fault(code)
        if fault is not None:
            raise BadSource(fault)
        if self._session.get(Source, code) is not None:
            raise BadSource(f"Источник «{code}» уже есть.")
        if not municipalities:
            raise BadSource("Укажите хотя бы один муниципалитет.", "municipalities")
        secret = secret or make_secret(dialect)
        self._session.add(
            Source(
                code=code,
                dialect=dialect,
                secrets=[self._box.seal(secret).decode()],
                url=moodle_address(url) if url else None,
                rest_token=self._box.seal(rest_token) if rest_token else None,
                created_at=now,
            )
        )
        self._session.flush()
        for municipality in sorted(set(municipalities)):
            self._session.add(SourceMunicipality(source=code, municipality=municipality))
        self._session.flush()
        return self.get(code)

    def rotate(self, code: str, now: datetime) -> str:
        """Makes a new secret; the former one stays live until the next rotation."""
        source = self._row(code)
        source.secret_made_at = now
        secret = make_secret(Dialect(source.dialect))
        source.secrets = [self._box.seal(secret).decode(), *source.secrets][:LIVE_SECRETS]
        self._session.flush()
        return secret

    def connect(self, code: str, url: str, rest_token: str) -> None:
        """Sets where the source's Moodle is asked. Raises BadAddress."""
        source = self._row(code)
        source.url = moodle_address(url)
        source.rest_token = self._box.seal(rest_token)
        self._session.flush()

    def serve(self, code: str, municipalities: Collection[str]) -> frozenset[str]:
        """Sets whose people the source's accounts may be; those that came in are returned.

        Raises BadSource where none is left, or one would go to whose people accounts belong: what
        they did would be told to a municipality that no longer has a part in this Moodle.
        """
        source = self._row(code)
        former = set(self._municipalities(code))
        wanted = set(municipalities)
        if not wanted:
            raise BadSource("Оставьте хотя бы один муниципалитет.", "municipalities")
        for gone in sorted(former - wanted):
            held = self._session.scalar(
                select(func.count())
                .select_from(Account)
                .join(Subject, Subject.id == Account.subject_id)
                .where(
                    Account.source == source.code,
                    Account.match.in_(("matched", "confirmed")),
                    Subject.municipality == gone,
                )
            )
            if held:
                raise BadSource(
                    f"Муниципалитет {gone} убрать нельзя: его работникам уже принадлежат учётные "
                    f"записи этого Moodle ({held}).",
                    "municipalities",
                )
            self._propose_no_more(code, gone)
            row = self._session.get(SourceMunicipality, (code, gone))
            self._session.delete(row)
        for new in sorted(wanted - former):
            self._session.add(SourceMunicipality(source=code, municipality=new))
        self._session.flush()
        return frozenset(wanted - former)

    def _propose_no_more(self, code: str, municipality: str) -> None:
        """Nobody could confirm that an account belongs to one of its people any more."""
        people = select(Subject.id).where(Subject.municipality == municipality)
        self._session.execute(
            update(Account)
            .where(
                Account.source == code,
                Account.match == "proposed",
                Account.subject_id.in_(people),
            )
            .values(match="none", subject_id=None)
            .execution_options(synchronize_session=False)
        )

    def get(self, code: str) -> SourceDetails:
        """Raises UnknownThing."""
        return self._details(self._row(code))

    def find(self, code: str) -> SourceDetails | None:
        source = self._session.get(Source, code)
        return None if source is None else self._details(source)

    def codes(self) -> list[str]:
        """Every source, whether or not the key opens its secrets."""
        return list(self._session.scalars(select(Source.code).order_by(Source.code)))

    def all(self) -> list[SourceDetails]:
        rows = self._session.scalars(select(Source).order_by(Source.code))
        return [self._details(source) for source in rows]

    def _row(self, code: str) -> Source:
        source = self._session.get(Source, code)
        if source is None:
            raise UnknownThing("source", code)
        return source

    def _municipalities(self, code: str) -> tuple[str, ...]:
        return tuple(
            self._session.scalars(
                select(SourceMunicipality.municipality)
                .where(SourceMunicipality.source == code)
                .order_by(SourceMunicipality.municipality)
            )
        )

    def _details(self, source: Source) -> SourceDetails:
        return SourceDetails(
            code=source.code,
            dialect=Dialect(source.dialect),
            municipalities=self._municipalities(source.code),
            url=source.url,
            secrets=tuple(self._box.open(sealed.encode()) for sealed in source.secrets),
            rest_token=self._box.open(source.rest_token) if source.rest_token else None,
            last_delivery_at=source.last_delivery_at,
            last_ping_at=source.last_ping_at,
            secret_made_at=source.secret_made_at,
        )


def code_fault(code: str) -> str | None:
    """What is wrong with the code (Russian); None where nothing is."""
    if re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", code):
        return None
    return (
        f"Код источника «{code}» не подходит: нужны латинские строчные буквы, цифры и дефис, "
        "не больше 40 знаков."
        if code
        else "Придумайте код: латинские строчные буквы, цифры и дефис."
    )


def make_secret(dialect: Dialect) -> str:
    """A secret in the form its sender uses: `whsec_` and base64, a token, or `user:password`."""
    if dialect is Dialect.NATIVE:
        return "whsec_" + base64.b64encode(os.urandom(32)).decode()
    if dialect is Dialect.XAPI:
        return "connector:" + random_secrets.token_urlsafe(24)
    return random_secrets.token_urlsafe(32)
