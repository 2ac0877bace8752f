"""Анализ без решения: the specialist is told when the days for one have run out.

The plan wants decisions «по результатам проведенного анализа» (verkhnyaya-pyshma 5.7) and addressed
recommendations (4.2), and names no term. Thirty days are ours, the same as those that the indicator
vp.decisions counts by.
"""

from datetime import date, timedelta

from connector.domain.cases import AnalysisCase
from connector.domain.owed import Circle, Owed, Recipient

DECISION_MISSING = "decision_missing"
NOBODY = "nobody"
TERM = timedelta(days=30)
NEWS = timedelta(days=60)
"""An analysis that nobody decided upon for so long after its term is no news any more."""


def owed(case: AnalysisCase, circle: Circle, day: date) -> list[Owed]:
    """One notice to each specialist, until somebody decides."""
    analysis = case.analysis
    until = analysis.made_on + TERM
    if not until < day <= until + NEWS:
        return []
    if any(analysis.made_on <= decision.decided_on <= day for decision in case.decisions):
        return []
    numbers: list[str | None] = [member.personnel_no for member in circle.specialists]
    params = {
        "number": analysis.number,
        "about": analysis.about,
        "made_on": analysis.made_on.isoformat(),
        "until": until.isoformat(),
    }
    return [
        Owed(
            f"{DECISION_MISSING}:{analysis.number}:{number or NOBODY}",
            DECISION_MISSING,
            Recipient.SPECIALIST,
            number,
            params,
            until + timedelta(days=1),
        )
        for number in numbers or [None]
    ]


def next_turn(case: AnalysisCase, day: date) -> date | None:
    """The day after the term, and the day on which it is no news any more."""
    begins = case.analysis.made_on + TERM + timedelta(days=1)
    ends = begins + NEWS
    return next((turn for turn in (begins, ends) if turn > day), None)
