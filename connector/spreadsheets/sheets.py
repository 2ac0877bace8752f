"""All sheets of contract 3, by name."""

from collections.abc import Mapping

from connector.spreadsheets.columns import Sheet
from connector.spreadsheets.sheets_catalogue import CATALOGUE_SHEETS
from connector.spreadsheets.sheets_cycle import CYCLE_SHEETS
from connector.spreadsheets.sheets_people import PEOPLE_SHEETS
from connector.spreadsheets.sheets_routes import ROUTE_SHEETS
from connector.spreadsheets.spelling import plain

SHEETS: Mapping[str, Sheet] = {
    sheet.name: sheet for sheet in (*PEOPLE_SHEETS, *CATALOGUE_SHEETS, *ROUTE_SHEETS, *CYCLE_SHEETS)
}

_BY_TITLE: Mapping[str, Sheet] = {
    plain(title): sheet for sheet in SHEETS.values() for title in (sheet.name, *sheet.titles)
}


def sheet_called(title: str) -> Sheet | None:
    """The sheet of that English or Russian name, however it is spelled; None if there is none."""
    return _BY_TITLE.get(plain(title))
