"""The kinds of value in our own plugin's events: numbers are numbers, times are instants."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, missing

from connector.dialects.strict_json import decimal_of
from connector.domain.facts import Mark

_ISO = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d(:?\d\d)?)?", re.ASCII
)
MOST_ID = 40
"""Characters; the columns of accounts and evidence hold no longer user number."""
_YEARS = range(1971, 2200)
_LARGEST = 10**9
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Identity(fields.Field[str]):
    """A Moodle number as int or text, kept as text.

    A colon would make two registers look alike (`completion:source:course:user`).
    """

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            raise ValidationError("not an id")
        text = value.strip()
        if not 1 <= len(text) <= MOST_ID or ":" in text or _CONTROL.search(text):
            raise ValidationError("not an id")
        return text


class EventId(fields.Field[str]):
    """Unique within the source; any text that is not a novel."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not 1 <= len(value) <= 1000:
            raise ValidationError("not an id")
        return value


class Text(fields.Field[str | None]):
    """A short text; empty is None. NUL is dropped: PostgreSQL refuses it."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str | None:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or len(value) > 2000:
            raise ValidationError("not a text")
        return value.replace("\x00", "").strip() or None


class Instant(fields.Field[datetime]):
    """ISO 8601; without an offset it is UTC, which is what the contract says."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not _ISO.fullmatch(value):
            raise ValidationError("not an instant")
        try:
            instant = datetime.fromisoformat(value)
            aware = instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise ValidationError("not an instant") from None
        if aware.year not in _YEARS:
            raise ValidationError("not an instant")
        return aware


class Whole(fields.Field[int]):
    """A whole number from 0 to a bound; true, "1" and 1.0 are none."""

    def __init__(self, largest: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._largest = largest

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        if type(value) is not int or not 0 <= value <= self._largest:
            raise ValidationError("not a whole number")
        return value


class Number(fields.Field[Decimal]):
    """A number (a text is none), exact."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Decimal:
        if type(value) not in (int, float) or abs(value) > _LARGEST:
            raise ValidationError("not a number")
        return decimal_of(value)


class Flag(fields.Field[bool]):
    """true or false; 1 and "yes" are neither."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("not a truth value")
        return value


class Part(fields.Field[dict[str, Any]]):
    """An object of named parts; what else it holds is not our business: the plugin may grow.

    Takes the fields as a schema would, and tells all that is wrong at once. A schema nested in
    another took a third of the time of reading an event.
    """

    def __init__(self, parts: Mapping[str, fields.Field[Any]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._parts = tuple(parts.items())

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValidationError("not an object")
        read: dict[str, Any] = {}
        wrong: dict[str, Any] = {}
        for name, part in self._parts:
            told = value.get(name, missing)
            try:
                read[name] = self._read(part, name, told, value)
            except ValidationError as err:
                wrong[name] = err.messages
        if wrong:
            raise ValidationError(wrong)
        return read

    def _read(self, part: fields.Field[Any], name: str, told: Any, whole: Any) -> Any:
        if told is missing:
            if part.required:
                raise ValidationError("missing")
            return part.load_default
        if told is None:
            if not part.allow_none:
                raise ValidationError("null")
            return None
        return part._deserialize(told, name, whole)


class Questions(fields.Field[tuple[Mark, ...]]):
    """Each question's slot, mark, max_mark and category; a slot comes once.

    Read by hand: a nested schema took most of the time of reading an attempt of 20 questions.
    """

    _parts: Mapping[str, tuple[fields.Field[Any], bool]] = {
        "slot": (Whole(100_000), True),
        "mark": (Number(), False),
        "max_mark": (Number(), True),
        "category": (Text(), False),
    }

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[Mark, ...]:
        if not isinstance(value, list):
            raise ValidationError("not a list")
        marks = tuple(self._mark(place, question) for place, question in enumerate(value))
        if len({mark.slot for mark in marks}) != len(marks):
            raise ValidationError("a slot comes twice")
        return marks

    def _mark(self, place: int, question: Any) -> Mark:
        if not isinstance(question, dict):
            raise ValidationError({str(place): ["not an object"]})
        read: dict[str, Any] = {}
        for name, (part, is_required) in self._parts.items():
            told = question.get(name)
            try:
                if told is None and is_required:
                    raise ValidationError("missing")
                read[name] = None if told is None else part._deserialize(told, name, question)
            except ValidationError:
                raise ValidationError({str(place): {name: ["wrong"]}}) from None
        return Mark(**read)
