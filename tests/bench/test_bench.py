"""The bench itself on small numbers: its arithmetic, its page, its copied towns, one row."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from connector.cli.figures import differences
from connector.models import Delivery, Subject
from connector.runtime.engine import Engine
from tests.bench import capacity, country, page, pictures, profile, town
from tests.bench.figures import Check, Goal, Pair, Result, Spread, load, percentile
from tests.bench.installation import Installation
from tests.bench.load import Outcome, generator
from tests.bench.rows import soak
from tests.bench.rows.fold_task import store
from tests.bench.stream import SOURCE, Stream, requests
from tests.services.ports import free_port


def measured(ratio: float = 0.5) -> Result:
    return Result(
        "accept-pg",
        "deliveries",
        "pgbench",
        "deliveries/s",
        pairs=[Pair(10 * ratio, 10), Pair(8, 10), Pair(30 * ratio, 30)],
        checks=[Check("ratio", ratio, Goal("≥", 0.22)), Check("p99", 30.4, Goal("≤", 25, "ms"))],
        absolute={"p50": "3 ms"},
        where={"web": {"SQLAlchemy": 0.7, "hooks": 0.3}},
    )


def test_the_middle_and_the_quartiles_were_measured() -> None:
    assert Spread.of([5, 1, 4, 2, 3]) == Spread(1, 2, 3, 4, 5)
    assert percentile(range(1, 101), 99) == 99
    assert percentile([7], 99) == 7
    with pytest.raises(ValueError, match="nothing"):
        Spread.of([])


def test_a_ratio_is_ours_by_the_baseline() -> None:
    spread = measured(0.5).ratios
    assert spread is not None
    assert (spread.least, spread.middle, spread.most) == (0.5, 0.5, 0.8)


def test_a_goal_is_not_bent_by_rounding() -> None:
    assert not Goal("≥", 0.22).is_reached(0.2199999)
    assert Goal("≤", 25, "ms").is_reached(25)
    assert not Goal("=", 0, "").is_reached(1)


def test_a_result_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    result = measured()
    result.save(tmp_path)
    assert load(tmp_path / "accept-pg.json") == result


def test_the_page_says_what_was_not_reached(tmp_path: Path) -> None:
    measured(0.1).save(tmp_path / "results")
    page.write(tmp_path / "docs", tmp_path / "results", ("accept-pg", "fold-task"))
    text = (tmp_path / "docs/performance.md").read_text(encoding="utf-8")
    assert "| ratio 0.1 × | ≥ 0.22 × | **no** |" in text
    assert "| p99 30.4 ms | ≤ 25 ms | **no** |" in text
    assert "| fold-task | | | not measured yet | | |" in text
    assert "| SQLAlchemy | 70 % |" in text
    assert (tmp_path / "docs/performance/accept-pg.svg").exists()


def test_a_row_that_cannot_be_measured_says_why() -> None:
    result = Result("accept-nodered", "deliveries", "Node-RED", missing="no npm here")
    text = page.rendered({"accept-nodered": result}, ("accept-nodered",), {})
    assert "no npm here" in text


def test_a_picture_is_drawn_from_every_turn() -> None:
    drawn = ET.fromstring(pictures.turns(measured()))
    circles = [one for one in drawn.iter() if one.tag.endswith("circle")]
    assert len(circles) == 3


def test_samples_go_to_the_innermost_group() -> None:
    stacks = (
        "run (waitress/task.py:1);post (connector/hooks/blueprint.py:2);"
        "execute (sqlalchemy/engine/base.py:3);helper (copy.py:1) 3\n"
        "run (waitress/task.py:1) 1\n"
    )
    assert profile.shares(stacks) == {"SQLAlchemy": 0.75, "web server": 0.25}


FIGURES = capacity.Figures(
    accepted=2000,
    accepting_us=400,
    folded=500,
    folding_us=2600,
    person_bytes=5000,
    event_bytes=3000,
    judging_us=100,
    memberships=40,
    cores=2,
)


def test_a_country_is_reckoned_from_the_figures() -> None:
    text = capacity.rendered(FIGURES, None)
    # 300 000 attempts in two hours, three times that at the worst, 3 ms each, half of a processor.
    assert "| diagnostic day, mean | 300 000 / 2 h | 42 /s |" in text
    assert "| processors for it | worst × (A + P) / 0.5 | 1 |" in text
    assert "| events a second, for a while | 1 / (1/a + 1/p) | 400 |" in text
    assert "Not yet: `make bench ONLY=diagnostic-day`" in text


def test_capacity_is_not_written_from_half_of_the_rows(tmp_path: Path) -> None:
    measured().save(tmp_path)
    assert not capacity.write(tmp_path, tmp_path, 2)
    assert not (tmp_path / "capacity.md").exists()


def test_growth_is_the_end_by_minute_five() -> None:
    minutes = [100.0] * 60 + [104.0] * 300
    assert soak.grown(minutes, 3600) == 1.04


def test_a_series_is_drawn_as_a_line_each() -> None:
    result = Result("soak", "memory", "minute 5", "MiB", series={"web": [1, 2], "tick": [3, 3]})
    drawn = ET.fromstring(pictures.over_time(result))
    assert len([one for one in drawn.iter() if one.tag.endswith("polyline")]) == 2


@pytest.fixture
def installation(postgres_url: str, tmp_path: Path) -> Iterator[Installation]:
    url = postgres_url.replace("postgresql+psycopg://", "postgresql://")
    made = Installation(tmp_path, url)
    yield made
    made.close()


def test_a_copied_town_is_what_the_product_would_have_made(installation: Installation) -> None:
    with installation.container() as container:
        town.found(container, installation.folder / "sheets")
        town.grow(container, installation.database_url, 2 * town.BLOCK)
    with installation.container() as container:
        with container.db.reading() as session:
            assert session.query(Subject).filter(Subject.kind == "staff").count() == 401
        assert differences(container, town.MUNICIPALITY) == []
        store(container, Stream(town.spread(400), 400).events(60))
        Engine(container).settle()
        assert differences(container, town.MUNICIPALITY) == []
        with container.db.reading() as session:
            advanced = session.query(Subject).filter(Subject.version > 1, Subject.code != "M1")
            assert advanced.count() >= 20


def test_copied_municipalities_are_as_the_product_would_have_made_them(
    installation: Installation,
) -> None:
    country.found(installation, 3)
    with installation.container() as container:
        store(container, Stream(town.spread(600), 600).events(30))
        Engine(container).settle()
        for number in range(3):
            assert differences(container, country.code(number)) == []
        with container.db.reading() as session:
            states = session.query(Delivery.state).distinct().all()
            assert [state for (state,) in states] == ["done"]


def test_deliveries_are_sent_and_answers_counted(installation: Installation) -> None:
    with installation.container() as container:
        secret = town.found(container, installation.folder / "sheets")
    _, port = installation.serve("run")
    events = Stream(town.learner, town.BLOCK).events(9)
    sent = requests(events, secret, f"/hooks/{SOURCE}")
    forged = requests(events[:1], "whsec_AAAA", f"/hooks/{SOURCE}")
    with generator(port, 4) as load_generator:
        outcome = load_generator.run(sent + forged, 20)
        assert outcome.accepted == 9
        assert outcome.refused == {"401": 1}
        # The same again is a duplicate, and no accepted delivery.
        assert load_generator.run(sent[:1], 20).accepted == 0


def test_a_silent_server_is_an_error_and_not_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr("tests.bench.load.SILENCE_S", 0.5)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", free_port()))
        listening.listen()
        accepted: list[socket.socket] = []
        taking = Thread(target=lambda: accepted.append(listening.accept()[0]))
        taking.start()
        with generator(listening.getsockname()[1], 1) as load_generator:
            taking.join()
            with pytest.raises(TimeoutError):
                load_generator.run([b"x"], 5)
        accepted[0].close()


def test_nothing_answered_has_no_latency() -> None:
    assert Outcome().latency_ms(99) == float("inf")
