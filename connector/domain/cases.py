"""What is put before an indicator: a subject with everything its judgement may look at."""

from dataclasses import dataclass
from datetime import date

from connector.domain.because import Because, Slice
from connector.domain.moments import Moment
from connector.domain.place_cases import AssociationCase, MunicipalityCase, SchoolCase
from connector.domain.record_cases import (
    AnalysisCase,
    ContestCase,
    DocumentCase,
    PracticeCase,
    RoadmapCase,
)
from connector.domain.staff_cases import CompletionCase, RouteCase, StaffCase, TeamCase

__all__ = [
    "AnalysisCase",
    "AssociationCase",
    "Case",
    "CompletionCase",
    "ContestCase",
    "DocumentCase",
    "Frame",
    "Moment",
    "MunicipalityCase",
    "PracticeCase",
    "RoadmapCase",
    "RouteCase",
    "SchoolCase",
    "StaffCase",
    "TeamCase",
    "frame",
]

Case = (
    StaffCase
    | TeamCase
    | SchoolCase
    | AssociationCase
    | RouteCase
    | CompletionCase
    | RoadmapCase
    | DocumentCase
    | AnalysisCase
    | PracticeCase
    | ContestCase
    | MunicipalityCase
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What is the same of a subject on a day, whichever indicator it is judged by.

    absent: why it does not count at all. turn: the next day on which time alone brings another fact
    into play.
    """

    slices: tuple[Slice, ...]
    absent: Because | None
    turn: date | None


def frame(case: Case, day: date) -> Frame:
    """The subject on `day`."""
    return Frame(case.slices(day), case.absent(day), case.next_turn(day))
