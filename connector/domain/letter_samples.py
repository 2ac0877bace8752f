"""What a letter that is only shown would be about."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class LetterSample:
    """One kind of a municipality's own letters. roles: who gets it. when: of what happens for it to
    be sent, in Russian. items: invented params of the notices in it."""

    kind: str
    roles: tuple[str, ...]
    when: str
    items: tuple[Mapping[str, Any], ...]
