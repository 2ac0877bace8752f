"""Cases on their way to a child: pickled by us, the municipality's Setting once and then by name.

Pickles go from the parent to the child only; what comes back is JSON and is not believed.
"""

import copyreg
import io
import pickle
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from operator import attrgetter, methodcaller
from typing import Any

from connector.domain.dossier import Setting
from connector.isolation.asker import Pair


@dataclass(frozen=True, slots=True)
class Question:
    """A batch as the child finds it."""

    day: date
    hooks: tuple[str, ...]
    pairs: Sequence[Pair]


class Packer:
    """Packs for one child. Remembers which Setting that one holds."""

    def __init__(self) -> None:
        self._held: Setting | None = None
        self._reducers = _Reducers()

    def pack(self, pairs: Sequence[Pair], day: date, hooks: Collection[str]) -> bytes:
        """All pairs are of one municipality; whatever their Setting, it is sent when it changes."""
        setting = pairs[0][0].setting
        is_news = setting is not self._held
        whole = pickle.dumps(setting, pickle.HIGHEST_PROTOCOL) if is_news else b""
        buffer = io.BytesIO()
        pickler = pickle.Pickler(buffer, pickle.HIGHEST_PROTOCOL)
        self._reducers[Setting] = _by_name(setting)
        pickler.dispatch_table = self._reducers
        pickler.dump(Question(day, tuple(sorted(hooks)), pairs))
        self._held = setting
        return len(whole).to_bytes(4, "big") + whole + buffer.getvalue()


def unpack(parcel: bytes) -> Question:
    """In the child."""
    size = int.from_bytes(parcel[:4], "big")
    if size:
        _held[0] = pickle.loads(parcel[4 : 4 + size])
    question: Question = pickle.loads(parcel[4 + size :])
    return question


_held: list[Setting] = [None]  # type: ignore[list-item]
"""The Setting that this child holds."""


def held() -> Setting:
    return _held[0]


class _Reducers(dict[type, Any]):
    """How values are taken apart: a dataclass is its class and its fields.

    Pickle's own way with frozen dataclasses with slots asks each value for the names of its fields,
    and took half as long again for a batch of people.
    """

    def __init__(self) -> None:
        super().__init__(copyreg.dispatch_table)
        # Pickle's own way, but found: a type that is missing costs an exception for each value.
        for kind in (Decimal, Fraction, date, datetime):
            self[kind] = methodcaller("__reduce_ex__", pickle.HIGHEST_PROTOCOL)

    def __missing__(self, kind: type) -> Any:
        if not is_dataclass(kind) or not all(field.init for field in fields(kind)):
            raise KeyError(kind)
        self[kind] = _by_fields(kind, [field.name for field in fields(kind)])
        return self[kind]


def _by_fields(kind: type, names: Sequence[str]) -> Any:
    if len(names) < 2:
        return lambda value: (kind, tuple(getattr(value, name) for name in names))
    values = attrgetter(*names)
    return lambda value: (kind, values(value))


def _by_name(common: Setting) -> Any:
    def reduced(setting: Setting) -> Any:
        return (held, ()) if setting is common else setting.__reduce_ex__(pickle.HIGHEST_PROTOCOL)

    return reduced
