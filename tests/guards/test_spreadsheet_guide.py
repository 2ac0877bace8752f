"""The guide for methodists names every sheet and column that the code declares, and no other."""

import re
from pathlib import Path

from connector.spreadsheets.sheets import SHEETS

GUIDE = Path(__file__).parents[2] / "docs" / "ru" / "spreadsheets.md"


def test_the_guide_shows_the_sheets_and_columns_that_exist() -> None:
    documented: dict[str, list[tuple[str, str, str]]] = {}
    for line in GUIDE.read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"### (.+) \(`(\w+)`\)", line):
            columns = documented.setdefault(heading[2], [])
            assert heading[1] == SHEETS[heading[2]].titles[0]
        elif row := re.match(r"\| `(\w+)`( ✱| !|) \| ([^|]+) \|", line):
            columns.append((row[1], row[3], row[2].strip()))
    declared = {
        name: [
            (c.name, c.titles[0], "✱" if c.name in sheet.key else "!" * c.required)
            for c in sheet.columns
        ]
        for name, sheet in SHEETS.items()
    }
    assert documented == declared
