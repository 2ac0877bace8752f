"""The rules of Тоджинский кожуун: order 134 in rules/*.yaml, its annex 1, 8 in methodical_days."""

from importlib.resources import files
from importlib.resources.abc import Traversable

from connector import hookimpl
from connector_todzhinsky.methodical_days import (
    connector_next_turn,
    connector_notices,
    connector_subjects,
)

__all__ = [
    "connector_next_turn",
    "connector_notices",
    "connector_rule_folders",
    "connector_subjects",
]

CONNECTOR_API = 1


@hookimpl
def connector_rule_folders() -> list[Traversable]:
    return [files(__name__) / "rules"]
