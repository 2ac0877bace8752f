"""Individual educational routes (ИОМ) as they were decided (domain 4)."""

from dataclasses import dataclass
from datetime import date

from connector.domain.catalogue import Target
from connector.domain.dates import Span


@dataclass(frozen=True, slots=True)
class RouteStep:
    """One step; order does not gate. required False: also what was marked not relevant."""

    order: int
    target: Target
    competencies: tuple[str, ...] = ()
    due_on: date | None = None
    required: bool = True


@dataclass(frozen=True, slots=True)
class Pause:
    span: Span
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A route; without `approved_by` it is a draft. `number` is unique for the person."""

    personnel_no: str
    number: str
    starts_on: date
    based_on: str | None = None
    approved_by: str | None = None
    approved_on: date | None = None
    cancelled_on: date | None = None
    cancel_reason: str | None = None
    steps: tuple[RouteStep, ...] = ()
    pauses: tuple[Pause, ...] = ()

    @property
    def code(self) -> str:
        return f"{self.personnel_no}/{self.number}"

    def is_approved(self, day: date) -> bool:
        """Whether a methodist had approved it by `day`; approved_on empty means starts_on."""
        return self.approved_by is not None and (self.approved_on or self.starts_on) <= day

    def is_cancelled(self, day: date) -> bool:
        return self.cancelled_on is not None and self.cancelled_on <= day

    def is_paused(self, day: date) -> bool:
        return any(day in pause.span for pause in self.pauses)
