"""Alarms themselves: the kinds there are, and what one says (see connector.domain.alarms)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class AlarmKind(StrEnum):
    """In the order in which they are shown: what hinders most comes first."""

    MOODLE_DOWN = "moodle_down"
    TOKEN_FAILING = "token_failing"
    FUNCTION_MISSING = "function_missing"
    MAIL_DOWN = "mail_down"
    SOURCE_SILENT = "source_silent"
    EVENTS_MISSED = "events_missed"
    RECONCILIATION_BEHIND = "reconciliation_behind"
    CLOCK_DRIFT = "clock_drift"
    ACTIONS_REFUSED = "actions_refused"
    LETTERS_FAILING = "letters_failing"
    BROKER_AWAY = "broker_away"
    WEBHOOK_FAILING = "webhook_failing"
    RULE_FAULTY = "rule_faulty"
    DELIVERIES_PARKED = "deliveries_parked"
    MARKS_ROUNDED = "marks_rounded"


@dataclass(frozen=True, slots=True)
class Alarm:
    """about: whose it is: a source's code, or municipality and rule. since: when it began, as far
    as is known. municipalities: whose administrators are concerned, beside the installation's.
    params: JSON values for the words; no personal data."""

    kind: AlarmKind
    about: str
    since: datetime
    municipalities: tuple[str, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.about}"
