"""Cases on their way to a child: pickled by us, the municipality's Setting once and then by name.

Pickles go from the parent to the child only; what comes back is JSON and is not believed.
"""

import copyreg
import io
import pickle
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
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

    def pack(self, pairs: Sequence[Pair], day: date, hooks: Collection[str]) -> bytes:
        """All pairs are of one municipality; whatever their Setting, it is sent when it changes."""
        setting = pairs[0][0].setting
        is_news = setting is not self._held
        whole = pickle.dumps(setting, pickle.HIGHEST_PROTOCOL) if is_news else b""
        buffer = io.BytesIO()
        pickler = pickle.Pickler(buffer, pickle.HIGHEST_PROTOCOL)
        # Asked for Settings only: a reducer for all would cost a call for every value of a case.
        table: dict[type, Any] = {**copyreg.dispatch_table, Setting: _by_name(setting)}
        pickler.dispatch_table = table
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


def _by_name(common: Setting) -> Any:
    def reduced(setting: Setting) -> Any:
        return (held, ()) if setting is common else setting.__reduce_ex__(pickle.HIGHEST_PROTOCOL)

    return reduced
