"""The captured sequences through the whole spine: hook, inbox, REST, fold, figures."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.domain.signals import Dialect
from connector.services.folding.rebuilding import Rebuild
from connector.services.folding.recounting import Recount
from tests.integration.spine.foreign_town import ForeignTown, foreign_town, history

pytestmark = pytest.mark.slow

SENDERS = (Dialect.LOCAL_WEBHOOKS, Dialect.TOOL_TRIGGER, Dialect.XAPI)


def completed(course: str, user: str, second: int) -> str:
    return f"completion:{course}:{user}:{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%SZ}"


THE_END: dict[str, object] = {
    "attempt:41": 31,
    "attempt:42": 84,
    "attempt:43": 10,
    "attempt:44": 100,
    "attempt:45": 0,
    "attempt:46": 75,
    "attempt:47": 90,
    "activity:1:19:2026": 1795331635,
    "activity:2:19:2026": 1795331645,
    "activity:3:19:2026": 1795331645,
    "activity:4:19:2026": 1795331657,
    "activity:5:19:2026": 1795331686,
    "activity:2:20:2026": 1795331650,
    "activity:3:20:2026": 1795331650,
    "activity:4:20:2026": 1795331651,
    completed("3", "19", 1795331657): 1795331657,
    completed("3", "20", 1795331651): 1795331651,
}
"""Written by hand from the captures' README: the unlock moved learner 19's completion to the
lifting of the override; learner 20 was deleted in the end, and keeps what was proved before."""


def assert_proven(town: ForeignTown) -> None:
    c = town.spine.container
    today = town.spine.clock.now().astimezone(c.rulebook.rules("korolev").zone).date()
    with c.db.snapshot() as session:
        setting = c.settings.get(session, "korolev", today)
        assert Recount(session, c.rulebook, setting).differences(today) == []
        assert Rebuild(session, c.rulebook, "korolev").differences() == []


@pytest.mark.parametrize("sender", SENDERS)
def test_the_sequences_of_each_sender_end_in_the_same_state(
    tmp_path: Path, sender: Dialect
) -> None:
    with foreign_town(tmp_path, sender) as town:
        town.import_all()
        for step, requests in history(sender):
            town.live_through(step)
            for request in requests:
                town.send(request)
            town.settle()
        town.settle(90)
        town.settle(90)

        assert town.evidence() == THE_END
        assert town.states().keys() <= {"done", "parked"}
        assert_proven(town)
        first = town.profiles()["ST-000001"]
        assert first["deficits"]["ALG"]["state"] == "addressed"  # type: ignore[index]


def test_everything_at_once_and_shuffled_in_the_final_state(tmp_path: Path) -> None:
    """As after an outage of the connector: the deleted learner can be read no more."""
    sender = Dialect.LOCAL_WEBHOOKS
    with foreign_town(tmp_path, sender) as town:
        town.import_all()
        town.recorded.go_to_end()
        told = history(sender)
        town.live_through(told[-1][0])
        requests = [request for _, found in told for request in found]
        random.Random(7).shuffle(requests)
        for request in requests:
            town.send(request)
        for _ in range(8):
            town.settle(3600)

        left = {k: v for k, v in THE_END.items() if ":20:" not in k}
        del left["attempt:45"], left["attempt:46"]
        assert town.evidence() == left
        assert_proven(town)
