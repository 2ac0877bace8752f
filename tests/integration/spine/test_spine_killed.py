"""kill -9 at any moment: what was answered 200 is there once, with its effect once."""

import random
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from connector.models import Delivery, Letter, Notice
from connector.services.sources.sources import SourceService
from tests.integration.spine.killed_connector import Clients, KilledConnector
from tests.integration.spine.native_stream import arrivals, busy_year
from tests.integration.spine.spine_town import NOW, SOURCE, Spine, open_spine, reopened, spine
from tests.integration.spine.state_of import assert_proven, state_of
from tests.services.ports import free_port

pytestmark = pytest.mark.slow

KILLS = 3
EVENTS = 120


def test_nothing_is_lost_or_done_twice_when_the_process_is_killed(tmp_path: Path) -> None:
    events = busy_year(EVENTS, seed=11)
    with spine(tmp_path / "calm") as calm:
        calm.import_everything()
        calm.post(arrivals(events))
        come_to_rest(calm)
        expected, owed = state_of(calm), set(keys_of(calm, "waiting", "held"))
    town = open_spine(tmp_path / "killed")
    town.import_everything()
    with town.container.db.reading() as session:
        secret = SourceService(session, town.container.box).get(SOURCE).secrets[0]
    town.close()

    port = free_port()
    connector = KilledConnector(tmp_path / "killed", port, NOW)
    clients = Clients(port, secret, NOW, SOURCE)
    clients.start([events[at : at + 3] for at in range(0, len(events), 3)], threads=4)
    chance = random.Random(2)
    for _ in range(KILLS):
        connector.start()
        time.sleep(chance.uniform(0.05, 0.6))
        connector.kill()
    connector.start()
    clients.join(60)
    connector.kill()

    assert clients.answered == EVENTS / 3
    assert clients.failed > 0
    with reopened(tmp_path / "killed") as after:
        come_to_rest(after)
        got = state_of(after)
        for table in ("evidence", "profiles", "memberships", "shares"):
            assert got[table] == expected[table], table
        assert_proven(after)
        with after.container.db.reading() as session:
            stored = session.scalars(select(Delivery.key)).all()
            letters = session.scalar(select(func.count()).select_from(Letter))
            sent = session.execute(
                select(Notice.letter_id, Notice.recipient).where(Notice.state == "sent")
            ).all()
        assert sorted(stored) == sorted(str(event["id"]) for event in events)
        told = keys_of(after, "waiting", "held", "sent", "sending")
        assert owed <= set(told)
        assert len(told) == len(set(told))
        assert {letter for letter, _ in sent} == set(range(1, (letters or 0) + 1))


def come_to_rest(town: Spine) -> None:
    """Drafts are proposed beside the work: they are part of a person's state, too."""
    town.drain()
    while town.engine.proposer.run_once():
        town.drain()


def keys_of(town: Spine, *states: str) -> list[str]:
    with town.container.db.reading() as session:
        return list(session.scalars(select(Notice.key).where(Notice.state.in_(states))))
