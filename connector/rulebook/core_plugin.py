"""The core's own notices and drafts, said through the same hook as everybody's (architecture)."""

from collections.abc import Sequence
from datetime import date

from connector import hookimpl
from connector.domain.cases import Case, StaffCase
from connector.domain.notices import owed_for
from connector.domain.owed import Circle, Owed
from connector.domain.proposals import ProposedRoute
from connector.domain.proposing import propose


@hookimpl
def connector_notices(case: Case, circle: Circle, day: date) -> Sequence[Owed]:
    """Deficits found, routes completed or stalled: owed in every municipality (domain 6)."""
    return owed_for(case, circle, day)


@hookimpl
def connector_propose_route(case: Case, day: date) -> ProposedRoute | None:
    """Programmes that cover the open deficits, with due dates, everywhere (domain 4)."""
    proposal = propose(case, day) if isinstance(case, StaffCase) else None
    return proposal.route if proposal is not None and not proposal.is_empty else None
