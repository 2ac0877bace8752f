"""The rules of Королёв: korolev VI, all of it in rules/*.yaml."""

from importlib.resources import files
from importlib.resources.abc import Traversable

from connector import hookimpl


@hookimpl
def connector_rule_folders() -> list[Traversable]:
    return [files(__name__) / "rules"]
