"""A Moodle framework becomes rows of the sheet competencies."""

from connector.moodle.competencies import FoundCompetency, Framework, framework_called
from connector.services.imports.frameworks import read_framework

TREE = (
    FoundCompetency("1", "METH", "Методическая", None),
    FoundCompetency("2", "METH.1", "Планирование урока", "1"),
    FoundCompetency("3", "METH.1.1", "Цель урока", "2"),
    FoundCompetency("4", "OTHER", "Прочее", None),
    FoundCompetency("5", None, "Без кода", "4"),
    FoundCompetency("6", "DIGI", "Цифровая", None),
)


def rows(**given: object) -> dict[str, tuple[str | None, str | None]]:
    read = read_framework(TREE, **given)  # type: ignore[arg-type]
    sheet = read.workbook.sheets["competencies"]
    assert not read.workbook.findings.faults
    return {str(r.key): (r.values["title"], r.values["area"]) for r in sheet.rows}


def test_the_area_is_the_nearest_node_that_is_called_like_one() -> None:
    assert rows() == {
        "METH.1": ("Планирование урока", "methodical"),
        "METH.1.1": ("Цель урока", "methodical"),
        "OTHER": ("Прочее", None),
        # It gathers nothing, so it is a competency that lies in its own area.
        "DIGI": ("Цифровая", "digital"),
    }


def test_what_was_chosen_by_hand_stays_and_the_rest_gets_the_chosen_area() -> None:
    assert rows(area="subject")["OTHER"] == ("Прочее", "subject")
    assert rows(area="subject", kept={"OTHER": "managerial"})["OTHER"][1] == "managerial"
    assert rows(kept={"METH.1": "subject"})["METH.1"][1] == "methodical"


def test_what_has_no_code_is_told_and_left_out() -> None:
    read = read_framework(TREE)
    assert (read.unnamed, read.areas) == (("Без кода",), ("Методическая",))


def test_a_tree_that_bites_its_tail_ends() -> None:
    ring = (FoundCompetency("1", "A", "А", "2"), FoundCompetency("2", "B", "Б", "1"))
    assert len(read_framework(ring).workbook.sheets["competencies"].rows) == 2


def test_a_framework_is_found_by_idnumber_before_its_number() -> None:
    one, two = Framework("1", "2", "Первая"), Framework("2", "X", "Вторая")
    assert framework_called([one, two], "2") is one
    assert framework_called([one, two], "1") is one
    assert framework_called([one, two], "nope") is None
