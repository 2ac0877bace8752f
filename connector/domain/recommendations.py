"""What was recommended to a person after assessments (domain 1, `Recommendation`).

The result of an assessment is not part of it: it hurts, and belongs in no letter and on no screen.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from connector.domain.records import Assessment


@dataclass(frozen=True, slots=True)
class Recommendation:
    """criterion: as the assessment names it, or in the document's words where these are known."""

    criterion: str
    on: date
    text: str


@dataclass(frozen=True, slots=True)
class Round:
    """The recommendations of a calendar year: people are assessed yearly, and the criteria of one
    round seldom all on one day. The latest comes first."""

    year: int
    recommendations: tuple[Recommendation, ...]


def text_of(assessment: Assessment) -> str:
    """On one line: a list mark of theirs becomes none of ours. Empty where nothing is
    recommended."""
    return " ".join((assessment.recommendation or "").split())


def rounds_of(assessments: Iterable[Assessment], day: date) -> tuple[Round, ...]:
    """What was recommended up to a day, the latest round first."""
    found: dict[int, list[Recommendation]] = {}
    for one in assessments:
        text = text_of(one)
        if text and one.assessed_on <= day:
            named = Recommendation(one.criterion, one.assessed_on, text)
            found.setdefault(one.assessed_on.year, []).append(named)
    return tuple(
        Round(year, tuple(sorted(found[year], key=lambda r: (-r.on.toordinal(), r.criterion))))
        for year in sorted(found, reverse=True)
    )
