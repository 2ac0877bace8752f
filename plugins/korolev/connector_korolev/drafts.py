"""Drafts of routes in Королёв: a programme counts there only with its final assessment passed.

korolev VI, indicator 3: «освоивших программы …, вошедшие в федеральный реестр ДПП и подобранные с
учетом диагностики», of whom «успешно сдали итоговую аттестацию по итогам курса».
"""

from collections.abc import Collection
from datetime import date

from connector import hookimpl
from connector.domain.because import SubjectKind
from connector.domain.cases import Case, StaffCase
from connector.domain.proposals import ProposedRoute
from connector.domain.proposing import propose, with_finals

NOTE = (
    "За программами стоит шаг «итоговая аттестация»: по положению (раздел VI, показатель 3) "
    "засчитываются те, кто её сдал."
)


@hookimpl
def connector_subjects() -> Collection[SubjectKind]:
    """Routes are people's."""
    return [SubjectKind.STAFF]


@hookimpl
def connector_propose_route(case: Case, day: date) -> ProposedRoute | None:
    """The core's proposal with each programme's final assessment as a step of its own."""
    proposal = propose(case, day) if isinstance(case, StaffCase) else None
    if proposal is None or proposal.is_empty:
        return None
    assert isinstance(case, StaffCase)
    return with_finals(case, proposal.route, NOTE)
