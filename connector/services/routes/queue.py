"""How much waits for a methodist's decision about routes."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connector.models import ProofFile, RouteRequest


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
