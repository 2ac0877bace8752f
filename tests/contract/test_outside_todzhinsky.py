"""Тоджинский кожуун by spreadsheets alone: the command's figures, worked out by hand (domain 5).

The town of tests/integration/spine/todzhinsky_town.py before Moodle said anything: no diagnostic,
no deficit, and of the completions only those entered by hand.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.contract.outside_command import Command
from tests.integration.spine.todzhinsky_town import CATALOGUE, PEOPLE, PLACES, RECORDS

WHEN = ("--period", "2026", "--as-of", "2026-11-23")
FIGURES: dict[str, tuple[int, int, float | None]] = {
    "staff_register": (5, 8, 0.625),
    # T2's course, without a deficit; T7 is gone, T8's programme is for teams.
    "training_by_diagnosis": (0, 1, 0.0),
    "addressed_programmes": (0, 0, None),
    "heads": (1, 2, 0.5),
    "roadmap_done": (6, 16, 0.375),
    "documents": (4, 21, 0.1905),
    "practices": (2, 3, None),
    "contests": (2, 3, None),
    "rural_multisubject": (2, 3, 0.6667),
    # T5's course is not known yet.
    "attestation": (2, 4, 0.5),
}


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Over a folder into which the sheets were imported."""
    folder = tmp_path_factory.mktemp("todzhinsky")
    sheets = folder / "sheets"
    sheets.mkdir()
    for name, text in {**PLACES, **PEOPLE, **CATALOGUE, **RECORDS}.items():
        (sheets / f"{name}.csv").write_text(text, encoding="utf-8")
    made = Command(folder / "data")
    assert made("db", "upgrade").code == 0
    source = ("--dialect", "native", "--municipality", "todzhinsky")
    made.document("sources", "add", "moodle", *source)
    imported = import_sheets(made, sheets)
    assert imported["sheets"]["documents"]["added"] == 5
    return made


def import_sheets(command: Command, sheets: Path) -> Any:
    document = command.document("import", sheets, "--municipality", "todzhinsky")
    assert document["faults"] == []
    return document


def test_the_shares_are_those_worked_out_by_hand(command: Command) -> None:
    document = command.document("shares", "todzhinsky", *WHEN)
    found = {
        one["code"].removeprefix("todzhinsky."): (one["achieved"], one["population"], one["share"])
        for one in document["indicators"]
    }
    assert found == FIGURES


def test_a_count_is_told_as_a_number(command: Command) -> None:
    told = command("shares", "todzhinsky", *WHEN).out.splitlines()
    place = next(n for n, line in enumerate(told) if line.startswith("todzhinsky.practices"))
    assert told[place + 1].strip() == "2"


REASONS = {
    "documents": {
        "2.1": "Имеется с 12.01.2026 → засчитано",
        "5.1": "На отчётную дату документа нет",
        "7.1": "Нет в перечне документов",
    },
    "roadmap_done": {
        "municipality|8|2022-Q1": "Выполнено 10.03.2022 → засчитано",
        "municipality|9|": "Срок без даты: По медиаплану информационного сопровождения",
    },
    "practices": {"Музей|T3": "Опубликована 01.09.2026, но без ссылки"},
    "heads": {"T6": "В периоде не оценён по критериям: Базовая подготовка"},
}


def test_subjects_say_why_they_count_or_not(command: Command) -> None:
    asked = [("explain", "todzhinsky", f"todzhinsky.{code}", *WHEN) for code in REASONS]
    documents = command.documents(*asked)
    for expected, document in zip(REASONS.values(), documents, strict=True):
        told = {
            found["subject"]: [because["text"] for because in found["because"]]
            for found in document["subjects"]
        }
        for subject, text in expected.items():
            assert text in told[subject]


def test_a_recount_finds_nothing_else(command: Command, tmp_path: Path) -> None:
    # The same sheets once more change nothing.
    for name, text in {**PLACES, **PEOPLE, **CATALOGUE, **RECORDS}.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    again = import_sheets(command, tmp_path)
    assert {counts["changed"] for counts in again["sheets"].values()} == {0}
    assert command.document("recount", "--verify")["differences"] == 0
