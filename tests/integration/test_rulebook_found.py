"""Municipalities are found: installed plugins by entry point, YAML folders on the disk."""

from pathlib import Path

import pytest

from connector.rulebook import Rulebook
from connector.rulebook.documents import MAX_BYTES

MUNICIPALITY = "code: {code}\ntitle: Посёлок\ntimezone: Asia/Krasnoyarsk\n"
INDICATORS = """
indicators:
  - code: settlement.routes
    extends: routes
    title: Доля имеющих ИОМ
    population: {everyone: true}
    basis: {document: Положение, clause: "1"}
"""


def write(rules: Path, code: str, indicators: str = INDICATORS) -> Path:
    folder = rules / code
    folder.mkdir(parents=True)
    (folder / "municipality.yaml").write_text(MUNICIPALITY.format(code=code), encoding="utf-8")
    (folder / "indicators.yaml").write_text(indicators, encoding="utf-8")
    return folder


def test_the_shipped_plugins_are_found_and_whole() -> None:
    book = Rulebook.open()
    entries = {entry.municipality: entry for entry in book.plugins_list()}
    assert entries["korolev"].distribution == "connector-korolev"
    assert (entries["korolev"].indicators, entries["kuznetsk"].indicators) == (9, 9)
    assert entries["todzhinsky"].indicators == 10
    assert book.faults == {}


def test_a_folder_of_yaml_alone_makes_a_municipality(tmp_path: Path) -> None:
    write(tmp_path, "settlement")
    book = Rulebook.open(tmp_path)
    assert "settlement" in book.municipalities()
    assert str(book.rules("settlement").zone) == "Asia/Krasnoyarsk"
    (entry,) = (e for e in book.plugins_list() if e.municipality == "settlement")
    assert (entry.distribution, entry.indicators) == (None, 1)


def test_broken_folders_leave_everything_else_in_force(tmp_path: Path) -> None:
    write(tmp_path, "settlement")
    write(tmp_path, "broken", "indicators: [")
    (write(tmp_path, "huge") / "indicators.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    (write(tmp_path, "unreadable") / "indicators.yaml").unlink()
    (tmp_path / "unreadable" / "indicators.yaml").symlink_to("/nowhere/at/all.yaml")
    book = Rulebook.open(tmp_path)
    assert {"settlement", "korolev", "kuznetsk"} <= set(book.municipalities())
    assert sorted(book.faults) == ["broken", "huge", "unreadable"]


def test_letters_that_a_folder_alone_cannot_bring_are_told(tmp_path: Path) -> None:
    letters = write(tmp_path, "settlement") / "letters"
    letters.mkdir()
    assert Rulebook.open(tmp_path).faults == {}
    (letters / "step_done.txt").write_text("# Шаг\n", encoding="utf-8")
    (fault,) = Rulebook.open(tmp_path).faults["settlement"]
    assert str(fault).startswith("settlement/letters/step_done.txt: папка правил без плагина")


def test_a_folder_cannot_take_an_installed_plugins_place(tmp_path: Path) -> None:
    write(tmp_path, "korolev")
    book = Rulebook.open(tmp_path)
    assert len(book.rules("korolev").indicators) == 9
    (fault,) = book.faults["korolev"]
    assert "назван дважды" in fault.message


@pytest.mark.parametrize("name", [".git", "__pycache__"])
def test_hidden_folders_name_no_municipality(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert name not in Rulebook.open(tmp_path).faults


def test_a_rules_folder_that_is_not_there_names_nobody(tmp_path: Path) -> None:
    assert Rulebook.open(tmp_path / "missing").faults == {}
