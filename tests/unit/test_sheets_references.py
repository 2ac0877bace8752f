from typing import Any

from connector.spreadsheets.references import sources, unmet
from connector.spreadsheets.workbook import Workbook


def workbook(**sheets: list[tuple[Any, ...]]) -> Workbook:
    made = Workbook()
    for name, rows in sheets.items():
        made.add(name, rows)
    assert made.findings.faults == []
    return made


def places(book: Workbook) -> list[tuple[str, int, str, str]]:
    return [(r.sheet, r.row, r.column, r.key) for r in unmet(book)]


def test_what_the_workbook_has_itself_is_met() -> None:
    book = workbook(
        staff=[
            ("personnel_no", "school", "associations", "regional_methodist"),
            ("7", "S1", "M;S", "8"),
            ("8", None, None, None),
        ],
        schools=[("code", "head"), ("S1", "8")],
        associations=[("code", "parent"), ("M", None), ("S", "M")],
        routes=[("personnel_no", "number", "starts_on"), ("7", "1", "2026-09-01")],
        steps=[("personnel_no", "number", "order", "target"), ("7", "1", 1, "manual")],
        evidence=[
            ("id", "personnel_no", "kind", "target", "happened_at"),
            ("e", "7", "step", "1/1", "2026-09-02"),
        ],
        assignments=[
            ("personnel_no", "duty", "of"),
            ("8", "methodist", "S1"),
            ("8", "deputy", "7"),
        ],
        decisions=[("number", "scope", "decided_on"), ("1", "school:S1", "2026-09-01")],
        roadmap=[("scope", "number"), ("M", "1"), ("municipality", "2")],
    )
    assert places(book) == []


def test_what_nobody_knows_is_named_with_its_place() -> None:
    book = workbook(
        staff=[("personnel_no", "school", "associations"), ("7", "S9", "M;S")],
        schools=[("code", "head"), ("S1", "9")],
        steps=[("personnel_no", "number", "order", "target"), ("7", "1", 1, "manual")],
        evidence=[
            ("id", "personnel_no", "kind", "target", "happened_at"),
            ("e", "7", "step", "1/2", "2026-09-02"),
        ],
        decisions=[
            ("number", "analysis", "scope", "decided_on"), ("1", "A", "school:S7", "2026-09-01"),
        ],
    )  # fmt: skip
    assert sorted(places(book)) == [
        ("decisions", 2, "analysis", "A"),
        ("decisions", 2, "scope", "S7"),
        ("evidence", 2, "target", "7|1|2"),
        ("schools", 2, "head", "9"),
        ("staff", 2, "associations", "M"),
        ("staff", 2, "associations", "S"),
        ("staff", 2, "school", "S9"),
        ("steps", 2, "number", "7|1"),
    ]
    expected = {r.column: r.expected for r in unmet(book)}
    assert expected["head"] == "ожидается табельный номер сотрудника (лист staff), а «9» неизвестен"


def test_a_row_at_fault_is_still_there_for_others() -> None:
    book = Workbook()
    book.add("staff", [("personnel_no", "email"), ("7", "нет")])
    book.add("support", [("personnel_no", "form"), ("7", "клуб")])
    assert len(book.findings.faults) == 1
    assert places(book) == []


def test_sources_are_gathered_once() -> None:
    book = workbook(
        diagnostics=[("source", "quiz"), ("m", "D"), ("m", "E")],
        programmes=[("source", "course"), ("n", "C")],
    )
    assert sources(book) == {"m": ("diagnostics", 2), "n": ("programmes", 2)}


def test_unknown_and_repeated_sheets_are_faults() -> None:
    book = Workbook()
    book.add("Сотрудники", [("personnel_no",), ("7",)])
    book.add("staff", [("personnel_no",), ("8",)])
    book.add("Лист1", [])
    first, second = book.findings.faults
    assert str(first) == "лист «staff»: лист staff встречается дважды"
    assert str(second).startswith("лист «Лист1»: неизвестный лист; ожидается один из: schools (Шк")
