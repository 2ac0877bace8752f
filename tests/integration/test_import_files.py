"""Workbooks on disk: folders of CSV files in every usual form, and files that are none."""

from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.spreadsheets.faults import WorkbookRefused
from connector.spreadsheets.workbook import read_workbook


def folder(at: Path, **files: bytes) -> Path:
    for name, content in files.items():
        (at / f"{name}.csv").write_bytes(content)
    return at


def test_a_folder_of_csv_files_reads_like_a_workbook(tmp_path: Path) -> None:
    made = folder(
        tmp_path,
        Сотрудники='\ufeffТабельный номер;Фамилия;Предметы\r\n1;Ёлкина;"физика;химия"\r\n'.encode(),
        schools=b"code,name\n\nS1,School\n",
        support="personnel_no\tform\n1\tклуб; кружок\n".encode(),
    )
    (made / "README.txt").write_text("not a sheet")
    (made / ".schools.csv").write_text("left by an editor")
    book = read_workbook(made)
    assert book.findings.faults == []
    assert book.sheets["staff"].rows[0].values["subjects"] == ["физика", "химия"]
    assert [(row.number, row.key) for row in book.sheets["schools"].rows] == [(3, "S1")]
    assert book.sheets["support"].rows[0].values["form"] == "клуб; кружок"


def test_rows_are_numbered_as_a_spreadsheet_program_does(tmp_path: Path) -> None:
    content = 'code,name\nS1,"Школа\n№ 1"\nS1,Другая\n'.encode()
    book = read_workbook(folder(tmp_path, schools=content))
    assert [fault.row for fault in book.findings.faults] == [3]


def test_xlsx_and_csv_give_the_same_rows(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    made.active.title = "schools"
    for row in (("Код", "Название", "Сельская"), ("S1", "Школа", "да"), ("S2", "Сад", None)):
        made.active.append(row)
    made.save(tmp_path / "town.xlsx")
    folder(tmp_path, schools="Код;Название;Сельская\nS1;Школа;да\nS2;Сад;\n".encode())
    from_xlsx = read_workbook(tmp_path / "town.xlsx").sheets["schools"].rows
    assert from_xlsx == read_workbook(tmp_path).sheets["schools"].rows
    assert from_xlsx == read_workbook(tmp_path / "schools.csv").sheets["schools"].rows


def test_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    made = folder(
        tmp_path,
        schools="code;name\nS1;Школа\n".encode("cp1251"),
        staff=b"personnel_no;email\n1;no\n",
        salaries=b"personnel_no;salary\n",
    )
    texts = [str(fault) for fault in read_workbook(made).findings.faults]
    assert texts[0].startswith("лист «salaries»: неизвестный лист")
    assert texts[1] == (
        "лист «schools»: Файл schools.csv записан не в UTF-8. Сохраните его как «CSV UTF-8»."
    )
    assert texts[2].startswith("лист «staff», строка 2, колонка «email»: ожидается адрес")


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbookRefused, match="нет ни одного файла"):
        read_workbook(tmp_path)
    with pytest.raises(WorkbookRefused, match="не открывается"):
        read_workbook(tmp_path / "нет.xlsx")
    (tmp_path / "пусто.xlsx").write_bytes(b"")
    with pytest.raises(WorkbookRefused, match="Это не книга XLSX"):
        read_workbook(tmp_path / "пусто.xlsx")


@given(content=st.one_of(st.binary(max_size=300), st.text(max_size=300).map(str.encode)))
def test_any_bytes_called_csv_give_faults_at_worst(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    made = folder(tmp_path_factory.mktemp("noise"), staff=content)
    book = read_workbook(made)
    assert book.findings.faults or "staff" in book.sheets
