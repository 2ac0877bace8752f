"""Every setting the code knows is in the example, and the example knows no other."""

import ast
import re

from tests.guards.tree import ROOT, none_of, parse

NAME = re.compile(r"CONNECTOR_[A-Z0-9_]+")
EXAMPLE_LINE = re.compile(r"^#?\s?(CONNECTOR_[A-Z0-9_]+)=", re.MULTILINE)


def names_in(tree: ast.AST) -> set[str]:
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and NAME.fullmatch(node.value)
    }


def without_files(names: set[str]) -> set[str]:
    """Each setting may also be given as …_FILE; the base name stands for both."""
    return {name.removesuffix("_FILE") for name in names}


def test_the_example_lists_exactly_the_settings() -> None:
    known = without_files(names_in(parse(ROOT / "connector/config.py")))
    example = (ROOT / "deploy/env.example").read_text(encoding="utf-8")
    assert without_files(set(EXAMPLE_LINE.findall(example))) == known


def test_nothing_in_deploy_sets_what_nobody_reads() -> None:
    known = without_files(names_in(parse(ROOT / "connector/config.py")))
    files = [path for path in (ROOT / "deploy").rglob("*") if path.is_file()]
    none_of(
        (
            f"{path.relative_to(ROOT)}: {name}"
            for path in files
            if path.suffix in {".service", ".yaml", ".md", ""}
            for name in sorted(set(NAME.findall(path.read_text(encoding="utf-8"))))
            if name.removesuffix("_FILE") not in known
        ),
        "connector/config.py reads no such setting:",
    )


def test_the_names_are_found_in_code() -> None:
    code = ast.parse("read('CONNECTOR_A'); x = 'CONNECTOR_B_FILE'; y = 'see CONNECTOR_C'")
    assert names_in(code) == {"CONNECTOR_A", "CONNECTOR_B_FILE"}
