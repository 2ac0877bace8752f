"""Only one module reads the environment, and only one asks what time it is."""

import ast
from collections.abc import Iterator

import pytest

from tests.guards.tree import ROOT, dotted, imported, none_of, parse, place, python_files

SHIPPED = ("connector", *(str(p.relative_to(ROOT)) for p in ROOT.glob("plugins/*/connector_*")))
ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.getenvb", "os.putenv"}
PACKAGES = {"environs", "dotenv"}
CLOCKS = {
    f"{prefix}{name}"
    for name in ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time")
    for prefix in ("", "datetime.", "dt.")
} | {"time.time_ns", "time.localtime", "time.gmtime", "func.now", "sa.func.now"}


def named(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Each dotted name, and each name imported from a module as if it were written dotted."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield dotted(node), node.lineno
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def environment_reads(tree: ast.AST) -> list[int]:
    read = [line for name, line in named(tree) if name in ENVIRONMENT]
    packages = [line for name, line in imported(tree) if name.split(".")[0] in PACKAGES]
    return read + packages


def clock_reads(tree: ast.AST) -> list[int]:
    # Named, not only called: default_factory=datetime.now asks the clock just the same.
    return [line for name, line in named(tree) if name in CLOCKS]


def test_only_config_reads_the_environment() -> None:
    none_of(
        (
            place(path, line)
            for path in python_files(*SHIPPED)
            for line in environment_reads(parse(path))
            if path != ROOT / "connector/config.py"
        ),
        "take it from connector.config instead, so that `connector doctor` lists it:",
    )


def test_only_the_clock_knows_the_time() -> None:
    none_of(
        (
            place(path, line)
            for path in python_files(*SHIPPED)
            for line in clock_reads(parse(path))
            if path != ROOT / "connector/clock.py"
        ),
        "take `now` as an argument or ask a connector.clock.Clock, so that a test can say when:",
    )


@pytest.mark.parametrize(
    "text",
    ["import os\nos.environ['A']", "os.getenv('A')", "from os import environ", "import environs"],
)
def test_a_read_of_the_environment_is_seen(text: str) -> None:
    assert environment_reads(ast.parse(text))


@pytest.mark.parametrize(
    "text",
    ["datetime.now(UTC)", "datetime.date.today()", "field(default_factory=datetime.now)",
     "time.time()", "from time import time"],
)  # fmt: skip
def test_a_read_of_the_clock_is_seen(text: str) -> None:
    assert clock_reads(ast.parse(text))


@pytest.mark.parametrize("text", ["clock.now()", "self._clock.now()", "time.monotonic()"])
def test_a_clock_handed_in_is_welcome(text: str) -> None:
    assert not clock_reads(ast.parse(text))
