"""Cases of rows: roadmap items, documents, analyses, practices, contests.

What the rules list (`Registers`) is a subject even while no sheet tells of it; what a sheet tells
goes before what the rules say of the same thing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace

from sqlalchemy.orm import Session

from connector.domain.cases import (
    AnalysisCase,
    ContestCase,
    DocumentCase,
    PracticeCase,
    RoadmapCase,
)
from connector.domain.dossier import Setting
from connector.domain.records import RoadmapItem
from connector.services.records import reading as records


class RecordFiles:
    """Of one municipality. Reads only."""

    def __init__(self, session: Session, setting: Setting) -> None:
        self._session = session
        self._setting = setting
        self._municipality = setting.municipality

    def roadmap(self, codes: Sequence[str]) -> dict[str, RoadmapCase]:
        listed = self._setting.registers.roadmap
        rows = records.roadmap_rows(self._session, self._municipality, codes)
        found = {}
        for code in codes:
            item = as_told(rows.get(code), listed.get(code))
            if item is not None:
                found[code] = RoadmapCase(code, item, code in listed, self._setting)
        return found

    def documents(self, codes: Sequence[str]) -> dict[str, DocumentCase]:
        listed = self._setting.registers.documents
        rows = records.documents(self._session, self._municipality, codes)
        return {
            code: DocumentCase(document, code in listed, self._setting)
            for code in codes
            if (document := rows.get(code) or listed.get(code)) is not None
        }

    def analyses(self, codes: Iterable[str]) -> dict[str, AnalysisCase]:
        wanted = set(codes)
        decisions = records.decisions(self._session, self._municipality)
        return {
            analysis.number: AnalysisCase(
                analysis,
                tuple(one for one in decisions if one.analysis == analysis.number),
                self._setting,
            )
            for analysis in records.analyses(self._session, self._municipality)
            if analysis.number in wanted
        }

    def practices(self, codes: Sequence[str]) -> dict[str, PracticeCase]:
        rows = records.practices(self._session, self._municipality, codes)
        return {code: PracticeCase(code, one, self._setting) for code, one in rows.items()}

    def contests(self, codes: Sequence[str]) -> dict[str, ContestCase]:
        rows = records.contests(self._session, self._municipality, codes)
        numbers = sorted({one.personnel_no for one in rows.values()})
        staff = records.staff(self._session, self._municipality, numbers)
        return {
            code: ContestCase(code, one, staff.get(one.personnel_no), self._setting)
            for code, one in rows.items()
        }


def as_told(row: RoadmapItem | None, listed: RoadmapItem | None) -> RoadmapItem | None:
    """The row, with what only the rules say of it."""
    if row is None or listed is None:
        return row or listed
    missing = {
        field.name: getattr(listed, field.name)
        for field in fields(row)
        if getattr(row, field.name) is None
    }
    # A row without a title is called by its number.
    title = listed.title if row.title == row.number else row.title
    return replace(row, **{**missing, "title": title})
