"""Moodle's values as its plugins send them: the same number is an int here and a text there.

Over 527 bodies of local_webhooks `objectid` was int 181 times, text 329 times, null 17 times;
grades came as 40, 40.0 and "40.00000". What is compared or hashed is brought to one form first.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

_ID = re.compile(r"[0-9]{1,20}", re.ASCII)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,29})(\.[0-9]{1,30})?", re.ASCII)
_LAST_SECOND = 4_102_444_800  # 2100-01-01; later is not a time but garbage


def moodle_id(value: Any) -> str | None:
    """A Moodle number as decimal text; None for null, nonsense, and 0 or less ("nobody")."""
    if isinstance(value, bool):
        return None
    text = str(value) if isinstance(value, int) else value
    if not isinstance(text, str) or not _ID.fullmatch(text):
        return None
    number = str(int(text))
    return None if number == "0" else number


def moodle_time(value: Any) -> datetime | None:
    """Seconds since 1970 (int or text) as an aware UTC instant; None if it is no such thing."""
    text = moodle_id(value)
    if text is None or int(text) >= _LAST_SECOND:
        return None
    return datetime.fromtimestamp(int(text), UTC)


def plain(value: Any) -> Any:
    """`value` with every number as one text, so that 40, 40.0 and "40.00000" hash alike.

    PHP writes an empty map as []; it, {} and null are all None.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _decimal_text(repr(value))
    if isinstance(value, str):
        return _decimal_text(value) if _NUMBER.fullmatch(value) else value
    if isinstance(value, list):
        return [plain(item) for item in value] or None
    return {str(name): plain(item) for name, item in value.items()} or None


def _decimal_text(text: str) -> str:
    number = Decimal(text)
    return "0" if number.is_zero() else format(number.normalize(), "f")
