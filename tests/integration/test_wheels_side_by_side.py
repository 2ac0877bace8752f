"""A plugin from a wheel, one from an editable folder and a bare folder of YAML, with the connector
installed from its own wheel: all at work in one environment that knows nothing of this source tree.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connector.moodle_plugin import build_zip
from connector.testing.new_plugins import new_distribution, new_folder
from tests.guards.tree import ROOT

WHEEL, EDITABLE, YAML = TOWNS = ("wheel_town", "editable_town", "yaml_town")
STAFF = """personnel_no,last_name,first_name,role,school,birth_date
1,Иванова,Анна,teacher,S1,1999-01-01
2,Петров,Пётр,teacher,S1,1970-01-01
3,Сидорова,Ольга,manager,S1,1975-01-01
"""
SUPPORT = "personnel_no,form,from,until\n1,Клуб молодых педагогов,2026-01-01,\n"


@dataclass(frozen=True)
class Installed:
    """An environment of its own. folder: where everything of it lies."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "venv" / "bin" / "python"

    def run(self, *command: str, expected: int = 0) -> str:
        ran = subprocess.run(
            command,
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "LANG": "C.UTF-8",
                "CONNECTOR_DATA_DIR": str(self.folder / "data"),
                "CONNECTOR_RULES_DIR": str(self.folder / "rules"),
                "CONNECTOR_CLOCK": "2026-06-15T09:00:00Z",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == expected, ran.stdout + ran.stderr
        return ran.stdout

    def connector(self, *arguments: str) -> Any:
        program = str(self.folder / "venv" / "bin" / "connector")
        return json.loads(self.run(program, *arguments, "--json"))

    def together(self, *commands: list[str]) -> list[Any]:
        """Several commands in one process, because most of what one takes is its start."""
        calls = "import json, sys; from connector.cli import main\n"
        calls += "for command in json.loads(sys.argv[1]): main([*command, '--json'])"
        told = self.run(str(self.python), "-c", calls, json.dumps(commands))
        found, at, decoder = [], 0, json.JSONDecoder()
        while at < len(told.rstrip()):
            document, end = decoder.raw_decode(told, at)
            found.append(document)
            at = end + 1
        return found

    def pip(self, *arguments: str) -> None:
        """This environment's pip installs into that one, without a network."""
        self.run(
            sys.executable, "-m", "pip", "--python", str(self.python), "install", "--quiet",
            "--disable-pip-version-check", "--no-index", "--no-deps", "--no-build-isolation",
            *arguments,
        )  # fmt: skip


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    made = Installed(tmp_path_factory.mktemp("side by side"))
    folder = made.folder
    source = folder / "source"
    ignored = shutil.ignore_patterns(
        ".*", "__pycache__", "*.egg-info", "build", "tests", "plugins", "docs"
    )
    shutil.copytree(ROOT, source, ignore=ignored)
    venv.create(folder / "venv", symlinks=True)
    _lend_dependencies(folder / "venv")
    new_distribution(folder / "connector_wheel_town", WHEEL, "Город из колеса", "Europe/Moscow")
    new_distribution(folder / "connector_editable_town", EDITABLE, "Город рядом", "Asia/Omsk")
    new_folder(folder / "rules" / YAML, YAML, "Город из файлов", "Asia/Vladivostok")
    wheels = folder / "wheels"
    for path in (source, folder / "connector_wheel_town"):
        _build_wheel(made, path, wheels)
    shutil.rmtree(source)
    shutil.rmtree(folder / "connector_wheel_town")
    made.pip(*map(str, sorted(wheels.glob("*.whl"))))
    made.pip("--editable", str(folder / "connector_editable_town"))
    return made


def _lend_dependencies(home: Path) -> None:
    """Everything that is installed here but the connector and its plugins: links, so that neither
    their metadata nor the hooks of their editable installations come along."""
    lent = home / "lent"
    lent.mkdir()
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith(("connector", "__editable__", "__pycache__")):
            (lent / entry.name).symlink_to(entry)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (home / "lib" / version / "site-packages" / "lent.pth").write_text(f"{lent}\n")


def _build_wheel(made: Installed, source: Path, wheels: Path) -> None:
    wheels.mkdir(exist_ok=True)
    build = "import os, sys; from setuptools import build_meta as b; os.chdir(sys.argv[1]); "
    made.run(
        str(made.python), "-W", "ignore", "-c", build + "b.build_wheel(sys.argv[2])",
        str(source), str(wheels),
    )  # fmt: skip


def test_the_connector_is_the_one_from_the_wheel(installed: Installed) -> None:
    where = installed.run(
        str(installed.python), "-c", "import connector; print(connector.__file__)"
    )
    assert str(installed.folder / "venv" / "lib") in where
    assert str(ROOT) not in where


def test_the_moodle_plugin_comes_along_in_the_wheel(installed: Installed) -> None:
    add = ["sources", "add", "lms", "--dialect", "native", "--municipality", YAML]
    _, written = installed.together(add, ["sources", "files", "lms", "for moodle"])
    (packed,) = [path for path in written["files"] if path.endswith(".zip")]
    assert (installed.folder / packed).read_bytes() == build_zip.packed()


def test_all_three_are_found_where_they_are(installed: Installed) -> None:
    listed = {one["municipality"]: one for one in installed.connector("plugins", "list")}
    assert set(listed) == set(TOWNS), "and nothing of this source tree"
    assert [listed[code]["distribution"] for code in TOWNS] == [
        "connector-wheel-town", "connector-editable-town", None,
    ]  # fmt: skip
    assert [listed[code]["faults"] for code in TOWNS] == [[], [], []]


def test_each_is_checked_with_its_own_python(installed: Installed) -> None:
    checked = installed.connector("plugins", "check")
    assert checked["faults"] == {}
    counts = {one["municipality"]: one["scenarios"] for one in checked["checked"]}
    # The second scenario is about what their Python owes; it is asked in a process of its own.
    assert counts == {WHEEL: 2, EDITABLE: 2, YAML: 1}


def test_they_work_side_by_side_in_one_database(installed: Installed) -> None:
    commands = []
    for code in TOWNS:
        sheets = installed.folder / f"sheets of {code}"
        sheets.mkdir()
        (sheets / "schools.csv").write_text("code,name,kind\nS1,Школа № 1,school\n", "utf-8")
        (sheets / "staff.csv").write_text(STAFF, "utf-8")
        (sheets / "support.csv").write_text(SUPPORT, "utf-8")
        commands.append(["import", str(sheets), "--municipality", code])
    *imported, recounted = installed.together(*commands, ["recount"])
    assert [told["faults"] for told in imported] == [[], [], []]
    assert recounted["differences"] == 0
    for code, told in zip(TOWNS, installed.together(*(["shares", c] for c in TOWNS)), strict=True):
        assert [(f["code"], f["population"], f["achieved"]) for f in told["indicators"]] == [
            (f"{code}.diagnosed", 2, 0), (f"{code}.young", 1, 1),
        ]  # fmt: skip


def test_an_editable_plugin_is_the_folder_it_lies_in(installed: Installed) -> None:
    rules = installed.folder / "connector_editable_town" / "connector_editable_town" / "rules"
    path = rules / "examples.yaml"
    before = path.read_text("utf-8")
    path.write_text(before.replace("achieved: true", "achieved: false"), "utf-8")
    try:
        told = installed.together(["plugins", "check"])[0]
    finally:
        path.write_text(before, "utf-8")
    assert set(told["faults"]) == {EDITABLE}


def test_a_plugin_made_by_the_installed_connector_is_whole(installed: Installed) -> None:
    there = installed.folder / "made anew"
    told, checked = installed.together(
        ["plugins", "new", "anew", str(there), "--title", "Город", "--python"],
        ["plugins", "check", str(there)],
    )
    assert all((there / name).is_file() for name in told["files"])
    assert checked["faults"] == {}
