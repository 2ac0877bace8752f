"""The subjects behind a figure as a list: filtered, counted and cut into pages by the database.

For a day that the deltas speak of, only the rows of one page are read, however many people there
are. Any other day is judged anew, and filtered here.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, cast, false, func, or_, select
from sqlalchemy.orm import Session

from connector.domain.because import Because, Slice
from connector.domain.indicators import Indicator
from connector.domain.nearness import Nearness, nearest
from connector.domain.periods import Period
from connector.models import Membership, Subject
from connector.models.among import among
from connector.services.figures.figures import FigureService, Line, SubjectFigure
from connector.services.imports.stored_rows import CHUNK
from connector.spreadsheets.spelling import sort_key


class Standing(StrEnum):
    """How a subject stands to an indicator."""

    ACHIEVED = "yes"
    MISSING = "no"
    OUTSIDE = "out"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which subjects are asked for. words: all of them occur in the name or the code.

    codes: only these; owners: only what belongs to these people; None: any.
    """

    standing: Standing | None = None
    words: str = ""
    slice: Slice | None = None
    codes: Collection[str] | None = None
    owners: Collection[str] | None = None

    @property
    def asks_who(self) -> bool:
        """Whether it takes a look at who the subjects are."""
        return bool(self.words.split()) or self.codes is not None or self.owners is not None


@dataclass(frozen=True, slots=True)
class SubjectPage:
    """rows: of the page; counts: by standing, of everything else that was asked for."""

    rows: Sequence[SubjectFigure]
    counts: Mapping[Standing, int]
    total: int


@dataclass(frozen=True, slots=True)
class Asking:
    """An indicator, and when. day: a local day of the period."""

    municipality: str
    indicator: Indicator
    period: Period
    day: date


class SubjectLists:
    """Reads only."""

    def __init__(self, session: Session, figures: FigureService) -> None:
        self._session = session
        self._figures = figures
        self._judged_anew: dict[Asking, list[Line]] = {}

    def page(self, asking: Asking, wanted: Wanted, first: int, limit: int) -> SubjectPage:
        """Subjects `first` (from 0) and on, in order of name."""
        if not self._is_kept(asking):
            return self._judged_page(asking, wanted, first, limit)
        counts = self._counts(asking, wanted)
        chosen = self._chosen(asking, wanted).order_by(Subject.sort_key, Subject.code)
        lines = [_line(*row) for row in self._session.execute(chosen.offset(first).limit(limit))]
        return SubjectPage(self._told(asking, lines), counts, _total(counts, wanted.standing))

    def every(self, asking: Asking, wanted: Wanted) -> Iterator[SubjectFigure]:
        """All of them, in order of name, a chunk at a time."""
        if not self._is_kept(asking):
            yield from self._told(asking, self._judged(asking, wanted))
            return
        chosen = self._chosen(asking, wanted).order_by(Subject.sort_key, Subject.code)
        with self._session.execute(chosen.execution_options(yield_per=CHUNK)) as rows:
            lines = (_line(*row) for row in rows)
            while chunk := list(islice(lines, CHUNK)):
                yield from self._told(asking, chunk)

    def standings(self, asking: Asking) -> Iterator[tuple[str, Standing]]:
        """How everybody stands, by code, in order of name; nothing else is read."""
        if not self._is_kept(asking):
            for code, _, row in self._judged(asking, Wanted()):
                yield code, standing_of(row["in_population"], row["achieved"])
            return
        rows = self._session.execute(
            select(Subject.code, Membership.in_population, Membership.achieved)
            .join(Subject, Subject.id == Membership.subject_id)
            .where(*self._conditions(asking, Wanted()))
            .order_by(Subject.sort_key, Subject.code)
            .execution_options(yield_per=CHUNK)
        )
        for code, in_population, achieved in rows:
            yield code, standing_of(in_population, achieved)

    def nearest(
        self, asking: Asking, among_whom: Wanted, limit: int
    ) -> list[tuple[SubjectFigure, Nearness]]:
        """Of those who do not count yet, the nearest to it first; see domain.nearness."""
        wanted = replace(among_whom, standing=Standing.MISSING)
        if self._is_kept(asking):
            chosen = self._chosen(asking, wanted).order_by(Subject.sort_key, Subject.code)
            with self._session.execute(chosen.execution_options(yield_per=CHUNK)) as rows:
                found = nearest((_reasoned(_line(*row)) for row in rows), limit)
        else:
            found = nearest(map(_reasoned, self._judged(asking, wanted)), limit)
        told = self._told(asking, [line for line, _ in found])
        return [(figure, near) for figure, (_, near) in zip(told, found, strict=True)]

    def _is_kept(self, asking: Asking) -> bool:
        return self._figures.is_kept(
            asking.municipality, asking.indicator, asking.period, asking.day
        )

    def _chosen(self, asking: Asking, wanted: Wanted) -> Select[Any]:
        kept = Membership
        query = (
            select(
                Subject.code,
                Subject.title,
                kept.in_population,
                kept.achieved,
                kept.because,
                kept.evidence,
            )
            .join(Subject, Subject.id == kept.subject_id)
            .where(*self._conditions(asking, wanted))
        )
        if wanted.standing is not None:
            query = query.where(_STANDINGS[wanted.standing])
        return query

    def _counts(self, asking: Asking, wanted: Wanted) -> Mapping[Standing, int]:
        query = select(Membership.in_population, Membership.achieved, func.count())
        if wanted.asks_who:
            # Left out otherwise: it would be all that counting everybody costs.
            query = query.join(Subject, Subject.id == Membership.subject_id)
        rows = self._session.execute(
            query.where(*self._conditions(asking, wanted)).group_by(
                Membership.in_population, Membership.achieved
            )
        )
        counts = dict.fromkeys(Standing, 0)
        for inside, achieved, number in rows:
            counts[standing_of(inside, achieved)] += number
        return counts

    def _conditions(self, asking: Asking, wanted: Wanted) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = [
            Membership.municipality == asking.municipality,
            Membership.indicator == asking.indicator.code,
            Membership.period == str(asking.period),
        ]
        for word in sort_key(wanted.words).split():
            found.append(
                or_(
                    Subject.sort_key.contains(word, autoescape=True),
                    func.lower(Subject.code).contains(word, autoescape=True),
                )
            )
        if wanted.slice is not None:
            found.append(_counts_in(wanted.slice))
        if wanted.codes is not None:
            found.append(among(self._session, Subject.code, sorted(wanted.codes)))
        if wanted.owners is not None:
            found.append(_belongs_to(wanted.owners))
        return found

    def _judged_page(self, asking: Asking, wanted: Wanted, first: int, limit: int) -> SubjectPage:
        every = self._judged(asking, replace(wanted, standing=None))
        counts = dict.fromkeys(Standing, 0)
        for *_, row in every:
            counts[standing_of(row["in_population"], row["achieved"])] += 1
        chosen = [line for line in every if _stands(line, wanted.standing)]
        lines = chosen[first : first + limit]
        return SubjectPage(self._told(asking, lines), counts, len(chosen))

    def _judged(self, asking: Asking, wanted: Wanted) -> list[Line]:
        """Everybody judged anew for that day, in order of name."""
        lines = self._judged_anew.get(asking)
        if lines is None:
            lines = self._figures.judged(
                asking.municipality, asking.indicator, asking.period, asking.day
            )
            self._judged_anew[asking] = lines
        fits = _fitting(wanted)
        return [line for line in lines if fits(line)]

    def _told(self, asking: Asking, lines: Sequence[Line]) -> list[SubjectFigure]:
        return self._figures.told(asking.indicator.subject, lines)


def standing_of(in_population: bool, achieved: bool) -> Standing:
    """A ratio's numerator stands apart from its denominator: whoever achieves it counts."""
    if achieved:
        return Standing.ACHIEVED
    return Standing.MISSING if in_population else Standing.OUTSIDE


_STANDINGS: Mapping[Standing, ColumnElement[bool]] = {
    Standing.ACHIEVED: Membership.achieved.is_(True),
    Standing.MISSING: and_(Membership.in_population.is_(True), Membership.achieved.is_(False)),
    Standing.OUTSIDE: and_(Membership.in_population.is_(False), Membership.achieved.is_(False)),
}


def _counts_in(place: Slice) -> ColumnElement[bool]:
    """Both databases can look for a pair in the text of the list; they space it differently."""
    stored = cast(Membership.population_slices, Text)
    kind, code = _quoted(str(place.kind)), _quoted(place.code)
    return or_(*(stored.contains(f"[{kind},{gap}{code}]", autoescape=True) for gap in ("", " ")))


def _belongs_to(people: Collection[str]) -> ColumnElement[bool]:
    """The code of what belongs to one person begins with the person's number."""
    begins = [Subject.code.startswith(f"{number}|", autoescape=True) for number in sorted(people)]
    return or_(false(), *begins)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _line(
    code: str, title: str, in_population: bool, achieved: bool, because: Any, evidence: Any
) -> Line:
    row = {
        "in_population": in_population,
        "achieved": achieved,
        "because": because,
        "evidence": evidence,
    }
    return code, title, row


def _fitting(wanted: Wanted) -> Callable[[Line], bool]:
    words = sort_key(wanted.words).split()
    pair = [str(wanted.slice.kind), wanted.slice.code] if wanted.slice else None

    def fits(line: Line) -> bool:
        code, title, row = line
        text = f"{sort_key(title)} {code.lower()}"
        return (
            all(word in text for word in words)
            and (pair is None or pair in row["population_slices"])
            and (wanted.codes is None or code in wanted.codes)
            and (wanted.owners is None or code.partition("|")[0] in wanted.owners)
            and _stands(line, wanted.standing)
        )

    return fits


def _stands(line: Line, standing: Standing | None) -> bool:
    row = line[2]
    return standing is None or standing_of(row["in_population"], row["achieved"]) is standing


def _reasoned(line: Line) -> tuple[Line, tuple[Because, ...]]:
    because = line[2]["because"]
    return line, tuple(Because(one["code"], one["params"]) for one in because)


def _total(counts: Mapping[Standing, int], standing: Standing | None) -> int:
    return sum(counts.values()) if standing is None else counts[standing]
