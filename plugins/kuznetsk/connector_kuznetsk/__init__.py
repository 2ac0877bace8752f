"""The rules of Кузнецк: kuznetsk 4.1 in rules/*.yaml, the reminder of section 2 in work_plans."""

from importlib.resources import files
from importlib.resources.abc import Traversable

from connector import hookimpl
from connector_kuznetsk.work_plans import (
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
