"""What a municipality insists on are letters that there are; others are faults with their line."""

import pytest

from connector.domain.preferences import STANDARD
from connector.rulebook import RulesRefused, load_rules
from tests.unit.rulebook.memory_folder import MUNICIPALITY, MemoryFolder, folder
from tests.unit.rulebook.test_rulebook_loader import load, refusals
from tests.unit.rulebook.test_rulebook_notices import NOTICES


def settings(letters: str) -> str:
    return f"{MUNICIPALITY}letters:\n  {letters}\n"


def told(letters: str, **more: str) -> list[str]:
    return [
        str(one)
        for one in refusals(municipality=settings(letters), notices=NOTICES, **more)
        if "municipality.yaml" in str(one)
    ]


@pytest.mark.parametrize(
    "letters",
    [
        "forced: [route_stalled.methodist, stall_handed, '*.mentor']",
        "{forced: [], unasked: [plan_met.head, young_without_support.methodist]}",
        "forced: [young_without_support]",
        "forced: [alarm_moodle_down, '*.administrator']",
    ],
)
def test_names_of_letters_that_there_are_are_taken(letters: str) -> None:
    rules = load(municipality=settings(letters), notices=NOTICES)
    assert rules.letter_policy != STANDARD


@pytest.mark.parametrize(
    ("letters", "word"),
    [
        ("forced: [route_stoped.methodist]", "имелось в виду «route_stalled»"),
        ("unasked: [plan_mett.head]", "имелось в виду «plan_met»"),
        ("forced: [plan_met.teacher]", "возможны: head, methodist"),
        ("forced: [young_without_support.mentor]", "возможны: head, methodist"),
        ("forced: [sign_in_link]", "кто сам попросил"),
        ("unasked: [alarm_moodle_down]", "обязательны всегда"),
        ("unasked: ['*.administrator']", "обязательны всегда"),
        ("{forced: [plan_met], unasked: [plan_met]}", "и в forced, и в unasked"),
    ],
)
def test_other_names_are_faults_at_their_line(letters: str, word: str) -> None:
    (one,) = told(letters)
    # The key of the list stands in the sixth line, behind an empty one.
    assert one.startswith("test/municipality.yaml:6: ")
    assert word in one


def test_every_wrong_name_is_told_at_once() -> None:
    assert len(told("{forced: [one_thing, plan_met.mentor], unasked: [another_thing]}")) == 3


def test_a_rule_that_is_faulty_otherwise_is_a_kind_all_the_same() -> None:
    faulty = NOTICES.replace("younger_than", "younger_then")
    faults = refusals(municipality=settings("forced: [young_without_support]"), notices=faulty)
    assert [one for one in faults if "municipality.yaml" in str(one)] == []


def test_what_python_tells_is_a_kind_by_its_letter() -> None:
    plain = folder(municipality=settings("forced: [plan_late.head, plan_late.mentor]"))
    texts = {entry.name: entry.read_bytes().decode() for entry in plain.iterdir()}
    with pytest.raises(RulesRefused) as refused:
        load_rules("test", [MemoryFolder({**texts, "letters/plan_late.head.txt": "# План\n"})])  # type: ignore[list-item]
    assert [str(one) for one in refused.value.faults] == [
        "test/municipality.yaml:6: plan_late.mentor: «plan_late» в этой роли не приходит никому, "
        "возможны: head"
    ]
