from typing import Any

from connector.spreadsheets.faults import Findings
from connector.spreadsheets.rows import TypedSheet, typed
from connector.spreadsheets.sheets import SHEETS


def read(sheet: str, *rows: tuple[Any, ...]) -> tuple[TypedSheet, list[str]]:
    findings = Findings()
    found = typed(SHEETS[sheet], rows, findings)
    return found, [str(fault) for fault in findings.faults]


def test_russian_headers_read_like_english_ones() -> None:
    english, _ = read("staff", ("personnel_no", "last_name", "role"), ("7", "Ёлкина", "teacher"))
    russian, faults = read(
        "staff", ("Табельный_номер *", "ФАМИЛИЯ", "роль:"), (7.0, " Ёлкина", "Учитель")
    )
    assert faults == []
    assert russian.rows == english.rows
    assert russian.rows[0].values == {"personnel_no": "7", "last_name": "Ёлкина", "role": "teacher"}


def test_empty_rows_are_skipped_and_numbers_stay_those_of_the_file() -> None:
    found, faults = read("support", (None,), ("personnel_no", "form"), ("", " "), ("7", "клуб"))
    assert faults == []
    assert [(row.number, row.key) for row in found.rows] == [(4, "7|клуб|")]


def test_all_faults_of_a_sheet_come_at_once_with_their_places() -> None:
    _, faults = read(
        "staff",
        ("personnel_no", "last_name", "email", "role", "salary", "birth_date"),
        ("7", "Ёлкина", "нет", "врач", 5, "1.1.90"),
        (None, "Орлов", None, "учитель", None, None),
    )
    assert [fault.split(": ожид")[0].split("; ожид")[0] for fault in faults] == [
        "лист «staff», строка 1, колонка «salary»: неизвестная колонка",
        "лист «staff», строка 2, колонка «email»",
        "лист «staff», строка 2, колонка «role»",
        "лист «staff», строка 2, колонка «birth_date»",
        "лист «staff», строка 3, колонка «personnel_no»: обязательное значение, ячейка пуста",
    ]


def test_a_missing_key_column_is_a_fault_and_another_is_not() -> None:
    _, faults = read("mentorships", ("mentor",), ("7",))
    assert faults == [
        "лист «mentorships», строка 1, колонка «mentee»: нет обязательной колонки «Наставляемый»"
    ]
    found, faults = read("staff", ("personnel_no",), ("7",))
    assert (faults, found.rows[0].key) == ([], "7")


def test_a_header_twice_and_cells_without_a_header_are_faults() -> None:
    _, faults = read("schools", ("code", "Код", None), ("S1", "S2", "?"))
    assert faults == [
        "лист «schools», строка 1, колонка «code»: колонка встречается дважды",
        "лист «schools»: в 3-й колонке есть значения, а заголовка нет",
    ]


def test_an_empty_sheet_is_a_fault() -> None:
    assert read("staff", (None, " "))[1] == [
        "лист «staff»: ожидается строка заголовков, а лист пуст"
    ]


def test_a_key_twice_names_the_row_it_repeats() -> None:
    found, faults = read("schools", ("code", "name"), ("S1", "А"), ("S1", "Б"))
    assert faults == ["лист «schools», строка 3: повторяет строку 2: code совпадают"]
    assert len(found.rows) == 1


def test_a_span_must_not_end_before_it_begins() -> None:
    _, faults = read("support", ("personnel_no", "form", "from", "until"),
                     ("7", "клуб", "02.09.2026", "01.09.2026"))  # fmt: skip
    assert faults == [
        "лист «support», строка 2, колонка «until»: "
        "ожидается дата не раньше, чем в колонке from (2026-09-02)"
    ]


def test_a_question_has_a_slot_or_a_category() -> None:
    header = ("source", "quiz", "slot", "category", "competency")
    _, faults = read(
        "questions",
        header,
        ("m", "D", 1, "К", "C1"),
        ("m", "D", "", "", "C1"),
        ("m", "D", 2, "", "C1"),
    )
    assert [fault.split(":")[0] for fault in faults] == [
        "лист «questions», строка 2, колонка «slot»",
        "лист «questions», строка 3, колонка «slot»",
    ]


def test_slot_3_and_a_category_called_3_are_two_questions() -> None:
    found, faults = read(
        "questions", ("source", "quiz", "slot", "category", "competency"),
        ("m", "D", 3, None, "C1"), ("m", "D", None, "3", "C1"),
    )  # fmt: skip
    assert faults == []
    assert len({row.key for row in found.rows}) == 2


def test_the_step_of_a_piece_of_evidence_may_be_written_with_a_colon() -> None:
    header = ("id", "personnel_no", "kind", "target", "happened_at")
    found, faults = read(
        "evidence", header,
        ("1", "7", "шаг", "2026/1:2", "2026-09-01"), ("2", "7", "шаг", "второй", "2026-09-01"),
        ("3", "7", "программа", "PK-1", "2026-09-01"),
    )  # fmt: skip
    assert found.rows[0].values["target"] == "2026/1/2"
    assert [fault.split(": ")[0] for fault in faults] == [
        "лист «evidence», строка 3, колонка «target»"
    ]


def test_nobody_mentors_themselves() -> None:
    _, faults = read("mentorships", ("mentor", "mentee"), ("7", "7"))
    assert faults == [
        "лист «mentorships», строка 2, колонка «mentee»: ожидается другой человек, чем наставник"
    ]


def test_a_roadmap_item_without_a_scope_is_the_municipalitys() -> None:
    bare, _ = read("roadmap", ("number", "title"), ("1", "Семинар"))
    full, _ = read("roadmap", ("scope", "number", "title"), ("муниципалитет", "1", "Семинар"))
    assert bare.rows[0].key == full.rows[0].key == "municipality|1|"


def test_long_titles_still_make_different_keys_that_fit() -> None:
    header = ("title", "author")
    found, faults = read("practices", header, ("т" * 400 + "1", "7"), ("т" * 400 + "2", "7"))
    keys = {row.key for row in found.rows if row.key}
    assert faults == []
    assert len(keys) == 2
    assert all(len(key) <= 300 for key in keys)


def test_a_file_of_noise_does_not_fill_the_memory_with_faults() -> None:
    rows = [("personnel_no", "email")] + [(str(n), "нет") for n in range(10_050)]
    _, faults = read("staff", *rows)
    assert len(faults) == 10_001
    assert faults[-1] == "и ещё ошибок: 50"
