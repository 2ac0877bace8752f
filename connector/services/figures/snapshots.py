"""Snapshots: figures as they were reported on a day; later evidence does not touch them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from connector.domain.because import SliceKind
from connector.domain.periods import Period
from connector.errors import ConnectorError
from connector.models import Snapshot
from connector.services.cases.subjects import mark_dirty
from connector.services.figures.figures import Figure, FigureService, SliceFigure
from connector.services.figures.subject_lists import Asking, Standing, SubjectLists


class NothingToReport(ConnectorError):
    """The period has no indicators; the message is Russian."""


class SnapshotService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take(
        self,
        figures: FigureService,
        municipality: str,
        period: Period | None,
        as_of: date | None,
        now: datetime,
        taken_by: str | None,
    ) -> int:
        """Writes the figures down, whole, by school and by association; the snapshot's number.

        The municipality and its schools are judged again, because monitoring is itself an indicator
        (korolev VI, verkhnyaya-pyshma 3.1). Raises NothingToReport without figures, and whatever
        FigureService.figures raises.
        """
        whole = figures.figures(municipality, period, as_of)
        if not whole:
            raise NothingToReport("В этом периоде показателей нет, фиксировать нечего.")
        lists = SubjectLists(self._session, figures)
        told = {
            figure.indicator.code: _told(figure, _counted(lists, municipality, figure))
            for figure in whole
        }
        schools: set[str] = set()
        for kind in (SliceKind.SCHOOL, SliceKind.ASSOCIATION):
            for figure in figures.figures(municipality, whole[0].period, whole[0].as_of, kind):
                told[figure.indicator.code]["slices"] += [_slice(one) for one in figure.slices]
                if kind is SliceKind.SCHOOL:
                    schools.update(one.code for one in figure.slices)
        snapshot = Snapshot(
            municipality=municipality,
            period=str(whole[0].period),
            as_of=whole[0].as_of,
            taken_on=figures.today(municipality),
            taken_at=now,
            taken_by=taken_by,
            figures=told,
            schools=sorted(schools),
        )
        self._session.add(snapshot)
        self._session.flush()
        mark_dirty(self._session, municipality, "municipality", [municipality])
        mark_dirty(self._session, municipality, "school", schools)
        return snapshot.id


def _counted(lists: SubjectLists, municipality: str, figure: Figure) -> dict[str, list[str]]:
    """Codes of the achieved, and of the others in the population: so that later it can be told who
    moved, and not only by how many."""
    kept: dict[str, list[str]] = {str(Standing.ACHIEVED): [], str(Standing.MISSING): []}
    asking = Asking(municipality, figure.indicator, figure.period, figure.as_of)
    for code, standing in lists.standings(asking):
        if standing is not Standing.OUTSIDE:
            kept[str(standing)].append(code)
    return {standing: sorted(codes) for standing, codes in kept.items()}


def _told(figure: Figure, counted: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {
        "title": figure.indicator.title,
        "population": figure.population,
        "achieved": figure.achieved,
        "share": figure.share,
        "plan": figure.plan.at_least if figure.plan else None,
        "slices": [],
        "counted": dict(counted),
    }


def _slice(figure: SliceFigure) -> list[Any]:
    """kind, code, population, achieved."""
    return [str(figure.kind), figure.code, figure.population, figure.achieved]
