"""Log lines are written alike, `part.what_happened id=%s`, and the documented ones exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.guards.tree import ROOT, none_of, parse, place, python_files

LINE = re.compile(r"[a-z_]+\.[a-z_]+(?: [a-z_]+=(?:%(?:s|d|r|\.\df)|[a-z0-9_]+))*")
LOGGERS = {"log", "_log"}
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
TOLD = re.compile(r"^\| (`[a-z_.`, ]+) \|", re.MULTILINE)


def lines() -> Iterator[tuple[Path, int, str]]:
    for path in python_files("connector"):
        for node in ast.walk(parse(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id in LOGGERS
                and node.func.attr in LEVELS
            ):
                text = node.args[0]
                said = text.value if isinstance(text, ast.Constant) else ""
                yield path, node.lineno, str(said)


def test_every_line_is_an_event_with_ids() -> None:
    none_of(
        (
            f"{place(path, line)}: {said}"
            for path, line, said in lines()
            if not LINE.fullmatch(said)
        ),
        "write `part.what_happened id=%s`, so that it can be searched by its fields:",
    )


def test_the_documented_events_are_logged() -> None:
    page = (ROOT / "deploy/monitoring/README.md").read_text(encoding="utf-8")
    told = {
        name for row in TOLD.findall(page) for name in re.findall(r"`([a-z_]+\.[a-z_]+)`", row)
    }
    logged = {said.partition(" ")[0] for _, _, said in lines()}
    assert len(told) > 15
    assert told <= logged, told - logged
