from contextlib import suppress
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from connector.domain.catalogue import TargetKind
from connector.spreadsheets import fields
from connector.spreadsheets.sheets import SHEETS


def load(cell: fields.Cell, value: Any) -> Any:
    return cell.deserialize(value)


@pytest.mark.parametrize(
    "written", ["2026-09-01", "01.09.2026", "1.9.2026", "01.09.2026 г.", datetime(2026, 9, 1)]
)
def test_a_day_is_iso_russian_or_a_real_date(written: Any) -> None:
    assert load(fields.Day(), written) == "2026-09-01"


@pytest.mark.parametrize(
    "written",
    ["2026-13-01", "31.02.2026", "вчера", 46266, 46266.0, True, time(12), "2026-9-1",
     datetime(2026, 9, 1, 12, 30), "0001-01-01", "٢٠٢٦-09-01"],
)  # fmt: skip
def test_what_is_no_day_is_told_what_a_day_looks_like(written: Any) -> None:
    with pytest.raises(ValidationError, match="ожидается дата вида 2026-09-01 или"):
        load(fields.Day(), written)


@pytest.mark.parametrize("written", ["да", "Да", "1", 1, 1.0, "true", "x", "Х", "+", True])
def test_yes_is_written_in_many_ways(written: Any) -> None:
    assert load(fields.YesNo(), written) is True


@pytest.mark.parametrize("written", ["нет", "0", 0, 0.0, "false", "-", False])
def test_no_is_written_in_many_ways(written: Any) -> None:
    assert load(fields.YesNo(), written) is False


@pytest.mark.parametrize("written", ["может быть", 2, date(2026, 1, 1)])
def test_neither_yes_nor_no_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError, match="ожидается да или нет"):
        load(fields.YesNo(), written)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (1001.0, "1001"),
        (1001, "1001"),
        (" 1001 ", "1001"),
        ("0012", "0012"),
        ("1001\u00a0", "1001"),
    ],
)
def test_a_personnel_number_is_text_however_excel_holds_it(written: Any, stored: str) -> None:
    assert load(fields.PersonnelNumber(), written) == stored


@pytest.mark.parametrize("written", [datetime(2026, 3, 10), time(3, 10)])
def test_a_code_that_excel_made_a_date_is_refused(written: Any) -> None:
    with pytest.raises(ValidationError, match="текстовый формат"):
        load(fields.Code(), written)


@pytest.mark.parametrize("written", ["а|б", "а\nб", "x" * 61, "a\x00b", "#REF!", "\ud800"])
def test_what_no_key_can_hold_is_no_code(written: str) -> None:
    with pytest.raises(ValidationError, match="ожидается код"):
        load(fields.Code(), written)


def test_a_date_in_a_text_reads_as_people_write_it() -> None:
    assert load(fields.Text(), datetime(2026, 4, 25)) == "25.04.2026"


def test_a_list_is_split_by_semicolons_without_blanks_and_repeats() -> None:
    assert load(fields.Listing(fields.Text()), "физика; химия;;физика ; ") == ["физика", "химия"]
    assert load(fields.Listing(fields.Code()), 12.0) == ["12"]


def test_a_choice_takes_codes_and_russian_words() -> None:
    role = SHEETS["staff"].by_name["role"].type
    assert [load(role, word) for word in ("teacher", "Учитель", "педагог")] == ["teacher"] * 3
    kind = SHEETS["schools"].by_name["kind"].type
    assert load(kind, "Детский  сад") == "kindergarten"
    with pytest.raises(ValidationError, match=r"учитель \(teacher\)"):
        load(role, "директор школы")


def test_a_target_is_stored_in_the_form_of_the_domain() -> None:
    target = fields.TargetText(tuple(TargetKind))
    assert load(target, "quiz: D1 >= 60,50 %".replace(": ", ":")) == "quiz:D1>=60.5"
    assert load(target, "manual") == "manual"
    final = SHEETS["programmes"].by_name["final"].type
    with pytest.raises(ValidationError, match="activity:X"):
        load(final, "course:C1")


@pytest.mark.parametrize("written", ["ivanova@school.ru", "И.Ванова@школа.рф", "a+b@c-d.org"])
def test_an_address_may_be_russian(written: str) -> None:
    assert load(fields.Email(), written) == written


@pytest.mark.parametrize("written", ["ivanova", "a@b", "a b@c.ru", "a@b@c.ru"])
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="адрес электронной почты"):
        load(fields.Email(), written)


@pytest.mark.parametrize("written", ["2026/2027", "2026-2027", "2026 / 2027"])
def test_an_academic_year_has_two_years(written: str) -> None:
    assert load(fields.AcademicYear(), written) == "2026/2027"


@pytest.mark.parametrize("written", ["2026", "2026/2028", 2026, "2027/2026"])
def test_another_year_is_no_academic_year(written: Any) -> None:
    with pytest.raises(ValidationError, match="2026/2027"):
        load(fields.AcademicYear(), written)


def test_a_scope_is_the_municipality_a_school_or_an_association() -> None:
    scope = fields.Scope()
    assert load(scope, "Муниципалитет") == "municipality"
    assert load(scope, "школа: S1") == "school:S1"
    assert load(scope, "association:MMO") == "association:MMO"
    with pytest.raises(ValidationError, match="school:КОД"):
        load(scope, "S1")


CELLS = st.one_of(
    st.text(),
    st.text(alphabet="0123456789.-/:;>=% quizcoursemanual"),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
)


@given(CELLS.filter(lambda cell: not isinstance(cell, str) or bool(cell.strip())))
def test_any_cell_is_typed_or_refused(value: Any) -> None:
    for column in (column for sheet in SHEETS.values() for column in sheet.columns):
        with suppress(ValidationError):
            column.type.deserialize(value)


def test_signs_that_turn_the_direction_of_writing_are_left_out() -> None:
    assert load(fields.Text(), "Ива\u202eнова\u2066") == "Иванова"
