"""A living Moodle beside a municipality that wants something done in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from connector.domain.evidence import LAST_SEQ, Version
from connector.domain.wishes import MoodleWishes
from connector.models import Action
from connector.rulebook import MunicipalityRules, Rulebook
from connector.services.sources.identity import IdentityService, Seen
from tests.integration.spine.living_town import SOURCE, LivingTown, living_town

TOWN = "korolev"
ROUTE = (
    "personnel_no,number,based_on,starts_on,approved_by,approved_on,cancelled_on,cancel_reason\n"
)
STEPS = "personnel_no,number,order,target,competencies,due_on,required\n"


@contextmanager
def acting_town(folder: Path, wishes: MoodleWishes, url: str | None = None) -> Iterator[LivingTown]:
    """Nobody is in the course KPK, and nobody has a route that wants it."""
    with living_town(folder, url=url) as town:
        wish(town.spine.container.rulebook, wishes)
        for number in town.users.values():
            town.moodle.unenrol(number, "3")
        meet(town)
        yield town


def meet(town: LivingTown) -> None:
    """Everybody's account is known by its personnel number."""
    c = town.spine.container
    version = Version(town.spine.clock.now(), LAST_SEQ, "", "").key()
    seen = [Seen(SOURCE, u, n, None, False, version) for n, u in town.users.items()]
    with c.db.writing() as session:
        IdentityService(session).observe(seen, town.spine.clock.now())


def wish(rulebook: Rulebook, wishes: MoodleWishes) -> None:
    """The municipality's rules say so from now on."""
    found = type(rulebook).rules
    kept: dict[int, MunicipalityRules] = {}

    def rules(code: str) -> MunicipalityRules:
        one = found(rulebook, code)
        if code != TOWN:
            return one
        if id(one) not in kept:
            kept[id(one)] = replace(one, moodle=wishes)
        return kept[id(one)]

    rulebook.rules = rules  # type: ignore[method-assign]


def decide(town: LivingTown, routes: str, steps: str) -> None:
    """What the methodist has entered of routes; everything follows but acting."""
    town.spine.import_sheets(TOWN, {"routes": ROUTE + routes, "steps": STEPS + steps})
    town.engine.settle()


def actions(town: LivingTown) -> list[tuple[str, str, str, str | None]]:
    """Person, target, state and reason, in order."""
    with town.spine.container.db.reading() as session:
        rows = session.scalars(select(Action).order_by(Action.person, Action.target, Action.id))
        return [(one.person, one.target, one.state, one.reason) for one in rows]
