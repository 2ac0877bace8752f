"""Words about attestation and the support before it (todzhinsky, annex 2, III 3.3)."""

from datetime import date, timedelta
from typing import Any

import pytest

from connector.domain.cases import StaffCase
from connector.domain.catalogue import parse_target
from connector.domain.dates import Span
from connector.domain.records import Mentorship, Support
from connector.domain.routes import RouteStep
from connector.domain.words import CORE
from tests.unit.domain.builders import case, completion, holds, noon, person, route, year

JUNE = date(2026, 6, 30)
ATTESTATION = date(2026, 10, 15)
DAY = timedelta(days=1)
FIRST = date(2025, 10, 15)
"""The first of the days that count: a year before."""


def word(name: str, **params: Any) -> Any:
    return CORE[name].build(**params)


def before(*evidence: Any, on: date | None = ATTESTATION, **more: Any) -> StaffCase:
    return case(*evidence, person=person(attestation_on=on), **more)


@pytest.mark.parametrize(
    ("on", "found"),
    [
        (date(2026, 1, 1), (True, ["attestation"])),
        (date(2026, 12, 31), (True, ["attestation"])),
        (date(2025, 12, 31), (False, ["attestation_elsewhen"])),
        (date(2027, 1, 1), (False, ["attestation_elsewhen"])),
        (None, (False, ["no_attestation"])),
    ],
)
def test_an_attestation_counts_in_its_period_even_if_it_is_still_to_come(
    on: date | None, found: tuple[bool, list[str]]
) -> None:
    assert holds(word("attestation_in_period"), before(on=on), year(JUNE)) == found


SUPPORTED = word("supported_before_attestation", years=1)


@pytest.mark.parametrize(
    ("span", "as_of", "found"),
    [
        (Span(), JUNE, True),
        (Span(None, FIRST), JUNE, True),
        (Span(None, FIRST - DAY), JUNE, False),
        (Span(JUNE, JUNE), JUNE, True),
        (Span(JUNE + DAY, None), JUNE, False),
        (Span(ATTESTATION - DAY, None), date(2026, 12, 31), True),
        (Span(ATTESTATION, None), date(2026, 12, 31), False),
    ],
)
def test_support_counts_on_some_day_of_the_year_before(
    span: Span, as_of: date, found: bool
) -> None:
    club = before(supports=(Support("p1", "клуб", span),))
    mentor = before(mentorships=(Mentorship("m", "p1", span),))
    assert holds(SUPPORTED, club, year(as_of))[0] is found
    assert holds(SUPPORTED, mentor, year(as_of))[0] is found


def test_before_that_year_begins_nothing_counts_yet() -> None:
    far = before(on=date(2027, 10, 15), supports=(Support("p1", "клуб", Span()),))
    finding = SUPPORTED(far, year(JUNE))
    assert (finding.holds, finding.changes_on) == (False, date(2026, 10, 15))


@pytest.mark.parametrize(
    ("given", "done", "found"),
    [
        ({"starts_on": JUNE}, None, True),
        ({"starts_on": JUNE + DAY}, None, False),
        ({"starts_on": date(2025, 2, 3)}, None, True),
        ({"starts_on": date(2025, 2, 3)}, FIRST, True),
        ({"starts_on": date(2025, 2, 3)}, FIRST - DAY, False),
        ({"starts_on": date(2025, 2, 3), "cancelled_on": FIRST - DAY}, None, False),
        ({"starts_on": date(2025, 2, 3), "approved_by": None}, None, False),
        ({"starts_on": date(2025, 2, 3), "approved_on": JUNE + DAY}, None, False),
    ],
)
def test_a_route_counts_while_it_is_under_way(
    given: dict[str, Any], done: date | None, found: bool
) -> None:
    # The course is no programme of the catalogue, so that only the route can count.
    evidence = [completion(noon(done), "99")] if done else []
    steps = (RouteStep(1, parse_target("course:99")),)
    held = before(*evidence, routes=(route(steps=steps, **given),))
    assert holds(SUPPORTED, held, year(JUNE))[0] is found


@pytest.mark.parametrize(
    ("on", "found"), [(FIRST, True), (FIRST - DAY, False), (JUNE, True), (JUNE + DAY, False)]
)
def test_a_programme_counts_on_the_day_it_was_completed(on: date, found: bool) -> None:
    held = before(completion(noon(on), "3"))
    assert holds(SUPPORTED, held, year(JUNE))[0] is found


def test_without_an_attestation_there_is_nothing_before_it() -> None:
    held = before(on=None, supports=(Support("p1", "клуб", Span()),))
    assert holds(SUPPORTED, held, year(JUNE)) == (False, ["no_attestation"])
