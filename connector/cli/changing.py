"""A change of rules that is under way, as commands tell of it."""

from typing import Any

from connector.models import Changeover


def changing_document(one: Changeover) -> dict[str, Any]:
    return {"since": one.since, "total": one.total, "remaining": one.remaining}


def changing_told(one: Changeover) -> str:
    """The end of a sentence."""
    done = one.total - one.remaining
    since = f"{one.since:%d.%m.%Y %H:%M} UTC"
    return f"правила изменились {since}, пересчитано {done} из {one.total}"
