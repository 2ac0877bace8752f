"""Spans of employment, out of the versions of a staff row (contract 3, domain 2).

A staff row has one employed_from and one employed_until, yet a person can leave and come back. The
versions tell the two apart: a version whose employed_from lies after the end of the span before it
begins a new span; any other corrects the last one. Bodies hold ISO dates, which sort as text.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from connector.domain.dates import Span
from connector.services.imports.plan import Body


def spans(bodies: Iterable[Body]) -> tuple[Span, ...]:
    """The employments that the versions of one person's row amount to, oldest version first."""
    found: list[Span] = []
    for body in bodies:
        span = Span(_day(body.get("employed_from")), _day(body.get("employed_until")))
        if found and not _lies_after(span, found[-1]):
            found[-1] = span
        else:
            found.append(span)
    return tuple(found)


def is_employed_from(body: Body, day: date) -> bool:
    """Whether the row's span has not ended before `day`."""
    until = _day(body.get("employed_until"))
    return until is None or until >= day


def restated(earlier: Iterable[Body], body: dict[str, Any], effective: date) -> dict[str, Any]:
    """The row of a file, with the employed_from that it means.

    Files go on stating the day on which somebody was first employed, also after they left and came
    back. Where the versions before `effective` say that they had left, they are back from
    `effective` on; where they came back before, the day on which they did holds on.
    """
    known = spans(earlier)
    stated = _day(body.get("employed_from"))
    if len(known) > 1 and _is_within(stated, known[-2]):
        stated = known[-1].first
    if known and _is_within(stated, known[-1]) and is_employed_from(body, effective):
        ended = known[-1].last
        if ended is not None and ended < effective:
            stated = effective
    return {**body, "employed_from": stated.isoformat() if stated else None}


def _lies_after(span: Span, other: Span) -> bool:
    return span.first is not None and other.last is not None and span.first > other.last


def _is_within(stated: date | None, span: Span) -> bool:
    """Whether a stated first day begins no span after `span`."""
    return span.last is not None and (stated is None or stated <= span.last)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
