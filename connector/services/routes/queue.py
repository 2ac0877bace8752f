"""Whose routes wait for a methodist's decision, and how often."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.models import ProofFile, Record, RouteRequest

IS_DRAFT = (
    Record.sheet == "routes",
    Record.body["approved_by"].as_string().is_(None),
    Record.body["cancelled_on"].as_string().is_(None),
)
"""What makes a record a draft that waits for its methodist."""


def asking(session: Session, municipality: str) -> list[str]:
    """Whose requests and files nobody has decided about, once for each."""
    return [
        person
        for model in (ProofFile, RouteRequest)
        for person in session.scalars(
            select(model.person).where(model.municipality == municipality, model.state == "waiting")
        )
    ]


def drafted(session: Session, municipality: str) -> list[str]:
    """Whose routes are drafts, those that cannot be approved yet too, once for each."""
    found = session.scalars(
        select(Record.person).where(Record.municipality == municipality, *IS_DRAFT)
    )
    return [person for person in found if person is not None]
