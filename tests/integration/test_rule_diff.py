"""Other rules over the stored evidence, beside those in force: nothing is written, all is shown."""

import json
import shutil
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, inspect, text

from connector.bootstrap import Container
from connector.cli import main
from connector.cli.rule_diff import changes_document
from connector.domain.periods import parse_period
from connector.errors import StorageUnavailable
from connector.rulebook.amendments import parse_amendment
from connector.rulebook.candidates import candidate
from connector.rulebook.trials import what_if
from connector.services.rules.diff import RuleDiff
from connector.testing.new_plugins import new_distribution
from tests.integration.web_town import NOW, M, WebTown

TODAY = NOW.date()


def diff(made: Container, folder: Path | None = None, *amended: str, **asked: Any) -> Any:
    """As JSON shows it."""
    amendments = [parse_amendment(text) for text in amended]
    if folder is None:
        after = what_if(made.rulebook, M, amendments)
    else:
        after = candidate(folder, made.rulebook, amendments).rulebook
    try:
        with made.db.snapshot() as session:
            changes = RuleDiff(session, M, TODAY, **asked).changes(made.rulebook, after)
    finally:
        after.close()
    return changes_document(changes)


def of(document: Any, code: str) -> Any:
    (found,) = [one for one in document["indicators"] if one["code"] == code]
    return found


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The rule files of korolev, to be changed."""
    copy = tmp_path / "korolev"
    shutil.copytree(str(files("connector_korolev") / "rules"), copy)
    return copy


def replaced(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    content = path.read_text("utf-8")
    assert old in content
    path.write_text(content.replace(old, new), "utf-8")


def rows_of(made: Container) -> dict[str, Any]:
    """Every row of every table."""
    with made.db.connection() as connection:
        return {
            table: [tuple(row) for row in connection.execute(text(f'SELECT * FROM "{table}"'))]
            for table in inspect(connection).get_table_names()
        }


def test_the_same_rules_differ_in_nothing(town: WebTown, changed: Path) -> None:
    document = diff(town.container, changed)
    assert document["differs"] is False
    assert document["subjects"] > 14
    assert all(one["turned"] == [] and one["slices"] == [] for one in document["indicators"])


def test_a_share_is_told_whole_and_by_slice(town: WebTown, changed: Path) -> None:
    replaced(changed, "indicators.yaml", "{diagnosed: base}", "{diagnosed: elevated}")
    one = of(diff(town.container, changed), "korolev.diagnosed")
    with town.container.db.snapshot() as session:
        kept = one["before"]["achieved"], one["before"]["population"]
        share = session.execute(
            text("SELECT achieved, population FROM shares WHERE indicator = 'korolev.diagnosed' "
                 "AND period = '2026' AND slice_kind = 'whole'")
        ).one()  # fmt: skip
    assert kept == tuple(share) == (7, 14)
    assert one["after"]["achieved"] < 7
    assert {s["code"] for s in one["slices"]} >= {"S1"}
    assert one["turned_count"] == len(one["turned"]) == 7 - one["after"]["achieved"]
    first = one["turned"][0]
    assert (first["before"]["achieved"], first["after"]["achieved"]) == (True, False)
    assert first["name"].count(" ") == 2
    assert "диагностика" in first["before"]["because"][0]["text"].lower()
    assert first["before"]["because"] != []


def test_a_plan_is_told_before_and_after(town: WebTown) -> None:
    document = diff(town.container, None, "korolev.diagnosed.plan=50")
    one = of(document, "korolev.diagnosed")
    assert one["before"]["plan"] == {"at_least": 0.6, "met": False, "missing": 2}
    assert one["after"]["plan"] == {"at_least": 0.5, "met": True, "missing": 0}
    assert one["turned"] == []
    # Nobody signs in here who would be told of the whole; the head is told of her association.
    gentle = diff(town.container, None, "korolev.diagnosed.plan=20")
    (told,) = gentle["notices"]["listed"]
    assert (told["kind"], told["recipient"], told["new"]) == ("plan_met", "T-11", True)


def test_another_scale_changes_people_and_letters(town: WebTown) -> None:
    # On a day on which what was found is still news.
    then = (None, date(2026, 2, 10))
    document = diff(town.container, None, "scale.base=60", asked=then)
    assert of(document, "korolev.diagnosed")["turned_count"] > 0
    assert [(c["kind"], c["new"]) for c in document["notices"]["counts"]] == [
        ("deficits_found", True)
    ]
    gentler = diff(town.container, None, "scale.base=35", asked=then)
    assert [(c["kind"], c["new"]) for c in gentler["notices"]["counts"]] == [
        ("deficits_found", False)
    ]


def test_indicators_that_come_and_go_are_told(town: WebTown, changed: Path) -> None:
    replaced(changed, "indicators.yaml", "code: korolev.young", "code: korolev.young_anew")
    document = diff(town.container, changed)
    assert of(document, "korolev.young")["state"] == "removed"
    new = of(document, "korolev.young_anew")
    assert (new["state"], new["before"]) == ("added", None)
    assert new["after"] == of(document, "korolev.young")["before"]


def test_an_earlier_day_is_looked_at_when_asked(town: WebTown) -> None:
    early = parse_period("2026").first
    document = diff(town.container, None, "scale.base=60", asked=(parse_period("2026"), early))
    assert of(document, "korolev.diagnosed")["before"]["achieved"] == 0


def test_lists_are_bounded_and_counts_are_not(town: WebTown) -> None:
    document = diff(town.container, None, "scale.base=35", most=1)
    one = of(document, "korolev.diagnosed")
    assert len(one["turned"]) == 1 < one["turned_count"]
    assert len(document["notices"]["listed"]) <= 1


def test_a_trial_writes_nothing_and_could_not(town: WebTown, changed: Path) -> None:
    replaced(changed, "indicators.yaml", "{diagnosed: base}", "{diagnosed: high}")
    said: list[str] = []

    def listen(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        said.append(statement.split()[0].upper())

    before = rows_of(town.container)
    event.listen(town.container.db.engine, "before_cursor_execute", listen)
    try:
        assert diff(town.container, changed, "scale.base=60")["differs"]
    finally:
        event.remove(town.container.db.engine, "before_cursor_execute", listen)
    assert set(said) == {"SELECT", "PRAGMA", "BEGIN"}
    assert rows_of(town.container) == before
    with (
        pytest.raises(StorageUnavailable),
        town.container.db.snapshot() as session,
    ):
        session.execute(text("UPDATE shares SET population = 0"))
    assert rows_of(town.container) == before


def test_whoever_writes_next_may(town: WebTown) -> None:
    diff(town.container, None, "scale.base=60")
    with town.container.db.writing() as session:
        session.execute(text("UPDATE shares SET population = population"))


def test_rules_of_another_municipality_are_tried_on_these_people(town: WebTown) -> None:
    folder = files("connector_kuznetsk") / "rules"
    book = town.container.rulebook
    after = candidate(Path(str(folder)), book).rulebook.under(M)
    with town.container.db.snapshot() as session:
        document = changes_document(RuleDiff(session, M, TODAY).changes(book, after))
    new = of(document, "kuznetsk.diagnosed")
    assert (new["state"], new["after"]["population"]) == ("added", 13)
    assert of(document, "korolev.diagnosed")["state"] == "removed"
    after.close()


def test_the_notices_of_another_python_come_from_its_own_process(
    town: WebTown, tmp_path: Path
) -> None:
    folder = tmp_path / "connector_korolev"
    new_distribution(folder, M, "Королёв", "Europe/Moscow")
    document = diff(town.container, folder)
    told = [n for n in document["notices"]["listed"] if n["kind"] == "plan_missing"]
    assert [(n["new"], n["recipient"]) for n in told] == [(True, "T-2"), (True, "T-11")]
    assert document["faults"] == []


def test_a_python_that_fails_is_told_and_the_shares_are_compared(
    town: WebTown, tmp_path: Path
) -> None:
    folder = tmp_path / "connector_korolev"
    new_distribution(folder, M, "Королёв", "Europe/Moscow")
    plans = folder / "connector_korolev" / "plans.py"
    plans.write_text(plans.read_text().replace("    year = ", "    raise SystemExit\n    year = "))
    document = diff(town.container, folder)
    assert any("SystemExit" in fault for fault in document["faults"])
    assert of(document, "korolev.diagnosed")["after"]["population"] == 13


class TestCommand:
    @pytest.fixture(autouse=True)
    def settings(self, town: WebTown, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CONNECTOR_DATA_DIR", str(town.container.config.data_dir))
        monkeypatch.setenv("CONNECTOR_DATABASE_URL", town.container.config.database_url)
        monkeypatch.setenv("CONNECTOR_CLOCK", NOW.isoformat())

    def test_it_tells_people_and_reasons(
        self, changed: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        replaced(changed, "indicators.yaml", "{diagnosed: base}", "{diagnosed: high}")
        assert main(["plugins", "diff", str(changed)]) == 0
        told = capsys.readouterr()
        assert "korolev.diagnosed" in told.out
        assert "засчитано → не засчитано" in told.out
        assert "было: " in told.out
        assert "Посмотрено" in told.err

    def test_a_question_of_what_if_needs_no_folder(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["plugins", "diff", M, "--what-if", "korolev.diagnosed.plan=50", "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["differs"] is True

    @pytest.mark.parametrize(
        ("arguments", "code", "told"),
        [(["nowhere"], 1, "Не найдено: папка правил"),
         ([M, "--what-if", "korolev.diagnosed.plan=160"], 1, "от 0 до 100"),
         ([M, "--what-if", "korolev.diagnosed.plam=60"], 1, "korolev.diagnosed.plan"),
         ([M, "--period", "2026", "--as-of", "2025-01-01"], 1, "раньше начала периода")],
    )  # fmt: skip
    def test_what_cannot_be_tried_is_told(
        self, arguments: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["plugins", "diff", *arguments]) == code
        assert told in capsys.readouterr().err

    def test_wrong_usage_is_told_apart(self, capsys: pytest.CaptureFixture[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(["plugins", "diff", M, "--what-if", "plan=60"])
        assert ended.value.code == 2

    def test_faulty_files_are_told_with_file_and_line(
        self, changed: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        replaced(changed, "indicators.yaml", "{diagnosed: base}", "{diagnosd: base}")
        assert main(["plugins", "diff", str(changed)]) == 1
        assert "indicators.yaml:" in capsys.readouterr().err
