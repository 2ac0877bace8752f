"""How much waits for a methodist's decision about routes."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connector.models import ProofFile, Record, RouteRequest

IS_DRAFT = (
    Record.sheet == "routes",
    Record.body["approved_by"].as_string().is_(None),
    Record.body["cancelled_on"].as_string().is_(None),
)
"""What makes a record a draft that waits for its methodist."""


def waiting_count(session: Session, municipality: str) -> int:
    """Requests and files that nobody has decided about."""
    return sum(
        session.scalar(
            select(func.count())
            .select_from(model)
            .where(model.municipality == municipality, model.state == "waiting")
        )
        or 0
        for model in (ProofFile, RouteRequest)
    )


def draft_count(session: Session, municipality: str) -> int:
    """Drafts of routes, those that cannot be approved yet too."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Record)
            .where(Record.municipality == municipality, *IS_DRAFT)
        )
        or 0
    )
