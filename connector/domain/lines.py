"""Lines: what of a channel works, or is down, by itself."""

from dataclasses import dataclass
from typing import Self

from connector.domain.messengers import MOODLE


@dataclass(frozen=True, slots=True)
class Line:
    """place: how the addresses on it begin; empty where the whole channel is one line."""

    channel: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.channel}:{self.place}" if self.place else self.channel

    @classmethod
    def to(cls, channel: str, address: str) -> Self:
        """On which an address is reached: each Moodle speaks for itself."""
        return cls(channel, address.partition(":")[0] if channel == MOODLE else "")
