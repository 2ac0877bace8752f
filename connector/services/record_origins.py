"""From which row a subject that is no person is known: when it was entered, and by whom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.because import SubjectKind
from connector.models import Import, Record
from connector.services.stored_rows import chunks

SHEETS_OF: Mapping[str, str] = {
    "school": "schools",
    "association": "associations",
    "roadmap_item": "roadmap",
    "document": "documents",
    "analysis": "analyses",
    "practice": "practices",
    "contest": "contests",
}
"""The sheet of which each row is a subject, by kind."""


@dataclass(frozen=True, slots=True)
class Origin:
    """made_by: None where that is not known."""

    sheet: str
    key: str
    recorded_at: datetime
    made_by: str | None


def origins(
    session: Session, municipality: str, kind: SubjectKind, codes: Collection[str]
) -> Mapping[str, Origin]:
    """The latest row of each subject by its code; of kinds that are no rows, nothing."""
    sheet = SHEETS_OF.get(str(kind))
    found: dict[str, Origin] = {}
    if sheet is None:
        return found
    for chunk in chunks(set(codes)):
        rows = session.execute(
            select(Record.key, Record.recorded_at, Import.made_by)
            .outerjoin(Import, Import.id == Record.import_id)
            .where(
                Record.municipality == municipality,
                Record.sheet == sheet,
                Record.key.in_(chunk),
            )
            .order_by(Record.key, Record.valid_from)
        )
        for key, recorded_at, made_by in rows:
            found[key] = Origin(sheet, key, recorded_at, made_by)
    return found
