"""What has changed since figures were reported: then, the same day as known now, who moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.because import Because, Slice, SliceKind, SubjectKind
from connector.domain.periods import Period, parse_period
from connector.errors import UnknownThing
from connector.models import Snapshot
from connector.services.figures.figures import Figure, FigureService
from connector.services.figures.snapshot_causes import Cause, causes
from connector.services.figures.subject_lists import Asking, Standing, SubjectLists, Wanted
from connector.services.records.names import RecordNames
from connector.spreadsheets.spelling import sort_key


@dataclass(frozen=True, slots=True)
class SnapshotLine:
    """One snapshot, without its figures."""

    id: int
    period: Period
    as_of: date
    taken_at: datetime
    taken_by: str | None


Counted = tuple[int, int]
"""population, achieved"""


@dataclass(frozen=True, slots=True)
class Reported:
    """A figure as it was written down. standings: of each subject, None in an older snapshot.

    slices: population and achieved of schools and associations.
    """

    code: str
    title: str
    population: int
    achieved: int
    share: float | None
    plan: float | None
    standings: Mapping[str, Standing] | None
    slices: Mapping[Slice, Counted]


@dataclass(frozen=True, slots=True)
class Comparison:
    """now: as known today, None where the rules have no such indicator any more."""

    then: Reported
    now: Figure | None

    @property
    def is_changed(self) -> bool:
        """Whether a number differs; the same numbers may still be of other people."""
        if self.now is None:
            return True
        pair = (self.now.population, self.now.achieved)
        return pair != (self.then.population, self.then.achieved)


@dataclass(frozen=True, slots=True)
class SliceShift:
    """A school or association whose numbers are others by now."""

    kind: SliceKind
    code: str
    name: str
    then: Counted
    now: Counted


@dataclass(frozen=True, slots=True)
class Shift:
    """A subject that stands otherwise than reported. now None: there is no such subject more."""

    code: str
    then: Standing
    now: Standing | None


@dataclass(frozen=True, slots=True)
class Moved:
    """because: of today. causes: what was learnt since, the latest first."""

    kind: SubjectKind
    shift: Shift
    name: str
    because: tuple[Because, ...]
    causes: tuple[Cause, ...]


class SnapshotChanges:
    """Reads only."""

    def __init__(self, session: Session, figures: FigureService) -> None:
        self._session = session
        self._figures = figures
        self._lists = SubjectLists(session, figures)

    def taken(self, municipality: str, limit: int = 200) -> list[SnapshotLine]:
        """The latest first."""
        rows = self._session.execute(
            select(
                Snapshot.id,
                Snapshot.period,
                Snapshot.as_of,
                Snapshot.taken_at,
                Snapshot.taken_by,
            )
            .where(Snapshot.municipality == municipality)
            .order_by(Snapshot.id.desc())
            .limit(limit)
        )
        return [
            SnapshotLine(number, parse_period(period), as_of, at, by)
            for number, period, as_of, at, by in rows
        ]

    def compared(
        self, municipality: str, number: int
    ) -> tuple[SnapshotLine, tuple[Comparison, ...]]:
        """Every figure of the snapshot beside the one of the same day as known today.

        Raises UnknownThing.
        """
        snapshot = self._snapshot(municipality, number)
        line = _line(snapshot)
        now = {
            figure.indicator.code: figure
            for figure in self._figures.figures(municipality, line.period, line.as_of)
        }
        return line, tuple(
            Comparison(_reported(code, told), now.get(code))
            for code, told in snapshot.figures.items()
        )

    def shifts(
        self, municipality: str, number: int, code: str
    ) -> tuple[SnapshotLine, Comparison, tuple[Shift, ...] | None]:
        """Who stands otherwise by now, in order of name, those who are gone last.

        None where the snapshot does not say who counted. Raises UnknownThing.
        """
        snapshot = self._snapshot(municipality, number)
        if code not in snapshot.figures:
            raise UnknownThing("indicator", code)
        line = _line(snapshot)
        then = _reported(code, snapshot.figures[code])
        figure = self._figures.figure(municipality, code, line.period, line.as_of)
        compared = Comparison(then, figure)
        if then.standings is None:
            return line, compared, None
        now = dict(self._lists.standings(_asking(municipality, figure)))
        found = [
            Shift(subject, then.standings.get(subject, Standing.OUTSIDE), standing)
            for subject, standing in now.items()
            if then.standings.get(subject, Standing.OUTSIDE) is not standing
        ]
        gone = sorted(then.standings.keys() - now.keys())
        found += [Shift(subject, then.standings[subject], None) for subject in gone]
        return line, compared, tuple(found)

    def slice_shifts(self, municipality: str, compared: Comparison) -> tuple[SliceShift, ...]:
        """Schools, then associations, in order of name; none of an older snapshot without slices.

        Nothing is hidden here: for those who may see all people of the municipality.
        """
        if compared.now is None or not compared.then.slices:
            return ()
        now = {
            Slice(one.kind, one.code): (one.population, one.achieved) for one in compared.now.slices
        }
        then = compared.then.slices
        other = [one for one in then.keys() | now.keys() if then.get(one) != now.get(one)]
        names = RecordNames(self._session, municipality)
        titles = {
            kind: names.titles(str(kind), [one.code for one in other if one.kind is kind])
            for kind in (SliceKind.SCHOOL, SliceKind.ASSOCIATION)
        }
        found = [
            SliceShift(
                one.kind,
                one.code,
                titles[one.kind].get(one.code, one.code),
                then.get(one, (0, 0)),
                now.get(one, (0, 0)),
            )
            for one in other
        ]
        return tuple(
            sorted(found, key=lambda s: (s.kind is SliceKind.ASSOCIATION, sort_key(s.name), s.code))
        )

    def explained(
        self, municipality: str, line: SnapshotLine, figure: Figure, shifts: Sequence[Shift]
    ) -> tuple[Moved, ...]:
        """The shifts with the reasons of today and with what was learnt since the snapshot."""
        codes = [shift.code for shift in shifts]
        kind = figure.indicator.subject
        page = self._lists.page(
            _asking(municipality, figure), Wanted(codes=codes), 0, max(len(codes), 1)
        )
        told = {one.code: one for one in page.rows}
        titles = RecordNames(self._session, municipality).titles(str(kind), codes)
        learnt = causes(self._session, municipality, kind, codes, line.taken_at)
        return tuple(
            Moved(
                kind,
                shift,
                titles.get(shift.code, shift.code),
                told[shift.code].because if shift.code in told else (),
                learnt.get(shift.code, ()),
            )
            for shift in shifts
        )

    def _snapshot(self, municipality: str, number: int) -> Snapshot:
        found = self._session.get(Snapshot, number)
        if found is None or found.municipality != municipality:
            raise UnknownThing("snapshot", str(number))
        return found


def _asking(municipality: str, figure: Figure) -> Asking:
    return Asking(municipality, figure.indicator, figure.period, figure.as_of)


def _line(snapshot: Snapshot) -> SnapshotLine:
    return SnapshotLine(
        snapshot.id,
        parse_period(snapshot.period),
        snapshot.as_of,
        snapshot.taken_at,
        snapshot.taken_by,
    )


def _reported(code: str, told: Mapping[str, Any]) -> Reported:
    counted = told.get("counted")
    standings = None
    if counted is not None:
        standings = {
            subject: Standing(standing) for standing, codes in counted.items() for subject in codes
        }
    return Reported(
        code,
        told["title"],
        told["population"],
        told["achieved"],
        told["share"],
        told["plan"],
        standings,
        {
            Slice(SliceKind(kind), name): (population, achieved)
            for kind, name, population, achieved in told.get("slices", ())
        },
    )
