"""Migrations follow one form, so that two branches cannot both have an 0007."""

import ast
import re
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from connector.services.upkeep import schema
from tests.guards.tree import ROOT, imported, none_of, parse

VERSIONS = ROOT / "migrations" / "versions"
NAME = re.compile(r"\d{4}_[a-z0-9_]+")
COLUMN = 32  # alembic_version.version_num; PostgreSQL refuses more, SQLite does not tell


def assigned(tree: ast.Module, name: str) -> str | None:
    """The literal a module gives to a name; None if there is none or it is None."""
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        if isinstance(node, ast.AnnAssign):
            target = node.target
        if isinstance(target, ast.Name) and target.id == name:
            assert isinstance(node, ast.Assign | ast.AnnAssign)
            value = ast.literal_eval(node.value) if node.value is not None else None
            assert value is None or isinstance(value, str), f"{name} is one revision"
            return value
    return None


def faults(folder: Path) -> list[str]:
    found = []
    previous = None
    for number, path in enumerate(sorted(folder.glob("*.py")), start=1):
        tree = parse(path)
        stem = path.stem
        if not NAME.fullmatch(stem):
            found.append(f"{path.name}: named like 0007_add_route_pauses.py")
        if not stem.startswith(f"{number:04}_"):
            found.append(f"{path.name}: would be number {number:04}; numbers have no gap or twin")
        if len(stem) > COLUMN:
            found.append(f"{path.name}: longer than the {COLUMN} characters of Alembic's column")
        if assigned(tree, "revision") != stem:
            found.append(f"{path.name}: revision is not the stem of the file")
        if assigned(tree, "down_revision") != previous:
            found.append(f"{path.name}: down_revision is not {previous}: one line, one head")
        for module, line in imported(tree):
            if module.split(".")[0] == "connector" or module.startswith("."):
                found.append(f"{path.name}:{line}: imports {module}; models move on, this must not")
        previous = stem
    return found


def test_the_migrations_follow_the_form() -> None:
    none_of(faults(VERSIONS), "migrations/versions:")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("0001_Base.py", "revision = '0001_Base'", "named like"),
        ("0002_base.py", "revision = '0002_base'", "would be number 0001"),
        ("0001_base.py", "revision = 'abc'", "not the stem"),
        ("0001_base.py", "revision: str = '0001_base'\ndown_revision = 'x'", "one head"),
        ("0001_base.py", "revision = '0001_base'\nimport connector.models", "models move on"),
        (f"0001_{'a' * 30}.py", f"revision = '0001_{'a' * 30}'", "longer than"),
    ],
)
def test_a_fault_is_seen(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    (fault,) = faults(tmp_path)
    assert said in fault


def test_a_good_line_of_two_passes(tmp_path: Path) -> None:
    (tmp_path / "0001_a.py").write_text("revision = '0001_a'\ndown_revision: str | None = None\n")
    (tmp_path / "0002_b.py").write_text("revision = '0002_b'\ndown_revision = '0001_a'\n")
    assert faults(tmp_path) == []


def test_the_newest_revision_is_the_one_that_alembic_finds() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    assert schema.head() == ScriptDirectory.from_config(config).get_current_head()
