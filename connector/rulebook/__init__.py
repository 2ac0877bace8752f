"""Reads rule files, loads rule plugins, asks one at a time and isolates their faults."""

from connector.rulebook.answers import Answer
from connector.rulebook.faults import (
    RuleFault,
    RuleFileFault,
    RulesRefused,
    UnknownIndicator,
    UnknownMunicipality,
)
from connector.rulebook.loader import load_rules
from connector.rulebook.municipality_rules import MunicipalityRules
from connector.rulebook.rulebook import PluginEntry, Rulebook

__all__ = [
    "Answer",
    "MunicipalityRules",
    "PluginEntry",
    "RuleFault",
    "RuleFileFault",
    "Rulebook",
    "RulesRefused",
    "UnknownIndicator",
    "UnknownMunicipality",
    "load_rules",
]
