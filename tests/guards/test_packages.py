"""What is written by hand in setup.cfg, against what is there.

An editable installation hides a forgotten package or file: it is missing from the wheel only.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from configparser import RawConfigParser
from pathlib import Path

import pytest

from tests.guards.tree import ROOT, none_of

SOURCES = {
    "connector": "connector",
    "rules": "connector/rules",
    "migrations": "connector/migrations",
    "deploy/moodle": "connector/moodle_plugin",
}
PLUGINS = sorted(path.parent for path in (ROOT / "plugins").glob("*/setup.cfg"))
LEFT_OUT = {"__pycache__", "tests"}
NOT_SHIPPED = {".md"}


def setup_cfg(folder: Path) -> RawConfigParser:
    parsed = RawConfigParser()
    parsed.read(folder / "setup.cfg", encoding="utf-8")
    return parsed


def listed(folder: Path) -> set[str]:
    return set(setup_cfg(folder).get("options", "packages").split())


def packages_below(folder: Path, name: str) -> set[str]:
    return {
        ".".join((name.replace("/", "."), *path.parent.relative_to(folder).parts))
        for path in folder.rglob("__init__.py")
    }


def files_below(folder: Path, name: str) -> set[str]:
    return {
        f"{name}/{path.relative_to(folder)}"
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix not in NOT_SHIPPED
        and not LEFT_OUT & {*path.relative_to(folder).parts}
    }


def wheel_of(folder: Path, scratch: Path) -> set[str]:
    """The names in the wheel built from a copy, because building leaves traces in the source."""
    copy = scratch / "source"
    ignored = shutil.ignore_patterns(
        ".*", "__pycache__", "*.egg-info", "build", "tests", "plugins", "docs"
    )
    shutil.copytree(folder, copy, ignore=ignored)
    program = "import sys; from setuptools import build_meta as b; b.build_wheel(sys.argv[1])"
    built = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, str(scratch)],
        cwd=copy,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = scratch.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if ".dist-info/" not in name}


def test_every_package_of_the_host_is_listed() -> None:
    there = set().union(*(packages_below(ROOT / path, name) for path, name in SOURCES.items()))
    assert listed(ROOT) == there, "packages in setup.cfg and folders with __init__.py differ"


def test_every_folder_with_code_is_a_package() -> None:
    bare = {
        path.parent
        for path in (ROOT / "connector").rglob("*.py")
        if not (path.parent / "__init__.py").exists()
    }
    none_of((str(path.relative_to(ROOT)) for path in sorted(bare)), "__init__.py is missing in:")


def test_the_wheel_of_the_host_holds_every_file(tmp_path: Path) -> None:
    there = set().union(*(files_below(ROOT / path, name) for path, name in SOURCES.items()))
    none_of(
        sorted(there - wheel_of(ROOT, tmp_path)),
        "not in the wheel; extend [options.package_data] in setup.cfg:",
    )


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_the_wheel_of_a_plugin_holds_every_file(plugin: Path, tmp_path: Path) -> None:
    package = f"connector_{plugin.name}"
    none_of(
        sorted(files_below(plugin / package, package) - wheel_of(plugin, tmp_path)),
        f"not in the wheel; extend [options] in plugins/{plugin.name}/setup.cfg:",
    )


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
def test_a_plugin_is_packaged_like_the_others(plugin: Path) -> None:
    package = f"connector_{plugin.name}"
    config = setup_cfg(plugin)
    # A distribution's name has no underscores, a municipality's code no hyphens.
    assert config.get("metadata", "name") == f"connector-{plugin.name.replace('_', '-')}"
    assert "connector-moodle" in config.get("options", "install_requires").split()
    assert listed(plugin) == packages_below(plugin / package, package)
    entry_points = config.get("options.entry_points", "connector").strip()
    assert entry_points == f"{plugin.name} = {package}", "the entry point is named by the code"


def test_every_shipped_plugin_is_seen() -> None:
    assert {plugin.name for plugin in PLUGINS} >= {
        "khankaysky",
        "korolev",
        "kuznetsk",
        "todzhinsky",
        "verkhnyaya_pyshma",
    }
