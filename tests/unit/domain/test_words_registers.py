"""Words about roadmap items, documents, practices and contests (todzhinsky, annexes 1 and 4)."""

from datetime import date, timedelta
from typing import Any

import pytest

from connector.domain.because import WHOLE, Slice, SliceKind
from connector.domain.cases import ContestCase, DocumentCase, PracticeCase, RoadmapCase
from connector.domain.people import Role, StaffTerm
from connector.domain.records import Contest, Document, Practice, RoadmapItem
from connector.domain.words import CORE
from tests.unit.domain.builders import holds, person, setting, year

JUNE = date(2026, 6, 30)
DAY = timedelta(days=1)


def word(name: str, **params: Any) -> Any:
    return CORE[name].build(**params)


def item(**more: Any) -> RoadmapCase:
    return RoadmapCase("x", RoadmapItem("municipality", "8", "День", **more), True, setting())


def test_an_item_is_due_from_its_day_on_in_whichever_year() -> None:
    condition = word("roadmap_item_due")
    assert holds(condition, item(due_on=JUNE), year(JUNE)) == (True, ["roadmap_item_due"])
    assert holds(condition, item(due_on=JUNE), year(JUNE - DAY)) == (
        False,
        ["roadmap_item_not_due"],
    )
    assert holds(condition, item(due_on=date(2022, 4, 25)), year(JUNE))[0]


def test_an_item_without_a_due_date_is_never_due() -> None:
    undated = item(term="По медиаплану")
    assert holds(word("roadmap_item_due"), undated, year(JUNE)) == (False, ["roadmap_item_undated"])


def test_an_item_is_done_from_its_day_on() -> None:
    condition, late = word("roadmap_item_done"), item(due_on=date(2026, 1, 31), done_on=JUNE)
    assert holds(condition, late, year(JUNE)) == (True, ["roadmap_item_done"])
    assert holds(condition, late, year(JUNE - DAY)) == (False, ["roadmap_item_not_done"])
    assert not holds(condition, item(started_on=JUNE), year(JUNE))[0]


def document(*, is_listed: bool = True, **more: Any) -> DocumentCase:
    return DocumentCase(Document("2.1", "План", **more), is_listed, setting())


def test_only_what_the_rules_list_is_asked_for() -> None:
    condition = word("document_listed")
    assert holds(condition, document(), year(JUNE)) == (True, ["document_listed"])
    assert holds(condition, document(is_listed=False), year(JUNE)) == (
        False,
        ["document_not_listed"],
    )


def test_a_document_is_present_from_its_day_on() -> None:
    condition, there = word("document_present"), document(present_since=JUNE)
    assert holds(condition, there, year(JUNE)) == (True, ["document_present"])
    assert holds(condition, there, year(JUNE - DAY)) == (False, ["no_document"])
    assert not holds(condition, document(), year(JUNE))[0]


def test_a_link_is_asked_for_only_where_the_rule_says_so() -> None:
    condition = word("document_present", link=True)
    without = document(present_since=JUNE)
    linked = document(present_since=JUNE, link="https://example.org/1")
    assert holds(condition, without, year(JUNE)) == (False, ["document_without_link"])
    assert holds(condition, linked, year(JUNE))[0]


def practice(**more: Any) -> PracticeCase:
    return PracticeCase("x", Practice("Музей", "p1", "s1", **more), setting())


@pytest.mark.parametrize(
    ("given", "link", "found"),
    [
        ({"published_on": JUNE}, False, (True, ["practice_published"])),
        ({"published_on": date(2020, 1, 1)}, False, (True, ["practice_published"])),
        ({"published_on": JUNE + DAY}, False, (False, ["practice_not_published"])),
        ({"published_on": JUNE}, True, (False, ["practice_without_link"])),
        ({"published_on": JUNE, "link": "https://x.ru"}, True, (True, ["practice_published"])),
        ({"link": "https://x.ru"}, True, (False, ["practice_not_published"])),
    ],
)
def test_a_practice_stays_in_the_register(
    given: dict[str, Any], link: bool, found: tuple[bool, list[str]]
) -> None:
    assert holds(word("practice_published", link=link), practice(**given), year(JUNE)) == found


def contest(on: date | None, participant: Any = None) -> ContestCase:
    return ContestCase("x", Contest("p1", "Учитель года", held_on=on), participant, setting())


@pytest.mark.parametrize(
    ("on", "in_period", "found"),
    [
        (JUNE, True, (True, ["contest"])),
        (date(2026, 1, 1), True, (True, ["contest"])),
        (date(2025, 12, 31), True, (False, ["contest_earlier"])),
        (date(2025, 12, 31), False, (True, ["contest"])),
        (JUNE + DAY, False, (False, ["contest_not_held"])),
        (None, False, (False, ["contest_not_held"])),
    ],
)
def test_a_contest_counts_in_the_period_in_which_it_was_held(
    on: date | None, in_period: bool, found: tuple[bool, list[str]]
) -> None:
    assert holds(word("contest_held", in_period=in_period), contest(on), year(JUNE)) == found


def test_a_contest_counts_where_its_participant_was_on_that_day() -> None:
    moved = person(terms=(StaffTerm(None, Role.TEACHER, "s1"), StaffTerm(JUNE, Role.TEACHER, "s2")))
    held = contest(JUNE - DAY, moved)
    assert held.slices(JUNE + DAY) == (WHOLE, Slice(SliceKind.SCHOOL, "s1"))
    assert contest(None, moved).slices(JUNE) == (WHOLE,)
