"""What waits goes through by itself: unknown people and quizzes, early events, a Moodle away."""

from pathlib import Path

import pytest
from sqlalchemy import select

from connector.domain.signals import About, Dialect, Pointer
from connector.models import Delivery, SourceCount
from connector.moodle.answers import Reading
from connector.moodle.reading import read
from connector.replay import Replied
from connector.runtime.receive import COUNT_EVERY_S
from tests.contract.moodle_deliveries import Recorded
from tests.contract.recorded import Step
from tests.integration.spine.foreign_town import SCHOOLS, STAFF, catalogue, foreign_town, history
from tests.integration.spine.native_stream import arrivals, event, graded
from tests.integration.spine.spine_town import NOW, SOURCE, Spine, people, spine
from tests.integration.spine.spine_town import catalogue as korolevs_catalogue
from tests.integration.spine.state_of import assert_proven

WEBHOOKS = Dialect.LOCAL_WEBHOOKS


def outcomes(town: Spine) -> dict[str, tuple[str, str | None]]:
    with town.container.db.reading() as session:
        rows = session.execute(select(Delivery.key, Delivery.state, Delivery.reason))
        return {key: (state, reason) for key, state, reason in rows}


def numbered(*events: dict[str, object]) -> list[dict[str, object]]:
    return [{"id": f"e{n}", "seq": n, **one} for n, one in enumerate(events, 1)]


def test_people_and_quizzes_go_through_as_soon_as_they_are_imported(
    tmp_path: Path, database_url: str
) -> None:
    url = None if database_url.startswith("sqlite") else database_url
    with spine(tmp_path / "town", url) as town:
        town.post(arrivals(numbered(graded("K1", 1, NOW, 0.2, 1))))
        town.drain()
        assert outcomes(town) == {"e1": ("parked", "unknown_person")}

        town.import_sheets("korolev", people("korolev"))
        town.drain()
        # The routes name the quiz, so the attempt is of use before the catalogue knows it.
        assert outcomes(town) == {"e1": ("done", None)}

        odd = graded("K1", 2, NOW, 1, 1)
        odd["quiz"] = {"id": "9", "cmid": "90", "idnumber": "NEW", "name": "Новый"}
        town.post(arrivals([{"id": "e2", "seq": 2, **odd}]))
        town.drain()
        assert outcomes(town)["e2"] == ("parked", "unknown_quiz")

        sheets = korolevs_catalogue("korolev")
        sheets["diagnostics"] += f"{SOURCE},NEW,Новый,last\n"
        town.import_sheets("korolev", sheets)
        town.drain()
        assert outcomes(town)["e2"] == ("done", None)
        assert_proven(town)


def test_an_account_is_known_by_any_number_it_was_ever_called(tmp_path: Path) -> None:
    with spine(tmp_path / "town") as town:
        older = graded("K1", 1, NOW, 1, 1)
        renamed = event("user.updated", "K1", NOW, user={"id": "100", "idnumber": "X-1"})
        later = {**graded("K1", 2, NOW, 1, 1), "user": {"id": "100", "idnumber": "X-1"}}
        town.post(arrivals(numbered(older, renamed, later)))
        town.drain()
        town.import_everything()
        town.drain()

        assert {state for state, _ in outcomes(town).values()} == {"done"}


def first_attempt() -> tuple[Step, list[Recorded]]:
    return next(
        (step, requests)
        for step, requests in history(WEBHOOKS)
        if step.sequence == "02_attempt_failed" and requests
    )


def test_an_event_ahead_of_the_commit_is_looked_at_again(tmp_path: Path) -> None:
    step, requests = first_attempt()
    with foreign_town(tmp_path, WEBHOOKS) as town:
        town.import_all()
        town.live_through(step)
        town.recorded.go_to(step.sequence, 0)
        for request in requests:
            town.send(request)
        town.settle()
        assert "attempt_not_committed" in town.states()["new"]
        assert town.evidence() == {}

        town.live_through(step)
        town.settle(60)
        assert town.evidence() == {"attempt:41": 31}


def test_while_moodle_is_away_deliveries_wait(tmp_path: Path) -> None:
    step, requests = first_attempt()
    with foreign_town(tmp_path, WEBHOOKS) as town:
        town.import_all()
        town.live_through(step)
        answers = town.moodle.server.answers
        town.moodle.server.answers = lambda function, params: Replied(503, text="<html>")
        for request in requests:
            town.send(request)
        for _ in range(12):
            # Far longer than an event is looked at that Moodle does not show.
            town.settle(1800)
        assert town.states()["new"] == {"moodle_unavailable"}
        assert town.evidence() == {}

        town.moodle.server.answers = answers
        town.settle(1800)
        town.settle(90)
        assert town.evidence() == {"attempt:41": 31}
        assert "new" not in town.states()


def test_what_moodle_answers_beside_the_point_is_set_aside_in_the_end(tmp_path: Path) -> None:
    step, requests = first_attempt()
    with foreign_town(tmp_path, WEBHOOKS) as town:
        town.import_all()
        town.live_through(step)
        town.moodle.server.answers = lambda function, params: Replied(200, {"odd": True})
        for request in requests:
            town.send(request)
        for _ in range(12):
            town.settle(1800)

        reasons = {str(reason).partition(":")[0] for reason in town.states()["set_aside"]}
        assert reasons == {"unexpected_answer"}
        assert "new" not in town.states()


def test_what_moodle_proved_waits_for_person_and_catalogue(tmp_path: Path) -> None:
    step, requests = first_attempt()
    with foreign_town(tmp_path, WEBHOOKS) as town:
        town.live_through(step)
        for request in requests:
            town.send(request)
        town.settle()
        assert town.states()["parked"] == {"unknown_person"}
        asked = len(town.moodle.server.calls)

        town.spine.import_sheets("korolev", {"schools": SCHOOLS, "staff": STAFF})
        town.settle(1)
        assert town.states()["parked"] == {"unknown_quiz"}

        town.spine.import_sheets("korolev", catalogue())
        town.settle(1)
        assert town.evidence() == {"attempt:41": 31}
        assert len(town.moodle.server.calls) == asked


def test_strangers_cost_no_write_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with spine(tmp_path / "town") as town:
        inbox = town.engine.inbox
        for _ in range(50):
            inbox.refused(SOURCE, "wrong_credentials")
        assert counted(town) == 1

        inbox.flush()
        assert counted(town) == 50
        assert COUNT_EVERY_S < 60


def counted(town: Spine) -> int:
    with town.container.db.reading() as session:
        return sum(session.scalars(select(SourceCount.count)))


def test_what_one_look_raises_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, requests = first_attempt()
    with foreign_town(tmp_path, WEBHOOKS) as town:
        town.import_all()
        town.live_through(step)
        for request in requests:
            town.send(request)

        def trips(client: object, pointer: Pointer, *rest: object) -> tuple[Reading, ...]:
            if pointer.about is About.GRADE:
                raise ZeroDivisionError
            return read(client, pointer, *rest)  # type: ignore[arg-type]

        monkeypatch.setattr("connector.runtime.resolve.read", trips)
        town.settle()
        assert town.states()["new"] == {"internal_error"}
        assert town.evidence() == {"attempt:41": 31}

        for _ in range(8):
            town.settle(3600)
        assert town.states()["set_aside"] == {"internal_error"}
