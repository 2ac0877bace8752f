"""What a municipality's Python said of one subject, or why it said nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from connector.domain.owed import Owed
from connector.domain.proposals import ProposedRoute


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a hook did not answer. deadly: its process had to be ended, or ended by itself."""

    message: str
    deadly: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """owed, turn: of the hooks that answered. faults: of those that failed, by hook.

    proposed: the route, None where the core's stands.
    unasked: nobody could be asked at the moment, which is no fault of this subject's.
    """

    owed: tuple[Owed, ...] = ()
    turn: date | None = None
    faults: Mapping[str, Failure] = field(default_factory=dict)
    unasked: bool = False
    proposed: ProposedRoute | None = None


UNASKED = Said(unasked=True)
