"""Habits that wear off unless something watches: small files, narrow excepts."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guards.tree import none_of, parse, place, python_files

LONGEST = 400
CODE = ("connector", "migrations", "plugins", "tests")
BROAD = {"Exception", "BaseException"}
LOG_CALLS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
VAGUE = {"utils", "util", "helpers", "helper", "common", "managers", "misc"}


def broad_handlers(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(kind is None or getattr(kind, "id", "") in BROAD for kind in kinds):
                yield node.lineno


def gives_a_reason(lines: list[str], line: int) -> bool:
    """Whether a comment stands on the line (from 1), the one before or the one after."""
    around = lines[max(line - 2, 0) : line + 1]
    comments = (text.partition("#")[2].strip() for text in around)
    return any(comment and not comment.startswith("noqa") for comment in comments)


def unreasoned(path: Path) -> Iterator[int]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return (line for line in broad_handlers(parse(path)) if not gives_a_reason(lines, line))


def test_a_broad_except_gives_its_reason() -> None:
    none_of(
        (place(path, line) for path in python_files(*CODE) for line in unreasoned(path)),
        "catch the narrowest type, or say in a comment there why everything must be caught:",
    )


def test_what_is_logged_stands_in_the_line() -> None:
    """`extra` gets lost on its way to the line, and with it the ids that one would look for."""
    calls = (
        (path, node.lineno)
        for path in python_files("connector", "plugins")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in LOG_CALLS and any(one.arg == "extra" for one in node.keywords)
    )
    none_of((place(*call) for call in calls), "say it in the line, as arguments:")


def test_no_file_is_long() -> None:
    # A migration is one step and a record of the past: nothing is gained by cutting it.
    lengths = {
        path: len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files(*CODE)
        if path.parent.name != "versions"
    }
    none_of(
        (place(path, length) for path, length in lengths.items() if length > LONGEST),
        f"more than {LONGEST} lines hold more than one thing; cut them in two:",
    )


def test_no_file_has_a_name_that_says_nothing() -> None:
    none_of(
        (place(path, 1) for path in python_files(*CODE) if VAGUE & {path.stem, path.parent.name}),
        "name it after the one thing it holds:",
    )


@pytest.mark.parametrize(
    "handler",
    ["except:", "except Exception:", "except (OSError, Exception) as err:",
     "except Exception: # noqa: BLE001"],
)  # fmt: skip
def test_a_broad_except_without_a_reason_is_seen(tmp_path: Path, handler: str) -> None:
    path = tmp_path / "sample.py"
    path.write_text(f"try:\n    x()\n{handler}\n    pass\n", encoding="utf-8")
    assert list(unreasoned(path)) == [3]


def test_a_reason_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "sample.py"
    path.write_text("try:\n    x()\n# A rule may do anything.\nexcept Exception:\n    pass\n")
    assert not list(unreasoned(path))
