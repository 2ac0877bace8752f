"""What a test of a connection can find: codes, put into words by whoever shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from connector.moodle.orders import ActingFunction
from connector.moodle.questions import Function


class Check(StrEnum):
    """What is looked at besides the functions, in this order."""

    ADDRESS = "address"
    WEB_SERVICES = "web_services"
    TOKEN = "token"
    OWN_ADDRESS = "own_address"
    CLOCK = "clock"
    CATALOGUE = "catalogue"
    NUMBERS = "numbers"
    MARKS = "marks"
    DECIMALS = "decimals"


class Outcome(StrEnum):
    """untried: there was nothing to try it on, or something before it failed."""

    PASSED = "passed"
    FAILED = "failed"
    DOUBTFUL = "doubtful"
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class Finding:
    """subject: a Check, a Function or an ActingFunction. reason: a code, Moodle's own or ours.
    about: what it is said of: addresses, names of quizzes, counts; never people."""

    subject: str
    outcome: Outcome
    reason: str | None = None
    about: tuple[str, ...] = ()


def has_failed(findings: Iterable[Finding]) -> bool:
    return any(one.outcome is Outcome.FAILED for one in findings)


def missing_functions(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The functions that the token's service lacks."""
    lacking = [one.subject for one in findings if one.reason == NOT_IN_SERVICE]
    return tuple(str(f) for f in (*Function, *ActingFunction) if f in lacking)


NOT_IN_SERVICE = "not_in_service"
"""The token's service does not contain the function."""
SHOWN_NOTHING = "shown_nothing"
"""An empty answer where there must be something: how Moodle tells that a right is missing."""
SHOWN_IN_PART = "shown_in_part"
"""The record came without what the same right would show."""
NOTHING_TO_TRY = "nothing_to_try"
NOT_TO_BE_TRIED = "not_to_be_tried"
"""The function changes Moodle: it is there, and no more is known."""
