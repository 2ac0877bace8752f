"""The rules of Ханкайский муниципальный округ: khankaysky 1.3, 2.1, 3.2, 4 in rules/*.yaml."""

from importlib.resources import files
from importlib.resources.abc import Traversable

from connector import hookimpl

CONNECTOR_API = 1


@hookimpl
def connector_rule_folders() -> list[Traversable]:
    return [files(__name__) / "rules"]
