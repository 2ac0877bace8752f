"""When a route is stalled and who hears of it when: a municipality's, and by kind of route."""

from dataclasses import dataclass
from enum import StrEnum

from connector.domain.catalogue import TargetKind
from connector.domain.routes import Route


class Rung(StrEnum):
    """Who can be told of a route that is stalled, one after the other."""

    METHODIST = "methodist"
    HEAD = "head"
    SPECIALIST = "specialist"


class StepsOf(StrEnum):
    """What moves a route on: people alone, or anything that Moodle tells of."""

    MANUAL = "manual"
    MOODLE = "moodle"


@dataclass(frozen=True, slots=True)
class RouteKind:
    """Which routes a policy is for; what is not named does not matter, all that is must fit.

    steps: manual, if every required step is (a route without any too). based_on: one of these
    quizzes. number: the route's number begins so.
    """

    steps: StepsOf | None = None
    based_on: tuple[str, ...] = ()
    number: str | None = None

    def fits(self, route: Route) -> bool:
        if self.steps is not None and self.steps is not steps_of(route):
            return False
        if self.based_on and route.based_on not in self.based_on:
            return False
        return self.number is None or route.number.startswith(self.number)


def steps_of(route: Route) -> StepsOf:
    required = (step for step in route.steps if step.required)
    by_hand = all(step.target.kind is TargetKind.MANUAL for step in required)
    return StepsOf.MANUAL if by_hand else StepsOf.MOODLE


@dataclass(frozen=True, slots=True)
class StallPolicy:
    """Working days without progress, and after a due date, until a route is stalled (domain 4).

    ladder: who hears of it, lowest first: the methodist at once, each other rung after its own
    working days. A municipality whose methodists answer to a specialist alone leaves the heads out
    (khankaysky 4). remind_after: working days without any answer after which the methodist is
    reminded, once; 0: never. kinds: other policies for kinds of routes, the first that fits.
    """

    idle_days: int = 20
    grace_days: int = 5
    head_after: int = 5
    specialist_after: int = 10
    ladder: tuple[Rung, ...] = tuple(Rung)
    remind_after: int = 3
    kinds: tuple[tuple[RouteKind, "StallPolicy"], ...] = ()

    def of(self, route: Route) -> "StallPolicy":
        """The policy for this route."""
        for kind, policy in self.kinds:
            if kind.fits(route):
                return policy
        return self

    def after(self, rung: Rung) -> int:
        """Working days from the first stalled day on until the rung is told."""
        return {Rung.HEAD: self.head_after, Rung.SPECIALIST: self.specialist_after}.get(rung, 0)
