"""Webhooks as they were set up: address, secrets, event types; made, changed and switched off."""

import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.channels.webhook import BadAddress, WebhookPost, is_key
from connector.domain.events import EventType
from connector.errors import ConnectorError, UnknownThing
from connector.models import Webhook
from connector.secretbox import SecretBox

LIVE_SECRETS = 2
NOUNS = tuple(dict.fromkeys(f"{kind.partition('.')[0]}.*" for kind in EventType))
CHOICES = ("*", *NOUNS, *map(str, EventType))
"""What can be asked for."""

_REFUSED = {
    "not_https": "Нужен адрес https://: в событиях персональные данные. (Внутри своей сети "
    "http:// можно разрешить: CONNECTOR_ALLOW_PRIVATE=1.)",
    "credentials_in_url": "Имя и пароль не могут стоять в адресе: подлинность доказывает подпись.",
    "scheme": "Нужен адрес вида https://система.example/путь.",
}


class BadWebhook(ConnectorError):
    """A webhook cannot be made as asked; the message (Russian) says why."""


@dataclass(frozen=True, slots=True)
class WebhookDetails:
    """A webhook with its secrets in the clear; never logged."""

    id: int
    municipality: str | None
    url: str
    types: tuple[str, ...]
    created_at: datetime
    created_by: str
    secrets: tuple[str, ...] = field(repr=False)
    disabled_at: datetime | None = None
    disabled_reason: str | None = None
    failures: int = 0
    paused_until: datetime | None = None


class WebhookService:
    """Takes a session, never commits."""

    def __init__(self, session: Session, box: SecretBox) -> None:
        self._session = session
        self._box = box

    def add(
        self,
        post: WebhookPost,
        url: str,
        types: Sequence[str],
        municipality: str | None,
        by: str,
        now: datetime,
        secret: str | None = None,
    ) -> WebhookDetails:
        """With a fresh secret, or the one given. by: an actor of the audit. Raises BadWebhook."""
        try:
            post.check(url)
        except BadAddress as err:
            raise BadWebhook(
                _REFUSED.get(str(err), f"Этот адрес вызывать нельзя (код: {err}).")
            ) from err
        if len(url) > 500 or not url.isascii() or not url.isprintable() or " " in url:
            raise BadWebhook("Адрес слишком длинный или содержит недопустимые знаки.")
        if not types:
            raise BadWebhook("Выберите хотя бы один вид событий.")
        unknown = sorted(set(types) - set(CHOICES))
        if unknown:
            raise BadWebhook(
                f"Таких событий нет: {', '.join(unknown)}. Есть: {', '.join(CHOICES)}."
            )
        if secret is not None and not is_key(secret):
            raise BadWebhook("Секрет должен иметь вид whsec_… (base64, от 24 до 64 байт).")
        row = Webhook(
            municipality=municipality,
            url=url,
            secrets=[self._seal(secret or make_key())],
            types=sorted(set(types)),
            created_at=now,
            created_by=by,
            failures=0,
        )
        self._session.add(row)
        self._session.flush()
        return self._details(row)

    def all(self) -> list[WebhookDetails]:
        return [self._details(row) for row in self._rows()]

    def active(self) -> list[WebhookDetails]:
        return [self._details(row) for row in self._rows() if row.disabled_at is None]

    def get(self, number: int) -> WebhookDetails:
        """Raises UnknownThing."""
        return self._details(self._row(number))

    def rotate(self, number: int) -> str:
        """A new secret. Calls bear both signatures until the next rotation."""
        row = self._row(number)
        secret = make_key()
        row.secrets = [self._seal(secret), *row.secrets][:LIVE_SECRETS]
        self._session.flush()
        return secret

    def disable(self, number: int, reason: str, now: datetime) -> None:
        """Nothing more is owed to it; what waits stays, for whoever enables it again."""
        row = self._row(number)
        if row.disabled_at is None:
            row.disabled_at, row.disabled_reason = now, reason
            self._session.flush()

    def enable(self, number: int) -> None:
        """What waited goes out; what happened meanwhile is not owed, and can be sent again."""
        row = self._row(number)
        row.disabled_at = row.disabled_reason = row.paused_until = None
        row.failures = 0
        self._session.flush()

    def _rows(self) -> Sequence[Webhook]:
        return self._session.scalars(select(Webhook).order_by(Webhook.id)).all()

    def _row(self, number: int) -> Webhook:
        row = self._session.get(Webhook, number, with_for_update=True)
        if row is None:
            raise UnknownThing("webhook", str(number))
        return row

    def _seal(self, secret: str) -> str:
        return self._box.seal(secret).decode()

    def _details(self, row: Webhook) -> WebhookDetails:
        return WebhookDetails(
            id=row.id,
            municipality=row.municipality,
            url=row.url,
            types=tuple(row.types),
            created_at=row.created_at,
            created_by=row.created_by,
            secrets=tuple(self._box.open(sealed.encode()) for sealed in row.secrets),
            disabled_at=row.disabled_at,
            disabled_reason=row.disabled_reason,
            failures=row.failures,
            paused_until=row.paused_until,
        )


def make_key() -> str:
    return "whsec_" + base64.b64encode(os.urandom(32)).decode()
