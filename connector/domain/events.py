"""Domain events: what happened, as other systems may hear it.

Like a notice, an event is owed by its business key, once for ever, so that the order, the number
and the batches in which people are folded cannot matter. It names a person by the personnel number
and holds neither names, nor addresses, nor anybody's free text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class EventType(StrEnum):
    """What can happen: a noun of the domain, a dot, a verb in the past tense."""

    DEFICIT_OPENED = "deficit.opened"
    DEFICIT_ADDRESSED = "deficit.addressed"
    DEFICIT_CLOSED = "deficit.closed"
    ROUTE_APPROVED = "route.approved"
    ROUTE_STEP_DONE = "route.step_done"
    ROUTE_COMPLETED = "route.completed"
    ROUTE_CANCELLED = "route.cancelled"
    ROUTE_STALLED = "route.stalled"
    ROUTE_RESUMED = "route.resumed"
    SHARE_PLAN_MET = "share.plan_met"
    SHARE_PLAN_LOST = "share.plan_lost"

    @property
    def is_about_a_person(self) -> bool:
        return not self.startswith("share.")


VERSIONS: Mapping[EventType, int] = dict.fromkeys(EventType, 1)
"""Of each type's payload: fields may be added within a version, nothing else."""


@dataclass(frozen=True, slots=True)
class DomainEvent:
    """key: business key, unique for ever within the municipality. subject: personnel number, None
    where no single person is meant. occurred_on: local day. payload: JSON values."""

    key: str
    type: EventType
    subject: str | None
    occurred_on: date
    payload: Mapping[str, Any]
