"""What the rules list becomes subjects, whether any sheet tells of it or not."""

from datetime import date

from sqlalchemy.orm import Session

from connector.domain.records import Registers, RoadmapItem
from connector.rulebook import MunicipalityRules
from connector.services.cases import subjects
from connector.services.cases.subjects import Naming
from connector.spreadsheets.columns import stored_key
from connector.texts.words import occurrence


def registers_of(rules: MunicipalityRules, today: date) -> Registers:
    """What the rules list, recurring items up to the end of next year, under their sheets' keys."""
    until = date(today.year + 1, 12, 31)
    items = [item for planned in rules.roadmap for item in planned.occurrences(until)]
    return Registers(
        {document.code: document for document in rules.documents},
        {stored_key(item.scope, item.number, item.occurrence or ""): item for item in items},
    )


def ensure_listed(session: Session, municipality: str, registers: Registers) -> None:
    """Makes and names the subjects of the rules' documents and roadmap. Idempotent.

    A sheet that is imported later may call them otherwise: a title is a label, nothing is judged by
    it.
    """
    documents = {
        code: Naming(f"{code}. {document.title}") for code, document in registers.documents.items()
    }
    roadmap = {code: Naming(roadmap_title(item)) for code, item in registers.roadmap.items()}
    subjects.ensure(session, municipality, "document", documents)
    subjects.ensure(session, municipality, "roadmap_item", roadmap)


def roadmap_title(item: RoadmapItem) -> str:
    """«8. Проведение Дня методической службы (II квартал 2022)»."""
    which = f" ({occurrence(item.occurrence)})" if item.occurrence else ""
    return f"{item.number}. {item.title}{which}"
