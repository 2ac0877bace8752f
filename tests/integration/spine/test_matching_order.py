"""Decisions about accounts and deliveries in any order end as if the decisions had come first."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from connector.models import Account
from connector.services.sources.identity import HELD
from connector.services.sources.matching import Holding, MatchingService, Move
from tests.integration.spine.native_stream import Event, arrivals, event, streams, user_of
from tests.integration.spine.spine_town import NOW, SOURCE, TEACHERS, Spine, spine
from tests.integration.spine.state_of import assert_proven, state_of

pytestmark = pytest.mark.slow

WHOSE = (*TEACHERS[:3], *TEACHERS[6:8], "STRANGER")
TOWNS = {"K": "korolev", "Z": "kuznetsk"}


@dataclass(frozen=True)
class Step:
    """One decision: about the account that Moodle calls so, or for a merge about a person's."""

    what: str
    whose: str
    to: str
    settles: bool


steps = st.builds(
    Step,
    what=st.sampled_from(("give", "give", "part", "ignore", "leave", "merge", "undo")),
    whose=st.sampled_from(WHOSE),
    to=st.sampled_from(TEACHERS),
    settles=st.booleans(),
)


def introductions() -> list[Event]:
    """Every account is heard of before anything is decided about it."""
    told = [event("user.updated", number, NOW) for number in (*TEACHERS, "STRANGER")]
    return [{"id": f"u{n}", "seq": n, **one} for n, one in enumerate(told, 1)]


class Deciding:
    """A town in which somebody decides, and may take the latest decision back."""

    def __init__(self, town: Spine) -> None:
        self.town = town
        self._last: list[Move] = []

    def take(self, step: Step) -> None:
        c, now = self.town.container, self.town.clock.now()
        with c.db.writing() as session:
            service = MatchingService(session, c.rulebook)
            key = (SOURCE, user_of(step.whose)["id"])
            match step.what:
                case "give":
                    self._last = [service.give(key, TOWNS[step.to[0]], step.to, now)]
                case "part":
                    self._last = [service.part(key, now)]
                case "ignore":
                    self._last = [service.ignore(key, now)]
                case "leave":
                    self._last = [service.leave_to_moodle(key, now)]
                case "merge":
                    one = f"{step.to[0]}{int(step.to[1]) % 6 + 1}"
                    self._last = service.merge(TOWNS[step.to[0]], one, step.to, now)
                case _:
                    service.take_back(self._last, now)
                    self._last = []

    def holdings(self) -> dict[str, Holding]:
        c = self.town.container
        with c.db.reading() as session:
            service = MatchingService(session, c.rulebook)
            return {
                account.user_id: service.holding(account)
                for account in session.scalars(select(Account))
            }

    def decide_at_once(self, wanted: dict[str, Holding]) -> None:
        c, now = self.town.container, self.town.clock.now()
        with c.db.writing() as session:
            service = MatchingService(session, c.rulebook)
            for user, holding in sorted(wanted.items()):
                key = (SOURCE, user)
                if holding.match == "confirmed":
                    assert holding.municipality
                    assert holding.number
                    service.give(key, holding.municipality, holding.number, now)
                elif holding.match == "parted":
                    service.part(key, now)
                elif holding.match == "ignored":
                    service.ignore(key, now)


def counted(town: Spine) -> dict[str, list[str]]:
    """What is owed at rest. Evidence of nobody's accounts lies there and counts for nothing."""
    found = state_of(town)
    with town.container.db.reading() as session:
        held = set(session.scalars(select(Account.user_id).where(Account.match.in_(HELD))))
    found["evidence"] = [row for row in found["evidence"] if json.loads(row)[3] in held]
    return found


@given(streams(most=24), st.lists(steps, min_size=1, max_size=8), st.integers(0, 3))
@settings(
    max_examples=max(4, settings.default.max_examples // 15),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
def test_whatever_is_decided_in_whatever_order_ends_as_if_decided_first(
    events: list[Event], decisions: list[Step], first: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with spine(Path(folder) / "mixed") as town:
            town.import_everything()
            town.post(arrivals(introductions()))
            town.drain()
            deciding = Deciding(town)
            size = len(events) // len(decisions) + 1
            town.post(arrivals(events[: first * 3]))
            for number, step in enumerate(decisions):
                town.post(arrivals(events[number * size : (number + 1) * size]))
                if step.settles:
                    town.drain()
                deciding.take(step)
            town.post(arrivals(events))
            town.drain()
            assert_proven(town)
            wanted, mixed = deciding.holdings(), counted(town)
        with spine(Path(folder) / "plain") as town:
            town.import_everything()
            town.post(arrivals(introductions()))
            town.drain()
            Deciding(town).decide_at_once(wanted)
            town.post(arrivals(events))
            town.drain()
            plain = counted(town)
    assert mixed == plain
