"""Who may import what, where import-linter's layers do not reach."""

import ast
import sys
from pathlib import Path

import pytest

from tests.guards.tree import ROOT, imported, none_of, parse, place, python_files

PLUGIN_PACKAGES = sorted(path.parent for path in ROOT.glob("plugins/*/connector_*/__init__.py"))


def is_standard(module: str) -> bool:
    return module.split(".")[0] in sys.stdlib_module_names


def is_within(module: str, *allowed: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in allowed)


def strangers(tree: ast.AST, *allowed: str) -> list[tuple[str, int]]:
    return [
        (module, line)
        for module, line in imported(tree)
        if not is_standard(module) and not is_within(module, *allowed)
    ]


def test_the_domain_needs_only_the_standard_library() -> None:
    none_of(
        (
            f"{place(path, line)} imports {module}"
            for path in python_files("connector/domain")
            for module, line in strangers(parse(path), "connector.domain", "connector.errors")
        ),
        "connector/domain imports the standard library, itself and connector.errors:",
    )


@pytest.mark.parametrize("package", PLUGIN_PACKAGES, ids=lambda package: package.name)
def test_a_plugin_leans_on_the_domain_only(package: Path) -> None:
    none_of(
        (
            f"{place(path, line)} imports {module}"
            for path in python_files(str(package.relative_to(ROOT)))
            for module, line in strangers(parse(path), "connector.domain", package.name)
            if module != "connector"
        ),
        "a plugin imports the standard library, connector, connector.domain and itself:",
    )


@pytest.mark.parametrize("text", ["import pluggy", "from connector.models import base"])
def test_a_stranger_is_seen(text: str) -> None:
    assert strangers(ast.parse(text), "connector.domain")


def test_the_plugins_are_found() -> None:
    assert {package.name for package in PLUGIN_PACKAGES} >= {
        "connector_khankaysky",
        "connector_korolev",
        "connector_kuznetsk",
        "connector_todzhinsky",
        "connector_verkhnyaya_pyshma",
    }
