"""A Moodle competency framework as rows of the sheet `competencies`.

It becomes a workbook of one sheet, so that it is checked, compared and written as every other
import is: importing it twice changes nothing, and what is no longer in it stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connector.moodle.competencies import FoundCompetency, ancestors
from connector.spreadsheets.sheets_catalogue import AREAS
from connector.spreadsheets.workbook import Workbook

SHEET = "competencies"


@dataclass(frozen=True, slots=True)
class ReadFramework:
    """unnamed: competencies without an idnumber: they have no code, and cannot be told apart after
    a renaming. areas: nodes that only gather others under the name of an area."""

    workbook: Workbook
    unnamed: tuple[str, ...]
    areas: tuple[str, ...]


def read_framework(
    found: Sequence[FoundCompetency],
    area: str | None = None,
    kept: Mapping[str, str | None] | None = None,
) -> ReadFramework:
    """area: of those that lie under none that the tree names. kept: areas by code, as they are
    stored; one that somebody has chosen is not taken away where the tree says nothing."""
    by_id = {one.id: one for one in found}
    parents = {one.parent for one in found if one.parent}
    gathering = [one for one in found if one.id in parents and _area_called(one) is not None]
    left_out = {one.id for one in gathering}
    rows: list[tuple[str | None, ...]] = [("code", "title", "area")]
    unnamed = []
    for one in found:
        if one.id in left_out:
            continue
        if one.idnumber is None:
            unnamed.append(one.name)
            continue
        named = (_area_called(node) for node in ancestors(one, by_id))
        own = next((name for name in named if name), None)
        rows.append((one.idnumber, one.name, own or (kept or {}).get(one.idnumber) or area))
    workbook = Workbook()
    workbook.add(SHEET, rows)
    return ReadFramework(workbook, tuple(unnamed), tuple(one.name for one in gathering))


def _area_called(one: FoundCompetency) -> str | None:
    """The area that a node's name or idnumber is, in any of the words a spreadsheet may use."""
    given = {one.name.strip().lower(), (one.idnumber or "").lower()}
    for area, words in AREAS.items():
        if given & {area, *words}:
            return area
    return None
