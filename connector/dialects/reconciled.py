"""Our own pointers: where the connector looked by itself, stored like a sender's event.

So a finding is a delivery among deliveries, folded and rebuilt by the same code as all the others.
"""

import json
from dataclasses import fields
from typing import Any

from connector.dialects.envelope import Unreadable
from connector.domain.signals import About, Pointer

_TOLD = tuple(field.name for field in fields(Pointer) if field.name not in ("about", "raised_at"))


def write(pointer: Pointer) -> bytes:
    """The pointer as JSON; what it does not tell is left out. A look has no moment of an event."""
    told = {name: getattr(pointer, name) for name in _TOLD if getattr(pointer, name) is not None}
    return json.dumps({"about": str(pointer.about), **told}, sort_keys=True).encode()


def read(body: bytes) -> Pointer:
    """Raises Unreadable."""
    try:
        told = json.loads(body)
        about = About(told.pop("about"))
        values: dict[str, Any] = {name: str(told[name]) for name in told if name in _TOLD}
        return Pointer(about, **values)
    except (ValueError, KeyError, TypeError, AttributeError) as err:
        raise Unreadable("malformed") from err
