"""Fields of examples and scenarios that rule files do not have."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields

from connector.domain.catalogue import parse_target
from connector.rulebook.fields import MESSAGES, Choice, RuleSchema


class TextList(fields.Field[tuple[str, ...]]):
    """A list of texts."""

    default_error_messages = MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ValidationError("ожидался список слов в квадратных скобках")
        return tuple(value)


class Percents(fields.Field[Mapping[str, Decimal]]):
    """Percents by competency."""

    default_error_messages = MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> dict[str, Decimal]:
        if not isinstance(value, dict) or not value:
            raise ValidationError("ожидались проценты по компетенциям: {A: 70, B: 40}")
        for percent in value.values():
            if isinstance(percent, bool) or not isinstance(percent, (int, Decimal)):
                raise ValidationError("ожидалось число процентов")
        return {code: Decimal(percent) for code, percent in value.items()}


class TargetText(fields.Field[Any]):
    """A target as spreadsheets write it."""

    default_error_messages = MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        try:
            return parse_target(str(value))
        # NotATarget is a ValueError.
        except ValueError as err:
            raise ValidationError("ожидалось course:X, activity:X, quiz:X>=60 или manual") from err


class NumberText(fields.Field[str]):
    """A personnel number, an occurrence or a period: YAML reads `2026` as a number."""

    default_error_messages = MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, (str, int)) or not str(value).strip():
            raise ValidationError("ожидался непустой текст или число")
        return str(value)


def several(schema: type[RuleSchema]) -> Any:
    return fields.List(fields.Nested(schema), load_default=list, error_messages=MESSAGES)


def one(schema: type[RuleSchema], **more: Any) -> Any:
    more.setdefault("load_default", None)
    return fields.Nested(schema, error_messages=MESSAGES, **more)


def choice_of(words: Iterable[Any], default: str) -> Choice:
    return Choice([str(word) for word in words], load_default=default)
