"""The marked points of the fault harness are where the product still is."""

import ast

from tests.faults import points
from tests.guards.tree import ROOT, none_of, parse


def test_each_marked_transaction_is_still_opened_there() -> None:
    gone = []
    for module, function in points.WRITERS:
        tree = parse(ROOT / f"{module.replace('.', '/')}.py")
        found = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef) and node.name == function
        ]
        if not any(_writes(node) for node in found):
            gone.append(f"{module}.{function} opens no transaction with .writing()")
    none_of(gone, "Mend WRITERS in tests/faults/points.py: these moved.")


def test_deliveries_are_still_stored_by_that_module() -> None:
    module, others = points.RECEIVING
    tree = parse(ROOT / f"{module.replace('.', '/')}.py")
    writers = {
        node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and _writes(node)
    }
    assert writers - set(others), "nothing there stores a delivery: see tests/faults/points.py"


def test_each_wrapped_function_is_still_there() -> None:
    gone = [
        f"{module}.{name}"
        for module, name in (*points.WRAPPED, *points.BUSY)
        if not hasattr(points.owner_of(module), name)
    ]
    none_of(gone, "Mend tests/faults/points.py: these moved.")


def _writes(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr == "writing" for node in ast.walk(function)
    )
