"""Every reason a delivery can be given is explained on its page, in Russian, with what to do."""

import ast
from collections.abc import Iterator

import pytest

from connector.web.reasons import ADVICE, stem
from tests.guards.tree import dotted, none_of, parse, place, python_files

GIVERS = {"MoodleRefused", "Unreadable", "aside", "_aside", "self._done", "self._later"}
PLACES = ("connector/dialects", "connector/moodle", "connector/runtime")


def reasons(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Literal codes: the first argument of a giver, and whatever is named `nothing`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        given = node.args[:1] if dotted(node.func) in GIVERS else []
        given = given + [word.value for word in node.keywords if word.arg == "nothing"]
        for value in given:
            for part in ast.walk(value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
                    yield part.value, part.lineno


def test_every_reason_has_its_advice() -> None:
    none_of(
        (
            f"{place(path, line)}: {code}"
            for path in python_files(*PLACES)
            for code, line in reasons(parse(path))
            if stem(code) not in ADVICE
        ),
        "say in connector/web/reasons.py what this reason means and what to do:",
    )


@pytest.mark.parametrize(
    "text", ["raise MoodleRefused('new')", "self._done('new')", "Interpretation(nothing='new')"]
)
def test_a_reason_is_seen(text: str) -> None:
    assert [code for code, _ in reasons(ast.parse(text))] == ["new"]
