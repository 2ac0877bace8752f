"""Whatever arrived, as text that can be read on a page."""

import json
from typing import Any

LONGEST = 200_000
"""Characters; a page with megabytes of JSON helps nobody and stops browsers."""


def pretty(value: Any) -> str:
    """JSON indented, whether it comes as bytes, text or values; other text as it is."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return _cut(value)
    return _cut(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def _cut(text: str) -> str:
    # Lone surrogates are JSON, but no page can be encoded with them.
    safe = text.encode("utf-8", "replace").decode("utf-8")
    if len(safe) <= LONGEST:
        return safe
    return safe[:LONGEST] + "\n… обрезано"
