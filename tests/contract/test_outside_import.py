"""Spreadsheets of contract 3: everything checked before anything is written."""

from pathlib import Path
from typing import Any

import pytest

from tests.contract.outside_command import Command, Ended
from tests.contract.outside_sheets import Sheets, write_folder, write_workbook

SCHOOLS = """
code | name | kind
A | Школа А | school
B | Школа Б | school
"""
HEAD = "personnel_no|last_name|first_name|role|school|employed_from"
STAFF = "\n".join(
    [HEAD, *(f"P-{n:02} | Петров | Пётр | teacher | A | 2020-01-01" for n in range(1, 21))]
)
MOVED = STAFF.replace("Пётр | teacher | A", "Пётр | teacher | B", 1)
"""P-01 works in school B now."""
BASE: Sheets = {"schools": SCHOOLS, "staff": STAFF}


class Importer:
    """One municipality filled step by step, over one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.command = Command(folder / "data")
        self.command.folder.mkdir()
        self.count = 0

    def sheets(self, sheets: Sheets) -> Path:
        self.count += 1
        return write_folder(self.folder / f"sheets{self.count}", sheets)

    def bring(self, path: Path, *options: str) -> Ended:
        return self.command("import", path, "--municipality", "korolev", "--json", *options)


@pytest.fixture(scope="module")
def importer(tmp_path_factory: pytest.TempPathFactory) -> Importer:
    return Importer(tmp_path_factory.mktemp("importer"))


def _counts(ended: Ended, sheet: str) -> tuple[int, int, int, int]:
    told = ended.document["sheets"][sheet]
    return told["added"], told["changed"], told["ended"], told["unchanged"]


def test_faults_come_all_at_once_with_their_places(importer: Importer) -> None:
    sheets = {
        "schools": SCHOOLS + "C | | castle\n",
        "closed_days": "from|until|colour\n2026-01-01|2026-01-02|red",
        "staff": STAFF.replace("P-03 | Петров", "P-03 | ").replace(
            "P-05 | Петров | Пётр | teacher | A | 2020-01-01",
            "P-05 | Петров | Пётр | wizard | X | 31.02.2020",
        ),
        "programmes": "source|course|title|final\ntown|PR|Курс|quiz:F>=many",
        "support": "personnel_no|form|from|until\nP-99|club|2026-01-02|2026-01-01",
        "weather": "day\nsunny",
    }
    ended = importer.bring(importer.sheets(sheets))
    assert ended.code == 1
    faults = ended.document["faults"]
    assert all({"sheet", "row", "column", "expected"} <= set(each) for each in faults)
    places = {(each["sheet"], each["row"], each["column"]) for each in faults}
    assert places >= {
        ("schools", 4, "name"),
        ("schools", 4, "kind"),
        ("staff", 4, "last_name"),
        ("staff", 6, "role"),
        ("staff", 6, "school"),
        ("staff", 6, "employed_from"),
        ("programmes", 2, "final"),
        ("support", 2, "personnel_no"),
        ("closed_days", 1, "colour"),
    }
    assert "weather" in {each["sheet"] for each in faults}


def test_a_dry_run_writes_nothing_and_says_the_same(importer: Importer) -> None:
    path = importer.sheets(BASE)
    tried = importer.bring(path, "--dry-run")
    assert (tried.code, _counts(tried, "staff")) == (0, (20, 0, 0, 0))
    done = importer.bring(path)
    assert (done.code, _counts(done, "staff")) == (0, (20, 0, 0, 0))
    assert done.document["faults"] == []


def test_the_same_again_changes_nothing_in_the_other_form(importer: Importer) -> None:
    again = importer.bring(write_workbook(importer.folder / "same.xlsx", BASE))
    assert (again.code, _counts(again, "staff")) == (0, (0, 0, 0, 20))
    assert _counts(again, "schools") == (0, 0, 0, 2)


def test_a_change_of_school_holds_from_its_day(importer: Importer) -> None:
    # As Excel saves it in a Russian Windows: a mark at the start, semicolons.
    folder = importer.folder / "excel"
    folder.mkdir()
    text = MOVED.replace(" | ", ";").replace("|", ";")
    (folder / "Сотрудники.csv").write_text(text, encoding="utf-8-sig", newline="\r\n")
    ended = importer.bring(folder, "--effective", "2026-09-01")
    assert (ended.code, _counts(ended, "staff")) == (0, (0, 1, 0, 19))


def test_more_than_a_tenth_is_not_ended_unconfirmed(importer: Importer) -> None:
    rest = "\n".join(MOVED.splitlines()[:18])
    path = importer.sheets({"staff": rest})
    effective = ("--effective", "2026-10-01")
    refused = importer.bring(path, *effective)
    assert refused.code == 1
    assert "3" in "".join(each["expected"] for each in refused.document["faults"])
    agreed = importer.bring(path, *effective, "--ends", "3")
    assert (agreed.code, _counts(agreed, "staff")) == (0, (0, 0, 3, 17))


def test_one_of_seventeen_is_ended_without_asking(importer: Importer) -> None:
    rest = "\n".join(MOVED.splitlines()[:17])
    ended = importer.bring(importer.sheets({"staff": rest}), "--effective", "2026-10-02")
    assert (ended.code, _counts(ended, "staff")) == (0, (0, 0, 1, 16))


def test_a_sheet_that_is_not_there_ends_nobody(importer: Importer) -> None:
    ended = importer.bring(importer.sheets({"schools": SCHOOLS}), "--effective", "2026-10-03")
    assert ended.code == 0
    assert "staff" not in ended.document["sheets"]


def test_each_day_has_the_people_of_that_day(importer: Importer) -> None:
    days = {
        # A first import holds from employed_from, a change from its day: P-01 has moved.
        "2026-08-31": {"A": 20},
        "2026-09-01": {"A": 19, "B": 1},
        # Three ended on the day before the import.
        "2026-09-30": {"A": 19, "B": 1},
        "2026-10-01": {"A": 16, "B": 1},
    }
    asked = (
        ("shares", "korolev", "--by", "school", "--period", day[:4], "--as-of", day) for day in days
    )
    *shares, recount = importer.command.documents(*asked, ("recount", "--verify"))
    assert dict(zip(days, map(_populations, shares), strict=True)) == days
    assert recount["differences"] == 0


def _populations(shares: dict[str, Any]) -> dict[str, int]:
    """How many of all staff each school has, by the first indicator."""
    return {each["code"]: each["population"] for each in shares["indicators"][0]["slices"]}
