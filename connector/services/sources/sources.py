"""Sources: who may write to us, with which secrets, and where its Moodle can be asked."""

import base64
import os
import re
import secrets as random_secrets
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.signals import Dialect
from connector.errors import ConnectorError, UnknownThing
from connector.models import Source, SourceMunicipality
from connector.secretbox import SecretBox

LIVE_SECRETS = 2


class BadSource(ConnectorError):
    """A source cannot be made as asked; the message (Russian) says why."""


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
        if not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", code):
            raise BadSource(
                f"Код источника «{code}» не подходит: нужны латинские строчные буквы, "
                "цифры и дефис, не больше 40 знаков."
            )
        if self._session.get(Source, code) is not None:
            raise BadSource(f"Источник «{code}» уже есть.")
        if not municipalities:
            raise BadSource("Укажите хотя бы один муниципалитет (--municipality).")
        secret = secret or make_secret(dialect)
        self._session.add(
            Source(
                code=code,
                dialect=dialect,
                secrets=[self._box.seal(secret).decode()],
                url=url.rstrip("/") if url else None,
                rest_token=self._box.seal(rest_token) if rest_token else None,
                created_at=now,
            )
        )
        self._session.flush()
        for municipality in sorted(set(municipalities)):
            self._session.add(SourceMunicipality(source=code, municipality=municipality))
        self._session.flush()
        return self.get(code)

    def rotate(self, code: str) -> str:
        """Makes a new secret; the former one stays live until the next rotation."""
        source = self._row(code)
        secret = make_secret(Dialect(source.dialect))
        source.secrets = [self._box.seal(secret).decode(), *source.secrets][:LIVE_SECRETS]
        self._session.flush()
        return secret

    def connect(self, code: str, url: str, rest_token: str) -> None:
        """Sets where the source's Moodle is asked."""
        source = self._row(code)
        source.url = url.rstrip("/")
        source.rest_token = self._box.seal(rest_token)
        self._session.flush()

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

    def _details(self, source: Source) -> SourceDetails:
        municipalities = self._session.scalars(
            select(SourceMunicipality.municipality)
            .where(SourceMunicipality.source == source.code)
            .order_by(SourceMunicipality.municipality)
        ).all()
        return SourceDetails(
            code=source.code,
            dialect=Dialect(source.dialect),
            municipalities=tuple(municipalities),
            url=source.url,
            secrets=tuple(self._box.open(sealed.encode()) for sealed in source.secrets),
            rest_token=self._box.open(source.rest_token) if source.rest_token else None,
            last_delivery_at=source.last_delivery_at,
            last_ping_at=source.last_ping_at,
        )


def make_secret(dialect: Dialect) -> str:
    """A secret in the form its sender uses: `whsec_` and base64, a token, or `user:password`."""
    if dialect is Dialect.NATIVE:
        return "whsec_" + base64.b64encode(os.urandom(32)).decode()
    if dialect is Dialect.XAPI:
        return "connector:" + random_secrets.token_urlsafe(24)
    return random_secrets.token_urlsafe(32)
