"""What a proposed route consists of, and why: values only (domain 4).

A proposal is made for a methodist to decide about, so everything that was weighed stands in it:
what was found open, what covers it, what was taken and what was left, each with the reason.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from connector.domain.catalogue import Programme
from connector.domain.routes import RouteStep


class Verdict(StrEnum):
    """Why a programme is in the route, or is only another choice."""

    CHOSEN = "chosen"
    TAKEN_BEFORE = "taken_before"
    """Completed before, and the deficit stayed."""
    NOT_REGISTERED = "not_registered"
    """Not in the federal register on the day on which it would be completed."""
    COVERS_LESS = "covers_less"
    """No longer than the preferred one, and covers fewer deficits for its hours."""
    MORE_HOURS = "more_hours"
    """Longer, for each deficit that it covers."""
    ALIKE = "alike"
    """Nothing speaks against it; the other one comes first by its title."""


@dataclass(frozen=True, slots=True)
class Option:
    """A programme for staff that covers some of the deficits.

    covers: competencies, of the open deficits. ends_on: the working day on which it would be
    completed if it were begun at once, None where the calendar has none in sight; is_registered: on
    that day. instead: the course of the programme that was preferred to it.
    """

    programme: Programme
    covers: tuple[str, ...]
    ends_on: date | None
    is_registered: bool
    was_taken: bool
    verdict: Verdict
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class ProposedRoute:
    """A route as a rule would have it. note: why this way, in a sentence for the methodist."""

    starts_on: date
    steps: tuple[RouteStep, ...]
    note: str = ""

    def is_alike(self, other: "ProposedRoute") -> bool:
        """Whether both ask for the same, whenever."""

        def asked(route: ProposedRoute) -> list[tuple[object, ...]]:
            return [(s.target, tuple(sorted(s.competencies)), s.required) for s in route.steps]

        return asked(self) == asked(other)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for one person's open deficits.

    result: key of the newest result among those that left the deficits; based_on: its quiz.
    deficits: codes, the deepest first; uncovered: those that no programme covers. options: every
    programme that covers any of them, the chosen ones first. before: courses that had to come in
    because a chosen programme builds on them.
    """

    result: str
    based_on: str
    deficits: tuple[str, ...]
    uncovered: tuple[str, ...]
    options: tuple[Option, ...]
    route: ProposedRoute
    before: tuple[str, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do about the deficits."""
        return not self.route.steps
