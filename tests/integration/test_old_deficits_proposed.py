"""After an upgrade, whoever had an open deficit before drafts were proposed gets a draft, once."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import delete, select

from connector.models import Draft, DraftWish, Notice, Subject
from tests.integration.web_town import WebTown, attempt, post, user, web_town
from tests.services.copies import Copies

ROOT = Path(__file__).resolve().parents[2]
OLD = {"T-9", "T-10", "T-13"}
"""Each with an open deficit and no route."""


@pytest.fixture(params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[WebTown]:
    with ExitStack() as stack:
        url = None
        if request.param == "postgresql":
            copies: Copies = request.getfixturevalue("migrated_copies")
            url = stack.enter_context(copies.lent())
        yield stack.enter_context(web_town(tmp_path, url))


def diagnose(town: WebTown) -> None:
    for n in (9, 10, 13):
        event = attempt(900 + n, 30)
        taken = {**event["attempt"], "finished_at": "2026-06-14T10:00:00Z", "number": 2}
        post(town, "mood", f"d{n}", {**event, "user": user(n), "attempt": taken})
    town.engine.settle()


def migrate(town: WebTown, direction: str, revision: str) -> None:
    config = Config(ROOT / "setup.cfg")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    with town.container.db.engine.begin() as connection:
        config.attributes["connection"] = connection
        getattr(command, direction)(config, revision)


def proposed(town: WebTown) -> set[str]:
    with town.container.db.reading() as session:
        query = select(Draft.person).where(Draft.state == "proposed")
        return set(session.scalars(query))


def marked(town: WebTown) -> set[str]:
    with town.container.db.reading() as session:
        return set(session.scalars(select(DraftWish.person)))


def test_old_deficits_are_proposed_for_in_the_background_and_told_to_nobody(town: WebTown) -> None:
    diagnose(town)
    # As the former release left it: results and deficits, and nobody to be looked at.
    migrate(town, "downgrade", "0023_watch_what_leaves")
    with town.container.db.writing() as session:
        session.execute(delete(DraftWish))
        session.execute(delete(Draft))
        told = session.scalars(select(Notice.key)).all()
    migrate(town, "upgrade", "head")
    assert marked(town) >= OLD
    with town.container.db.reading() as session:
        well = select(Subject.code).where(Subject.kind == "staff", Subject.state.is_(None))
        assert not marked(town) & set(session.scalars(well))
    assert town.engine.proposer.run_once() > 0
    while town.engine.proposer.run_once():
        pass
    town.engine.settle()
    assert proposed(town) >= OLD
    assert marked(town) == set()
    with town.container.db.reading() as session:
        assert session.scalars(select(Notice.key)).all() == told

    # Again, as after another upgrade: nobody is looked at who was proposed anything.
    migrate(town, "downgrade", "0023_watch_what_leaves")
    migrate(town, "upgrade", "head")
    assert not marked(town) & OLD
