"""An event as other systems get it: the same JSON over the broker, in a webhook and in the API."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

_NAMESPACE = UUID("9a0c7f5e-3a0b-5c1e-8a53-5d1f2c9b7e11")
"""Part of every identifier: were it changed, all events would look new to whoever hears them."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """A recorded event. number: its place in line, None while it has none."""

    row: int
    number: int | None
    municipality: str
    key: str
    type: str
    version: int
    subject: str | None
    occurred_on: date
    recorded_at: datetime
    payload: dict[str, Any]

    @property
    def id(self) -> str:
        """The same for the same event, whoever tells it and however often."""
        return event_id(self.municipality, self.key)

    @property
    def routing_key(self) -> str:
        return f"{self.municipality}.{self.type}"

    def as_document(self) -> dict[str, Any]:
        """JSON values, as the schemas in docs/events describe them."""
        return {
            "id": self.id,
            "type": self.type,
            "version": self.version,
            "municipality": self.municipality,
            "subject": self.subject,
            "occurred_on": self.occurred_on.isoformat(),
            "recorded_at": instant(self.recorded_at),
            "payload": self.payload,
        }

    def as_body(self) -> bytes:
        return as_body(self.as_document())


def as_body(document: dict[str, Any]) -> bytes:
    """One text for one document: a signature over it must fit whoever serializes it again."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def event_id(municipality: str, key: str) -> str:
    return str(uuid5(_NAMESPACE, f"{municipality}\n{key}"))


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
