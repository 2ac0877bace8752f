"""What the rules say there ought to be and no row tells of yet: documents, items of the roadmap."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from connector.domain.records import Registers, RoadmapItem
from connector.services.cases.listed import roadmap_title
from connector.services.imports.stored_rows import existing

FAR = date.max


@dataclass(frozen=True, slots=True)
class Expected:
    """entered: by column, what a form for it would already say."""

    key: str
    title: str
    due_on: date | None
    entered: Mapping[str, str]


def expected(
    session: Session, municipality: str, sheet: str, registers: Registers
) -> list[Expected]:
    """Those without a row, the earliest due first; of other sheets, nothing."""
    listed: dict[str, Expected] = {}
    if sheet == "documents":
        listed = {
            code: Expected(code, one.title, None, {"code": code, "title": one.title})
            for code, one in registers.documents.items()
        }
    elif sheet == "roadmap":
        listed = {key: _item(key, one) for key, one in registers.roadmap.items()}
    known = existing(session, municipality, sheet, listed.keys()) if listed else set()
    missing = [one for key, one in listed.items() if key not in known]
    return sorted(missing, key=lambda one: one.due_on or FAR)


def _item(key: str, item: RoadmapItem) -> Expected:
    said = {
        "scope": item.scope,
        "number": item.number,
        "title": item.title,
        "level": item.level,
        "term": item.term,
        "occurrence": item.occurrence,
        "due_on": item.due_on.isoformat() if item.due_on else None,
        "expected_result": item.expected_result,
    }
    entered = {name: text for name, text in said.items() if text}
    return Expected(key, roadmap_title(item), item.due_on, entered)
