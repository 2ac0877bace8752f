"""Fields of rule files: strict types, faults in Russian that say what to write instead."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validates_schema

from connector.domain.owed import Recipient
from connector.domain.stall_policy import Rung
from connector.rulebook.faults import near_miss

MESSAGES: dict[str, Any] = {
    "required": "не указано, а должно быть",
    "null": "значение пусто",
    "type": "ожидались ключи со значениями",
    "invalid": "ожидался список",
}


class RuleSchema(Schema):
    """A part of a rule file in which every unknown key is a fault."""

    error_messages = MESSAGES

    class Meta:
        unknown = EXCLUDE

    @validates_schema(pass_original=True, skip_on_field_errors=False)
    def _refuse_unknown_keys(
        self, data: Mapping[str, Any], original_data: Any, **kwargs: Any
    ) -> None:
        if not isinstance(original_data, Mapping):
            return  # told already, as a wrong type
        known = {field.data_key or name for name, field in self.fields.items()}
        unknown = [key for key in original_data if key not in known]
        if unknown:
            raise ValidationError(
                {key: [f"неизвестный ключ{near_miss(key, known)}"] for key in unknown}
            )


class Text(fields.Field[str]):
    """Text that is not blank."""

    default_error_messages = MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise ValidationError("ожидался непустой текст")
        return value.strip()


class Texts(fields.Field[tuple[str, ...]]):
    """A list of texts, at least one."""

    default_error_messages = MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not value or not all(map(_is_text, value)):
            raise ValidationError("ожидался список: [ВХОД-2026]; номер пишут в кавычках")
        return tuple(one.strip() for one in value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


class Whole(fields.Field[int]):
    """A whole number between bounds, both included."""

    default_error_messages = MESSAGES

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._least, self._most = least, most

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        # bool is an int in Python; `idle_days: true` is a slip all the same.
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("ожидалось целое число")
        if not self._least <= value <= self._most:
            raise ValidationError(f"ожидалось число от {self._least} до {self._most}")
        return value


class YesNo(fields.Field[bool]):
    default_error_messages = MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("ожидалось true или false")
        return value


class Day(fields.Field[date]):
    default_error_messages = MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, date):
            raise ValidationError("ожидалась дата вида 2026-09-01 (без кавычек)")
        return value


class Percent(fields.Field[Fraction]):
    """A percent 0..100 as a number, kept exactly."""

    default_error_messages = MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Fraction:
        if isinstance(value, str) and "%" in value:
            number = value.replace("%", "").strip().replace(",", ".")
            raise ValidationError(
                f"«{value}» — это текст; проценты пишут числом без знака: {attr}: {number}"
            )
        if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
            raise ValidationError("ожидалось число процентов, например 60 или 33.3")
        if not 0 <= value <= 100:
            raise ValidationError("ожидалось число процентов от 0 до 100")
        return Fraction(value)


class Choice(fields.Field[str]):
    """One of the named words."""

    default_error_messages = MESSAGES

    def __init__(self, choices: Iterable[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._choices = tuple(choices)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str) or value not in self._choices:
            raise ValidationError(
                f"ожидалось одно из: {', '.join(self._choices)}"
                f"{near_miss(str(value), self._choices)}"
            )
        return value


class Ladder(fields.Field[tuple[Rung, ...]]):
    """Rungs in their order, the methodist first."""

    default_error_messages = MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> tuple[Rung, ...]:
        known = [str(rung) for rung in Rung]
        if not isinstance(value, list) or not value or not all(v in known for v in value):
            raise ValidationError(f"ожидался список в квадратных скобках из: {', '.join(known)}")
        if value != [rung for rung in known if rung in value] or value[0] != Rung.METHODIST:
            raise ValidationError(
                f"ступени пишут по порядку и по одному разу, первой - {Rung.METHODIST}:"
                f" {', '.join(known)}"
            )
        return tuple(Rung(rung) for rung in value)


class Courses(fields.Field[dict[str, tuple[str, ...]]]):
    """By course, the courses before it."""

    default_error_messages = MESSAGES

    def _deserialize(
        self, value: Any, attr: Any, data: Any, **kwargs: Any
    ) -> dict[str, tuple[str, ...]]:
        expected = "ожидались курсы, у каждого список курсов до него: course-b: [course-a]"
        if not isinstance(value, dict):
            raise ValidationError(expected)
        found: dict[str, tuple[str, ...]] = {}
        for course, before in value.items():
            names = before if isinstance(before, list) else [before]
            if not all(isinstance(name, str) and name.strip() for name in (course, *names)):
                raise ValidationError(expected)
            if course in names:
                raise ValidationError(f"курс {course} стоит сам перед собой")
            found[course] = tuple(names)
        return found


class Zone(fields.Field[ZoneInfo]):
    """A time zone by its IANA name."""

    default_error_messages = MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> ZoneInfo:
        try:
            return ZoneInfo(value)
        # ZoneInfoNotFoundError is a KeyError; a path or a number in its place fails otherwise.
        except (KeyError, ValueError, TypeError, OSError, AttributeError) as err:
            raise ValidationError(
                "неизвестный часовой пояс; ожидалось имя вида Europe/Moscow"
            ) from err


class NoticeName(fields.Field[str]):
    """`kind`, `kind.role` or `*.role`: which notices are meant."""

    default_error_messages = MESSAGES

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        kind, dot, role = value.partition(".") if isinstance(value, str) else ("", "", "")
        is_kind = kind == "*" or re.fullmatch(r"[a-z][a-z0-9_]{2,39}", kind) is not None
        if not is_kind or (kind == "*" and not dot):
            raise ValidationError("ожидался вид сообщения: route_stalled, plan_met.head, *.mentor")
        if dot and role not in tuple(Recipient):
            raise ValidationError(
                f"ожидалась роль: {', '.join(Recipient)}{near_miss(role, tuple(Recipient))}"
            )
        return str(value)
