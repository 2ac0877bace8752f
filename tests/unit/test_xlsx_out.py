"""A written workbook is read back by others, cell for cell."""

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from connector.spreadsheets.xlsx_out import LONGEST, write_texts

HEAD = (("Показатель",), (), ("Кто", "Почему"))


def read(*rows: tuple[str, ...]) -> Any:
    file = BytesIO()
    write_texts(file, "Список & всё", HEAD, rows, (30, 80))
    return load_workbook(BytesIO(file.getvalue())).active


def test_heads_rows_and_widths_are_where_they_were_put() -> None:
    sheet = read(("Белов", "Диагностика"), ("Громова", ""))
    assert sheet.title == "Список & всё"
    assert sheet.freeze_panes == "A4"
    assert sheet.column_dimensions["B"].width == 80
    assert sheet["A1"].font.bold
    assert sheet["B3"].value == "Почему"
    assert [cell.value for cell in sheet[4]] == ["Белов", "Диагностика"]
    assert not sheet["A4"].font.bold
    assert sheet["B4"].alignment.wrap_text


@pytest.mark.parametrize(
    "text", ["=1+1", "+7", "@a", "-", "007", "2026-01-01", "<b>&amp;", "  x  "]
)
def test_a_text_stays_that_text(text: str) -> None:
    cell = read((text,))["A4"]
    assert (cell.value, cell.data_type) == (text, "s")


def test_what_no_cell_can_hold_is_left_out() -> None:
    sheet = read(("а\x00б\ud800в\x1f", "х" * 40_000))
    assert sheet["A4"].value == "абв"
    assert len(sheet["B4"].value) == LONGEST


writable = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="_\ufffe\uffff")


@given(st.lists(st.text(writable, min_size=1, max_size=20), min_size=2, max_size=4))
def test_any_text_can_be_written(texts: list[str]) -> None:
    assert [cell.value for cell in read(tuple(texts))[4]] == texts
