"""A municipality's rules that are written in Python: what can be switched off."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PythonRules:
    """code: which Python it is (code_identity). rules: as their faults are kept and shown."""

    municipality: str
    code: str
    rules: frozenset[str]


def rule_name(municipality: str, hook: str) -> str:
    """How a hook's faults are kept and shown."""
    return f"{municipality}: {hook}"
