"""documents.yaml and roadmap.yaml: what there ought to be, with every fault at its line."""

from datetime import date

from connector.domain.records import Document
from connector.domain.roadmaps import Recurrence
from tests.unit.rulebook.test_rulebook_loader import load, refusals

DOCUMENTS = """
documents:
  - {code: "1.1", title: Программы развития}
  - {code: "6.8", title: Банк данных}
"""
ROADMAP = """
roadmap:
  - number: "2"
    title: Согласование условий
    term: до 25 апреля 2022 года
    due_on: 2022-04-25
    owner: Управление образования
  - number: "8"
    title: День методической службы
    term: Ежеквартально
    every: quarter
    from: 2022-01-01
    until: 2023-12-31
  - {number: "9", title: Освещение, term: По медиаплану}
"""


def test_the_rules_list_documents_and_a_roadmap() -> None:
    rules = load(documents=DOCUMENTS, roadmap=ROADMAP)
    listed = (Document("1.1", "Программы развития"), Document("6.8", "Банк данных"))
    assert rules.documents == listed
    once, often, some_day = rules.roadmap
    assert (once.item.due_on, once.item.owner) == (date(2022, 4, 25), "Управление образования")
    assert (often.every, often.first, often.last) == (
        Recurrence.QUARTER,
        date(2022, 1, 1),
        date(2023, 12, 31),
    )
    assert some_day.every is None
    assert some_day.item.due_on is None


def test_what_is_listed_is_part_of_what_judging_depends_on() -> None:
    digests = {
        load(documents=documents, roadmap=roadmap).digest
        for documents in (DOCUMENTS, None)
        for roadmap in (ROADMAP, None)
    }
    assert len(digests) == 4


def test_every_fault_of_a_list_is_told_with_its_line() -> None:
    faulty = """
roadmap:
  - {number: "1", title: Раз, every: quarter}
  - {number: "1", title: Два, due_on: 2022-04-25, from: 2022-01-01}
  - {number: "3", title: Три, every: weekly, from: 2022-01-01}
"""
    told = refusals(roadmap=faulty)
    assert any("roadmap.yaml:5" in one and "every" in one for one in told), told


def test_terms_that_contradict_themselves_are_refused() -> None:
    faulty = """
roadmap:
  - {number: "1", title: Раз, every: quarter}
  - {number: "1", title: Два, due_on: 2022-04-25, from: 2022-01-01}
  - {number: "3", title: Три, every: year, from: 2022-01-01, until: 2021-01-01}
  - {number: "4", title: Четыре, every: year, from: 2022-01-01, due_on: 2022-04-25}
"""
    told = refusals(roadmap=faulty)
    expected = [(3, "from"), (4, "1"), (4, "every"), (5, "until"), (6, "due_on")]
    for line, word in expected:
        assert any(f"roadmap.yaml:{line}" in one and word in one for one in told), (line, told)
