"""How many routes stand still, by what was last judged: nobody is folded for a number."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.models import Subject


def stalled_count(session: Session, municipality: str, covers: Callable[[str], bool]) -> int:
    """Stalled routes of the people that `covers` lets through.

    As of the day each was last judged, which the tick keeps at today; the board folds anew.
    """
    rows = session.execute(
        select(Subject.code, Subject.state).where(
            Subject.municipality == municipality,
            Subject.kind == "staff",
        )
    )
    return sum(
        sum(bool(route.get("stalled_since")) for route in state.get("routes", ()))
        for code, state in rows
        if state and covers(code)
    )
