"""How single values of Moodle's answers are read: a number here is a text there.

Numbers come as numbers in one version and as text in another, and marks are text in the caller's
language, so every value goes through one of three converters.
"""

from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields


class Id(fields.Field[str]):
    """A Moodle number as decimal text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if isinstance(value, int | str) and not isinstance(value, bool):
            text = str(value)
            if text.isascii() and text.isdigit() and len(text) <= 20:
                return text
        raise ValidationError("not a number of Moodle")


class Number(fields.Field[Decimal]):
    """A number, or text in the caller's language ("1,00"); empty text is None."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return Decimal(repr(value))
        if isinstance(value, str) and len(value) <= 40:
            text = value.strip().replace(",", ".")
            if not text:
                return None
            try:
                number = Decimal(text)
            except InvalidOperation:
                pass
            else:
                if number.is_finite():
                    return number
        raise ValidationError("not a number")


class Text(fields.Field[str]):
    """Text without the characters that a database refuses; null is None."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("not a text")
        return value.replace("\x00", "")


class Answer(Schema):
    class Meta:
        unknown = EXCLUDE
