"""The last good rules stay in force, whatever becomes of the files; changed files are taken up."""

import shutil
import time
from pathlib import Path

import pytest

from connector.runtime import engine as engine_module
from connector.services.rules import sets as rule_sets
from connector.services.rules.sets import RuleSetService
from tests.integration.rules.folder_town import CODE, NOW, Process, process, spoil, write


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    write(tmp_path / "rules")
    return tmp_path / "rules"


@pytest.fixture
def began(tmp_path: Path, rules: Path) -> Path:
    """An installation that has run once; its folder."""
    with process(tmp_path / "own", rules) as first:
        first.keeper.keep()
    return tmp_path / "own"


def stored(one: Process) -> int:
    with one.container.db.reading() as session:
        return len(RuleSetService(session).history(CODE))


def test_a_faulty_file_at_the_start_leaves_the_last_rules_in_force(
    began: Path, rules: Path
) -> None:
    spoil(rules)
    with process(began, rules) as again:
        assert again.in_force() is None
        again.keeper.keep()
        assert again.in_force() == ["routes"]
        assert any("settlement/indicators.yaml:" in fault for fault in again.faults())
        assert stored(again) == 1


def test_rules_that_were_never_good_are_refused_as_before(tmp_path: Path, rules: Path) -> None:
    spoil(rules)
    with process(tmp_path / "own", rules) as one:
        one.keeper.keep()
        assert one.in_force() is None
        assert one.faults()
        assert stored(one) == 0


def test_a_folder_that_is_gone_at_the_start_leaves_them_in_force(began: Path, rules: Path) -> None:
    shutil.rmtree(rules / CODE)
    with process(began, rules) as again:
        again.keeper.keep()
        assert again.in_force() == ["routes"]
        assert "сохранённые" in again.faults()[0]
        write(rules, "programmes")
        again.looks(again.keeper.keep)
        assert (again.in_force(), again.faults()) == (["programmes"], [])


def test_a_municipality_that_is_given_up_is_gone_until_its_rules_come_again(
    began: Path, rules: Path
) -> None:
    shutil.rmtree(rules / CODE)
    with process(began, rules) as again:
        again.keeper.keep()
        with again.container.db.writing() as session:
            RuleSetService(session).give_up(CODE, NOW)
        again.keeper.keep()
        assert again.in_force() is None
        assert again.faults() == []
    write(rules)
    with process(began, rules) as later:
        later.keeper.keep()
        assert later.in_force() == ["routes"]
        assert stored(later) == 3


def test_a_changed_file_is_taken_up_at_the_second_look(began: Path, rules: Path) -> None:
    with process(began, rules) as one:
        one.looks(one.keeper.keep, 3)
        write(rules, "programmes")
        one.keeper.keep()
        assert one.in_force() == ["routes"], "somebody may still be copying files there"
        one.keeper.keep()
        assert one.in_force() == ["programmes"]
        assert stored(one) == 2


def test_a_title_alone_is_taken_up_and_judges_nobody_anew(began: Path, rules: Path) -> None:
    with process(began, rules) as one:
        one.looks(one.keeper.keep)
        before = one.container.rulebook.rules(CODE)
        with one.container.db.reading() as session:
            one.container.settings.ground(session, CODE, NOW.date())
        write(rules, title="Иначе названный показатель")
        one.looks(one.keeper.keep)
        after = one.container.rulebook.rules(CODE)
        assert after.indicators[0].title == "Иначе названный показатель"
        assert after.digest == before.digest
        assert stored(one) == 2
        with one.container.db.reading() as session:
            assert one.container.settings.ground(session, CODE, NOW.date()).rules is after


def test_a_file_that_is_spoilt_meanwhile_changes_nothing_until_it_is_mended(
    began: Path, rules: Path
) -> None:
    with process(began, rules) as one:
        one.looks(one.keeper.keep)
        spoil(rules)
        one.looks(one.keeper.keep)
        assert one.in_force() == ["routes"]
        assert any("возможно, имелось в виду «routes»" in fault for fault in one.faults())
        write(rules, "programmes")
        one.looks(one.keeper.keep)
        assert (one.in_force(), one.faults()) == (["programmes"], [])


def test_a_folder_that_comes_and_goes_while_we_run(began: Path, rules: Path) -> None:
    with process(began, rules) as one:
        one.looks(one.keeper.keep)
        shutil.move(rules / CODE, rules / ".away")
        one.looks(one.keeper.keep)
        assert one.in_force() == ["routes"]
        assert "больше нет" in one.faults()[0]
        shutil.move(rules / ".away", rules / CODE)
        one.looks(one.keeper.keep)
        assert (one.in_force(), one.faults()) == (["routes"], [])
        assert stored(one) == 1
        new = rules / "village"
        shutil.copytree(rules / CODE, new)
        for file in new.iterdir():
            file.write_text(file.read_text("utf-8").replace("settlement", "village"), "utf-8")
        one.looks(one.keeper.keep)
        assert "village" in one.container.rulebook.municipalities()


def test_an_editors_own_files_are_no_rules(began: Path, rules: Path) -> None:
    with process(began, rules) as one:
        (rules / CODE / ".indicators.yaml.swp").write_bytes(b"\0")
        (rules / CODE / ".#indicators.yaml").symlink_to("nobody@nowhere")
        one.looks(one.keeper.keep, 3)
        assert (one.in_force(), one.faults(), stored(one)) == (["routes"], [], 1)


def test_a_process_that_follows_waits_for_whoever_puts_them_in_force(
    began: Path, rules: Path
) -> None:
    with process(began, rules) as web, process(began, rules) as tick:
        web.looks(web.keeper.follow)
        tick.looks(tick.keeper.keep)
        write(rules, "programmes")
        web.looks(web.keeper.follow)
        assert web.in_force() == ["routes"]
        tick.looks(tick.keeper.keep)
        web.keeper.follow()
        assert web.in_force() == tick.in_force() == ["programmes"]
        assert stored(web) == 2


def test_a_process_without_the_new_files_follows_what_is_stored(
    tmp_path: Path, began: Path, rules: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    write(elsewhere)
    with process(began, rules) as tick, process(began, elsewhere) as worker:
        tick.looks(tick.keeper.keep)
        worker.keeper.follow()
        write(rules, "programmes")
        tick.looks(tick.keeper.keep)
        worker.keeper.follow()
        assert worker.in_force() == ["programmes"]
        assert (
            worker.container.rulebook.rules(CODE).digest
            == tick.container.rulebook.rules(CODE).digest
        )


def test_two_ticks_with_different_files_do_not_take_turns(
    tmp_path: Path, began: Path, rules: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    write(elsewhere)
    with process(began, rules) as one, process(began, elsewhere) as other:
        for tick in (one, other):
            tick.looks(tick.keeper.keep)
        write(rules, "programmes")
        for _ in range(4):
            one.keeper.keep()
            other.keeper.keep()
            one.engine.ticker.run_once()
            other.engine.ticker.run_once()
        assert one.in_force() == other.in_force() == ["programmes"]
        assert stored(one) == 2


def test_what_another_tick_put_in_force_is_not_undone_by_one_that_cannot_read_it(
    began: Path, rules: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with process(began, rules) as tick:
        tick.keeper.keep()
        tick.engine.ticker.run_once()
        known = tick.container.rulebook.known()[CODE]
        assert known.rules is not None
        other = tick.container.rulebook.rules(CODE)
        with tick.container.db.writing() as session:
            number = RuleSetService(session).add(known, NOW)
            row = session.get_one(rule_sets.RuleSet, number)
            row.rules_digest = "f" * 64
        tick.keeper.keep()
        tick.engine.ticker.run_once()
        assert "tick.rules_outdated" in caplog.text
        assert tick.container.rulebook.rules(CODE).digest == other.digest
        assert stored(tick) == 2


def test_no_more_sets_are_kept_than_anybody_looks_at(
    began: Path, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rule_sets, "MOST", 3)
    with process(began, rules) as one:
        known = one.container.rulebook.known()[CODE]
        for _ in range(6):
            with one.container.db.writing() as session:
                last = RuleSetService(session).add(known, NOW)
        with one.container.db.reading() as session:
            kept = [each.number for each in RuleSetService(session).history(CODE)]
        assert kept == [last, last - 1, last - 2]


def test_a_running_installation_takes_up_a_change_by_itself(
    began: Path, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "RULES_S", 0.05)
    monkeypatch.setattr(engine_module, "TICK_S", 0.1)
    with process(began, rules) as one:
        one.engine.start()
        try:
            time.sleep(0.2)
            write(rules, "programmes")
            deadline = time.monotonic() + 20
            while one.in_force() != ["programmes"] and time.monotonic() < deadline:
                time.sleep(0.05)
        finally:
            one.engine.stop()
        assert one.in_force() == ["programmes"]
