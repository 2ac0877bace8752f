"""The core's own notices, said through the same hook as everybody's (architecture)."""

from collections.abc import Sequence
from datetime import date

from connector import hookimpl
from connector.domain.cases import Case
from connector.domain.notices import owed_for
from connector.domain.owed import Circle, Owed


@hookimpl
def connector_notices(case: Case, circle: Circle, day: date) -> Sequence[Owed]:
    """Deficits found, routes completed or stalled: owed in every municipality (domain 6)."""
    return owed_for(case, circle, day)
