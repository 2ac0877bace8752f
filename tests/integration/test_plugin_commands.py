"""`connector plugins new` and `check`: from nothing to rules that work, and what is wrong told."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connector.cli import main


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("CONNECTOR_RULES_DIR", str(tmp_path / "rules"))
    (tmp_path / "rules").mkdir()


def new(*arguments: str) -> int:
    return main(["plugins", "new", *arguments])


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = main(["plugins", "check", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_a_new_folder_is_a_municipality_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new("settlement", "--title", "посёлок Пробный", "--zone", "Asia/Krasnoyarsk") == 0
    assert str(tmp_path / "rules" / "settlement") in capsys.readouterr().out
    assert main(["plugins", "list"]) == 0
    assert "посёлок Пробный" in capsys.readouterr().out
    code, document = checked(capsys, "settlement")
    (one,) = document["checked"]
    assert (code, one["indicators"], one["examples"], one["scenarios"]) == (0, 2, 6, 1)
    assert one["without_examples"] == []
    assert "Asia/Krasnoyarsk" in (tmp_path / "rules/settlement/municipality.yaml").read_text()


def test_a_new_plugin_passes_its_own_tests(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "connector_trial_town"
    assert new("trial_town", "--title", "Город Пробный", str(folder), "--python") == 0
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "9 passed" in ran.stdout
    code, document = checked(capsys, str(folder))
    assert (code, document["checked"][0]["scenarios"]) == (0, 2)


def test_a_new_plugin_has_the_style_of_the_house(tmp_path: Path) -> None:
    folder = tmp_path / "connector_trial_town"
    assert new("trial_town", "--title", "Город", str(folder), "--python") == 0
    ruff = [str(Path(sys.executable).parent / "ruff"), "--no-cache"]
    for what in (["check", "--select", "E,F,UP,B"], ["format", "--check"]):
        ran = subprocess.run(
            [*ruff[:1], *what, *ruff[1:], "--line-length", "100", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("python", [(), ("--python",)])
def test_nothing_is_overwritten(
    tmp_path: Path, python: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "there"
    there.mkdir()
    assert new("settlement", str(there), "--title", "П", *python) == 1
    assert "уже есть" in capsys.readouterr().err
    assert list(there.iterdir()) == []
    assert not list(tmp_path.glob(".*")), "nothing half-made is left"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [(("Settlement",), "не подходит"), (("посёлок",), "не подходит"), (("class",), "не подходит"),
     (("../x",), "не подходит"), (("x" * 41,), "длиннее"), (("korolev",), "уже есть"),
     (("x", "--zone", "Europe/Moskow"), "Europe/Moscow"), (("x", "--title", 'a"b'), "кавычки"),
     (("x", "--title", " "), "пусто")],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_sentence(
    tmp_path: Path,
    arguments: tuple[str, ...],
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert new("--title", "Город", *arguments) == 1
    assert told in capsys.readouterr().err
    assert list((tmp_path / "rules").iterdir()) == []


def test_every_fault_of_every_rule_set_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for code in ("one", "two"):
        assert new(code, "--title", "Город") == 0
    rules = tmp_path / "rules"
    examples = rules / "one" / "examples.yaml"
    examples.write_text(examples.read_text().replace("achieved: true}", "achieved: false}"))
    scenarios = rules / "one" / "scenarios.yaml"
    scenarios.write_text(scenarios.read_text().replace("deficits_found: [2]", "route_stalled: [1]"))
    indicators = rules / "two" / "indicators.yaml"
    indicators.write_text(indicators.read_text().replace("younger_than", "yunger_than"))

    code, document = checked(capsys)

    assert code == 1
    assert set(document["faults"]) == {"one", "two"}
    first = document["faults"]["one"]
    assert sum("examples.yaml:" in fault for fault in first) == 1
    assert sum("scenarios.yaml:" in fault for fault in first) == 1
    assert "route_stalled: ожидалось 1, получено никого" in " ".join(first)
    assert "younger_than" in " ".join(document["faults"]["two"])
    assert {"korolev", "kuznetsk"} <= {one["municipality"] for one in document["checked"]}


def test_a_plugins_python_is_asked_in_its_own_process(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "connector_trial_town"
    assert new("trial_town", "--title", "Город", str(folder), "--python") == 0
    plans = folder / "connector_trial_town" / "plans.py"
    plans.write_text(
        plans.read_text().replace("    year = ", "    raise SystemExit(3)\n    year = ")
    )
    code, document = checked(capsys, str(folder))
    assert code == 1
    faults = document["faults"]["trial_town"]
    assert len(faults) == 2, "each scenario asks it, and this process goes on"
    assert all("SystemExit" in fault and "plans.py" in fault for fault in faults)


def test_what_is_no_folder_and_no_code_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plugins", "check", "nowhere"]) == 1
    assert "nowhere" in capsys.readouterr().err
