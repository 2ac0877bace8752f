"""Our Moodle plugin is whole: every file parses, both languages say the same, versions agree."""

import hashlib
import importlib.util
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest

from connector.dialects import native
from connector.moodle_plugin import build_zip as installed
from tests.guards.tree import ROOT, none_of
from tests.services import php
from tests.services.missing import ServiceMissing

PLUGIN = ROOT / "deploy/moodle/municipal"
SOURCES = sorted(PLUGIN.rglob("*.php"))
STRING = re.compile(r"^\$string\['([^']+)'\] = '((?:[^'\\]|\\.)*)';$", re.MULTILINE)
# Names in quotes that are names of strings where they are given to get_string later.
NAMED = re.compile(r"'((?:fault|trouble|status|action)_[a-z0-9_]+|privacy:metadata:[a-z0-9_:]+)'")
CALLED = re.compile(r"get_string\(\s*'([a-z0-9_:]+)',\s*'local_municipal'")
PARAMETER = re.compile(r"\{\$a(?:->[a-z]+)?\}")


def strings(language: str) -> dict[str, str]:
    path = PLUGIN / f"lang/{language}/local_municipal.php"
    return dict(STRING.findall(path.read_text(encoding="utf-8")))


def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_zip", ROOT / "deploy/moodle/build_zip.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_file_is_php() -> None:
    def faults(path: Path) -> str:
        done = php.php("-l", str(path))
        return "" if done.returncode == 0 else done.stdout.strip()

    try:
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(faults, SOURCES))
    except ServiceMissing as err:
        pytest.fail(str(err), pytrace=False)
    none_of(filter(None, found), "PHP does not take:")


def test_every_file_has_its_licence() -> None:
    none_of(
        (
            str(path.relative_to(ROOT))
            for path in SOURCES
            if "GNU General Public License" not in path.read_text(encoding="utf-8")[:1200]
        ),
        "Moodle plugins are GPL-3.0-or-later; the head is missing in:",
    )
    assert "GNU GENERAL PUBLIC LICENSE" in (PLUGIN / "LICENSE").read_text(encoding="utf-8")


def test_the_release_begins_with_the_version_of_the_dialect() -> None:
    payload = (PLUGIN / "classes/wire/payload.php").read_text(encoding="utf-8")
    told = re.search(r"const VERSION = (\d+);", payload)
    assert told is not None
    assert int(told[1]) == native.VERSION
    assert int(builder().release().split(".")[0]) == native.VERSION


def test_the_zip_is_the_same_each_time(tmp_path: Path) -> None:
    paths = [builder().build(tmp_path / name) for name in ("one", "two")]
    assert len({hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}) == 1
    with zipfile.ZipFile(paths[0]) as archive:
        packed = {name: archive.read(name) for name in archive.namelist()}
    files = [path for path in PLUGIN.rglob("*") if path.is_file()]
    assert packed == {f"municipal/{p.relative_to(PLUGIN)}": p.read_bytes() for p in files}
    assert "municipal/version.php" in packed


def test_the_installed_connector_packs_the_same_zip(tmp_path: Path) -> None:
    assert installed.packed() == builder().build(tmp_path).read_bytes()
    assert installed.name() == builder().build(tmp_path).name


def test_both_languages_have_the_same_strings() -> None:
    english, russian = strings("en"), strings("ru")
    assert list(english) == list(russian) == sorted(english)
    none_of(
        (
            name
            for name in english
            if sorted(PARAMETER.findall(english[name])) != sorted(PARAMETER.findall(russian[name]))
        ),
        "the languages fill in different values:",
    )


def test_every_string_that_is_used_is_there() -> None:
    used: set[str] = set()
    for path in SOURCES:
        if "lang" not in path.parts:
            text = path.read_text(encoding="utf-8")
            used |= {*CALLED.findall(text), *NAMED.findall(text)}
    assert len(used) > 40
    whole = {name for name in used if not name.endswith(("_", ":"))}
    none_of(sorted(whole - set(strings("en"))), "no such string in lang/en:")


def test_every_table_and_listener_is_told() -> None:
    tables = ElementTree.parse(PLUGIN / "db/install.xml").getroot().findall("TABLES/TABLE")
    names = {table.get("NAME") for table in tables}
    privacy = (PLUGIN / "classes/privacy/provider.php").read_text(encoding="utf-8")
    none_of(
        (str(name) for name in names if f"'{name}' => [" not in privacy),
        "a table with people in it that the privacy provider does not name:",
    )
    observer = (PLUGIN / "classes/observer.php").read_text(encoding="utf-8")
    heard = re.findall(r"observer::([a-z]+)'", (PLUGIN / "db/events.php").read_text("utf-8"))
    assert heard
    none_of(
        (name for name in set(heard) if f"public static function {name}(" not in observer),
        "db/events.php calls what the observer does not have:",
    )


def test_lines_are_as_long_as_moodle_likes_them() -> None:
    none_of(
        (
            f"{path.relative_to(ROOT)}:{number}"
            for path in SOURCES
            if "lang" not in path.parts
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
            if len(line) > 132 or line != line.rstrip() or "\t" in line
        ),
        "at most 132 characters, no tabs, nothing after the end:",
    )
