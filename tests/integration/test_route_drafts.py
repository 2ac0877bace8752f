"""Drafts on both databases: proposed once a result, edits kept, new results followed."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from connector.cli.figures import differences
from connector.clock import AdjustableClock
from connector.models import Draft, DraftWish, Record, RouteChange
from connector.services.imports.importing import ImportService
from connector.services.records.entry import Making
from connector.services.routes.changes import ChangeKind, RouteEdit, RouteWriter
from connector.services.routes.contents import Contents, contents_of, texts
from connector.services.routes.wishes import WishService
from tests.integration.web_town import NOW, M, WebTown, attempt, post, user, web_town


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[WebTown]:
    folder: Path = tmp_path_factory.mktemp("drafts")
    with ExitStack() as stack:
        url = None
        if request.param == "postgresql":
            server = request.getfixturevalue("postgres_server")
            template = request.getfixturevalue("migrated_template")
            url = stack.enter_context(server.database(template))
        yield stack.enter_context(web_town(folder, url))


def work(town: WebTown) -> None:
    for _ in range(20):
        town.engine.settle()
        if not town.engine.proposer.run_once():
            return
    raise AssertionError("the proposing never ends")


def routes_of(town: WebTown, person: str) -> list[Contents]:
    with town.container.db.reading() as session:
        found = contents_of(session, M, [person])
    return [found[code] for code in sorted(found)]


def rows_of(town: WebTown, person: str) -> dict[str, str]:
    with town.container.db.reading() as session:
        rows = session.scalars(select(Draft).where(Draft.person == person))
        return {row.result: row.state for row in rows}


def story(town: WebTown, person: str) -> list[str]:
    with town.container.db.reading() as session:
        query = select(RouteChange.kind).where(RouteChange.person == person)
        return list(session.scalars(query.order_by(RouteChange.id)))


def diagnose(town: WebTown, serial: int, n: int, percents: tuple[int, int], day: str) -> None:
    event = attempt(serial, percents[0])
    taken = {**event["attempt"], "finished_at": f"{day}T10:00:00Z", "number": serial}
    taken["questions"] = [
        {**taken["questions"][0], "mark": percents[0]},
        {**taken["questions"][1], "mark": percents[1]},
    ]
    fresh = {**event, "user": user(n), "occurred_at": f"{day}T10:00:00Z", "attempt": taken}
    post(town, "mood", f"d{serial}", fresh)


def test_a_deficit_gets_one_draft_that_follows_the_results(town: WebTown) -> None:
    work(town)
    # 14 has no result yet; a first one leaves K1 open, and one programme covers it.
    assert routes_of(town, "T-14") == []
    diagnose(town, 1401, 14, (30, 80), "2026-06-01")
    work(town)
    (draft,) = routes_of(town, "T-14")
    assert draft.is_draft
    assert (draft.route["number"], draft.route["based_on"]) == ("2026-1", "DIAG")
    assert [step["target"] for step in draft.steps] == ["course:DPP"]
    assert story(town, "T-14") == ["proposed"]
    work(town)
    assert routes_of(town, "T-14") == [draft]

    # The same again, and everybody looked at once more: nothing new.
    diagnose(town, 1401, 14, (30, 80), "2026-06-01")
    with town.container.db.writing() as session:
        assert WishService(session).ask_all(M, NOW) > 3
    work(town)
    assert routes_of(town, "T-14") == [draft]
    assert story(town, "T-14") == ["proposed"]

    # A newer result with the same deficit takes the draft over, one without it takes it away.
    diagnose(town, 1402, 14, (35, 80), "2026-06-02")
    work(town)
    assert [one.route["number"] for one in routes_of(town, "T-14")] == ["2026-1"]
    assert sorted(rows_of(town, "T-14").values()) == ["proposed", "superseded"]
    diagnose(town, 1403, 14, (90, 80), "2026-06-03")
    work(town)
    assert routes_of(town, "T-14") == []
    assert story(town, "T-14")[-1] == "withdrawn"
    with town.container.db.reading() as session:
        assert session.scalars(select(DraftWish)).all() == []


def test_what_a_methodist_edited_stays(town: WebTown) -> None:
    diagnose(town, 1301, 13, (30, 80), "2026-06-01")
    work(town)
    (draft,) = routes_of(town, "T-13")
    step = {**draft.steps[0], "due_on": "2026-12-30"}
    edit = RouteEdit(draft.code, ChangeKind.EDITED, [("steps", texts("steps", step))])
    making = Making("methodist", NOW, NOW.date())
    with town.container.db.writing() as session:
        written = RouteWriter(session, M, ImportService()).write([edit], making)
    assert written.changed == {0}
    (edited,) = routes_of(town, "T-13")
    diagnose(town, 1302, 13, (20, 30), "2026-06-02")
    work(town)
    assert routes_of(town, "T-13") == [edited]
    # K2 is open and no programme covers it; the result is newer than the edited draft's.
    assert sorted(rows_of(town, "T-13").values()) == ["proposed", "uncovered"]
    assert story(town, "T-13") == ["proposed", "edited"]


def test_whoever_has_a_route_under_way_is_proposed_nothing_for_its_deficits(
    town: WebTown,
) -> None:
    # 5 and 7 have an approved route about K1 and open deficits in it.
    for person in ("T-5", "T-7"):
        assert [one.is_draft for one in routes_of(town, person)] == [False]


def test_a_draft_bears_on_no_figure(town: WebTown) -> None:
    with town.container.db.reading() as session:
        assert session.scalar(select(Record.key).where(Record.sheet == "routes").limit(1))
    assert differences(town.container, M) == []


def test_a_killed_proposer_leaves_its_people_to_the_next(town: WebTown) -> None:
    diagnose(town, 1201, 11, (10, 90), "2026-06-01")
    town.engine.settle()
    with town.container.db.writing() as session:
        assert WishService(session).claim([M], 10, timedelta(minutes=5), NOW) is not None
    assert town.engine.proposer.run_once() == 0
    clock = town.container.clock
    assert isinstance(clock, AdjustableClock)
    clock.move_to(NOW + timedelta(minutes=6))
    work(town)
    assert [one.is_draft for one in routes_of(town, "T-11")] == [True]
