"""Why a subject counts or not: codes and parameters; words are made at the edge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class SubjectKind(StrEnum):
    """What an indicator counts (domain 5)."""

    STAFF = "staff"
    SCHOOL = "school"
    TEAM = "team"
    ASSOCIATION = "association"
    ROUTE = "route"
    COMPLETION = "completion"
    ROADMAP_ITEM = "roadmap_item"
    DOCUMENT = "document"
    ANALYSIS = "analysis"
    PRACTICE = "practice"
    CONTEST = "contest"
    MUNICIPALITY = "municipality"


class SliceKind(StrEnum):
    WHOLE = "whole"
    SCHOOL = "school"
    ASSOCIATION = "association"


@dataclass(frozen=True, slots=True, order=True)
class Slice:
    kind: SliceKind
    code: str = ""


WHOLE = Slice(SliceKind.WHOLE)


@dataclass(frozen=True, slots=True)
class Because:
    """One reason. params: JSON values only, dates as ISO text. evidence: natural keys."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a condition found of one subject.

    changes_on: the next day on which time alone could change it, None if none. slices: where the
    subject counts, if elsewhere than in its own school and associations (ratios only).
    """

    holds: bool
    because: tuple[Because, ...] = ()
    changes_on: date | None = None
    slices: tuple[Slice, ...] | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a subject is in an indicator's population and achieves it."""

    in_population: bool
    achieved: bool
    because: tuple[Because, ...]
    changes_on: date | None
    population_slices: tuple[Slice, ...]
    achieved_slices: tuple[Slice, ...]
