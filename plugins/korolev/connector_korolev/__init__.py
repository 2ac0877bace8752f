"""The rules of Королёв: korolev VI, in rules/*.yaml; drafts of routes in drafts."""

from importlib.resources import files
from importlib.resources.abc import Traversable

from connector import hookimpl
from connector_korolev.drafts import connector_propose_route, connector_subjects

__all__ = ["connector_propose_route", "connector_rule_folders", "connector_subjects"]

CONNECTOR_API = 1


@hookimpl
def connector_rule_folders() -> list[Traversable]:
    return [files(__name__) / "rules"]
