"""How questions to each Moodle went lately, out of what every process that asks has noted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from connector.domain.alarms import Refusal
from connector.moodle.questions import Function
from connector.services.sources.moodles import ANSWERED_AT, CLOCK_AHEAD, FAILED_AT, REFUSED_AT
from connector.services.upkeep.tallying import TallyService

_OF_THE_TOKEN = ("invalidtoken", "wsaccess", "passwordisexpired", "forcepasswordchange", "siteman")
"""Beginnings of the reasons for which no question at all is answered any more."""
_OF_THE_ADDRESS = ("redirected", "certificate", "bad_url", "outgoing", "http_")
"""Refusals behind which there is no Moodle to be asked."""


@dataclass(frozen=True, slots=True)
class Answering:
    """failed_at, reason: nothing has been answered since; None: the site answers, or was not
    asked. answered: when each function last was. ahead_s None: no answer bore a date."""

    answered: dict[str, datetime]
    failed_at: datetime | None = None
    reason: str | None = None
    refusal: Refusal | None = None
    ahead_s: float | None = None


def answering(session: Session) -> dict[str, Answering]:
    """By source; whose Moodle was never asked is left out."""
    answered: dict[str, dict[str, datetime]] = {}
    failed: dict[str, list[tuple[datetime, str]]] = {}
    refused: dict[str, list[tuple[datetime, str, str]]] = {}
    ahead: dict[str, float] = {}
    noted = TallyService(session).named(ANSWERED_AT, FAILED_AT, REFUSED_AT, CLOCK_AHEAD)
    for (name, labels), value in noted.items():
        source = labels[0]
        if name == CLOCK_AHEAD:
            ahead[source] = value
            continue
        at = datetime.fromtimestamp(value, UTC)
        if name == ANSWERED_AT:
            answered.setdefault(source, {})[labels[1]] = at
        elif name == FAILED_AT:
            failed.setdefault(source, []).append((at, labels[1]))
        elif labels[2].startswith(_OF_THE_ADDRESS):
            failed.setdefault(source, []).append((at, labels[2]))
        else:
            refused.setdefault(source, []).append((at, labels[1], labels[2]))
    return {
        source: _of_one(
            answered.get(source, {}),
            failed.get(source, ()),
            refused.get(source, ()),
            ahead.get(source),
        )
        for source in sorted(answered.keys() | failed.keys() | refused.keys())
    }


def _of_one(
    answered: dict[str, datetime],
    failed: Iterable[tuple[datetime, str]],
    refused: Iterable[tuple[datetime, str, str]],
    ahead_s: float | None,
) -> Answering:
    never = datetime.min.replace(tzinfo=UTC)
    last = max(answered.values(), default=never)
    whole = [(at, reason) for at, function, reason in refused if _is_whole(function, reason)]
    refused_at, refused_why = max(whole, default=(never, ""))
    failed_at, failed_why = max(failed, default=(never, ""))
    refusal = None
    if refused_at > max(last, failed_at):
        refusal = Refusal(refused_why, refused_at)
    if failed_at <= max(last, refused_at):
        return Answering(answered, refusal=refusal, ahead_s=ahead_s)
    return Answering(answered, failed_at, failed_why, ahead_s=ahead_s)


def _is_whole(function: str, reason: str) -> bool:
    """Whether it is the token that is refused and not one function.

    `accessexception` is either; what the site says of itself needs no right and is in any service.
    """
    if reason == "accessexception":
        return function == Function.SITE_INFO
    return reason.startswith(_OF_THE_TOKEN)
