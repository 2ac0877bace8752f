"""A municipality with a faulty plugin beside healthy ones: what it fails at, and what it cannot."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from connector.cli import main
from connector.models import Notice, RuleFault
from connector.services.folding.rule_faults import OFF_FOR, STRIKES, RuleFaultService
from tests.integration.isolation.plugin_package import install, notices
from tests.integration.spine.native_stream import arrivals, busy_year
from tests.integration.spine.spine_town import NOW, Spine, catalogue, people, reopened, spine
from tests.integration.spine.state_of import assert_proven, state_of

CODE = "settlement"
RULE = f"{CODE}: connector_notices"
EVENTS = busy_year(20, seed=11)
PEACEFUL = notices("return []")
TELLS = notices("return [owed(case, day)] if case.kind == 'staff' else []")
RAISES = notices("raise ValueError(case.code)")
STAFF = 7


@contextmanager
def town_with(folder: Path, plugins: Path, text: str) -> Iterator[Spine]:
    """Three municipalities; the third has the plugin of this text."""
    install(plugins, CODE, text)
    with spine(folder) as town:
        town.import_everything()
        town.import_sheets(CODE, {**people(CODE), **catalogue(CODE)})
        town.post(arrivals(EVENTS))
        town.drain()
        yield town


@pytest.fixture
def plugins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which what is installed is found."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What comes of it where the plugin says nothing and fails at nothing."""
    folder = tmp_path_factory.mktemp("calm")
    (folder / "site").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder / "site")
        with town_with(folder / "town", folder / "site", PEACEFUL) as town:
            assert fault_of(town) is None
            return state_of(town)


def again(town: Spine) -> None:
    town.engine.recount((CODE,), lambda line: None)


def fault_of(town: Spine) -> RuleFault | None:
    with town.container.db.reading() as session:
        return session.get(RuleFault, (CODE, RULE))


def told(town: Spine) -> set[str]:
    with town.container.db.reading() as session:
        query = select(Notice.key).where(
            Notice.municipality == CODE, Notice.kind == "told", Notice.state != "withdrawn"
        )
        return set(session.scalars(query))


@pytest.mark.parametrize(
    "deed",
    [
        "raise ValueError(case.code)",
        "os._exit(1)",
        "ctypes.string_at(0)",
        "bytearray(1 << 30)",
        "return 'nonsense'",
    ],
)
def test_a_faulty_plugin_changes_nobodys_figures_nor_the_cores_notices(
    tmp_path: Path, plugins: Path, deed: str, calm: dict[str, list[str]]
) -> None:
    with town_with(tmp_path / "town", plugins, notices(deed)) as town:
        state = state_of(town)
        for name in ("evidence", "memberships", "shares", "deliveries", "accounts", "notices"):
            assert state[name] == calm[name], name
        assert any(CODE in row for row in state["shares"])
        assert any(CODE in row for row in state["notices"])
        assert_proven(town)
        fault = fault_of(town)
        assert fault is not None
        assert fault.count >= 1


def test_what_a_faulty_plugin_owed_before_stays_until_it_says_otherwise(
    tmp_path: Path, plugins: Path
) -> None:
    with town_with(tmp_path / "town", plugins, TELLS) as town:
        owed = told(town)
        assert len(owed) == STAFF
    install(plugins, CODE, RAISES)
    with reopened(tmp_path / "town") as town:
        town.drain()
        assert told(town) == owed
        assert fault_of(town) is not None
    install(plugins, CODE, PEACEFUL)
    with reopened(tmp_path / "town") as town:
        town.drain()
        assert told(town) == set()


def test_a_rule_that_fails_on_and_on_is_switched_off_and_tried_again_in_an_hour(
    tmp_path: Path, plugins: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with town_with(tmp_path / "town", plugins, RAISES) as town:
        rounds = 0
        while (fault := fault_of(town)) is not None and fault.switched_off_at is None:
            again(town)
            rounds += 1
            assert rounds <= STRIKES
        assert fault is not None
        assert fault.switched_off_at is not None
        assert f"rule.switched_off municipality={CODE} rule={RULE}" in caplog.text
        again(town)
        after = fault_of(town)
        assert after is not None
        assert after.count == fault.count
        town.clock.move_to(town.clock.now() + OFF_FOR + timedelta(minutes=1))
        again(town)
        tried = fault_of(town)
        assert tried is not None
        assert tried.count > fault.count
        assert tried.switched_off_at is not None
        assert tried.switched_off_at > fault.switched_off_at + OFF_FOR


def test_a_mended_rule_is_asked_at_once_and_about_everybody(tmp_path: Path, plugins: Path) -> None:
    with town_with(tmp_path / "town", plugins, RAISES) as town:
        for _ in range(STRIKES):
            again(town)
        python = town.container.rulebook.python_of(CODE)
        with town.container.db.reading() as session:
            assert RuleFaultService(session).switched_off(python, NOW) == {RULE}
        assert told(town) == set()
    install(plugins, CODE, TELLS)
    with reopened(tmp_path / "town") as town:
        town.drain()
        assert len(told(town)) == STAFF
        assert fault_of(town) is None


def test_a_rule_that_recovers_by_itself_is_caught_up_the_next_day(
    tmp_path: Path, plugins: Path
) -> None:
    early = f"if day.isoformat() == '{NOW:%Y-%m-%d}':\n    raise ValueError\n"
    body = f"{early}return [owed(case, day)] if case.kind == 'staff' else []"
    with town_with(tmp_path / "town", plugins, notices(body)) as town:
        assert told(town) == set()
        town.clock.move_to(town.clock.now() + timedelta(days=1))
        town.drain()
        assert len(told(town)) == STAFF
        fault = fault_of(town)
        assert fault is not None
        assert (fault.strikes, fault.switched_off_at) == (0, None)


def test_one_odd_person_does_not_switch_a_rule_off(tmp_path: Path, plugins: Path) -> None:
    odd = notices("if case.code == 'Z3':\n    raise ValueError\nreturn [owed(case, day)]")
    with town_with(tmp_path / "town", plugins, odd) as town:
        for _ in range(STRIKES + 1):
            again(town)
        fault = fault_of(town)
        assert fault is not None
        assert fault.count > STRIKES
        assert fault.switched_off_at is None
        assert {"told:Z1", "told:Z2", "told:Z4"} <= told(town)


def test_what_is_switched_off_is_shown_to_whoever_looks(
    tmp_path: Path,
    plugins: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with town_with(tmp_path / "town", plugins, RAISES) as town:
        for _ in range(STRIKES):
            again(town)
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path / "town"))
    monkeypatch.setenv("CONNECTOR_CLOCK", NOW.isoformat())
    capsys.readouterr()
    assert main(["plugins", "list", "--json"]) == 0
    off = {e["municipality"]: e["switched_off"] for e in json.loads(capsys.readouterr().out)}
    assert off.pop(CODE) == [RULE]
    assert {"korolev", "kuznetsk"} <= off.keys()
    assert not any(off.values())
    assert main(["doctor"]) == 1
    assert f"Правило {RULE} ({CODE}) выключено до " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "told_of"), [("1 / 0\n", "ZeroDivisionError"), ("CONNECTOR_API = 2\n", "версии 2")]
)
def test_a_package_that_is_refused_leaves_its_rule_files_in_force(
    tmp_path: Path, plugins: Path, text: str, told_of: str
) -> None:
    with town_with(tmp_path / "town", plugins, TELLS) as town:
        shares = state_of(town)["shares"]
    install(plugins, CODE, text + TELLS)
    with reopened(tmp_path / "town") as town:
        town.drain()
        book = town.container.rulebook
        assert told_of in str(book.faults[CODE][0])
        assert state_of(town)["shares"] == shares
        assert len(told(town)) == STAFF
        assert book.python_of(CODE) is None


def test_safe_mode_runs_no_python_and_reads_the_rule_files(
    tmp_path: Path, plugins: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness = tmp_path / "imported"
    install(plugins, CODE, f"open({str(witness)!r}, 'w').close()\n" + TELLS)
    started: list[object] = []
    monkeypatch.setattr("connector.isolation.process.subprocess.Popen", _refusing(started.append))
    from connector.rulebook import Rulebook

    book = Rulebook.open(safe_mode=True)
    assert {CODE, "korolev", "kuznetsk"} <= set(book.municipalities())
    assert (started, witness.exists(), dict(book.faults)) == ([], False, {})


def _refusing(note: Callable[[object], None]) -> Callable[..., object]:
    def popen(*command: object, **_: object) -> object:
        note(command)
        raise OSError("no process in safe mode")

    return popen
