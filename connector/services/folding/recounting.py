"""The full recount: everything judged anew from evidence and records, for any day.

It answers for days other than today, and proves that what the deltas keep up is right.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.because import Slice, SliceKind, SubjectKind
from connector.domain.cases import AssociationCase, Case, Moment, SchoolCase
from connector.domain.dossier import Setting
from connector.domain.indicators import Indicator
from connector.domain.periods import Period
from connector.models import Membership, Share, Subject
from connector.rulebook import Rulebook, RuleFault
from connector.services.cases.casefiles import CaseFiles
from connector.services.cases.pieces import PIECES, pieces_of, stored
from connector.services.folding.memberships import as_row, counted, tracked_periods

Counts = dict[str, dict[Slice, tuple[int, int]]]
"""Population and achieved by indicator and slice."""

CHUNK = 300


@dataclass(frozen=True, slots=True)
class Difference:
    """Where what is kept up differs from a recount."""

    what: str
    key: str
    kept: Any
    counted: Any


class Recount:
    """Judges every subject of one municipality. Reads only."""

    def __init__(self, session: Session, rulebook: Rulebook, setting: Setting) -> None:
        self._session = session
        self._rulebook = rulebook
        self._setting = setting
        self._files = CaseFiles(session, setting)

    def rows(
        self, indicator: Indicator, period: Period, day: date
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Every subject's judgement by one indicator, by code; a rule's fault leaves one out."""
        moment = Moment(period, period.as_of(day))
        for code, case in self._cases(indicator.subject):
            row = self._judged(indicator, case, moment)
            if row is not None:
                yield code, row

    def counts(self, indicators: Sequence[Indicator], period: Period, day: date) -> Counts:
        """Population and achieved of every slice."""
        counts: Counts = {indicator.code: {} for indicator in indicators}
        moment = Moment(period, period.as_of(day))
        for kind in sorted({indicator.subject for indicator in indicators}):
            own = [indicator for indicator in indicators if indicator.subject is kind]
            for _, case in self._cases(kind):
                for indicator in own:
                    row = self._judged(indicator, case, moment)
                    if row is not None:
                        _add(counts[indicator.code], row)
        return counts

    def differences(self, today: date) -> list[Difference]:
        """Compares memberships and shares of the tracked periods with a recount.

        A subject that is marked to be judged again is taken as it is kept: what it will be is not
        owed yet. So the proof holds at any moment, in one snapshot of the database.
        """
        kept = self._kept_memberships()
        marked = self._marked()
        found: list[Difference] = []
        counts: dict[tuple[str, str], dict[Slice, tuple[int, int]]] = {}
        indicators = self._rulebook.rules(self._setting.municipality).indicators
        tracked = set()
        for kind in sorted({indicator.subject for indicator in indicators}):
            own = [indicator for indicator in indicators if indicator.subject is kind]
            for code, case in self._cases(kind):
                for indicator in own:
                    for period in tracked_periods(indicator.period, today):
                        tracked.add((indicator.code, str(period)))
                        key = (str(kind), code, indicator.code, str(period))
                        held = kept.pop(key, None)
                        if _is_marked(marked, str(kind), code) or _waits(marked, case):
                            row = held
                        else:
                            moment = Moment(period, period.as_of(today))
                            row = self._judged(indicator, case, moment) or held
                        if row is None:
                            continue
                        _add(counts.setdefault((indicator.code, str(period)), {}), row)
                        if held != row:
                            found.append(Difference("membership", "/".join(key), held, row))
        for key, held in sorted(kept.items()):
            if key[2:] not in tracked:
                continue
            if _is_marked(marked, key[0], key[1]):
                _add(counts.setdefault((key[2], key[3]), {}), held)
            else:
                found.append(Difference("membership", "/".join(key), held, None))
        return found + self._share_differences(counts, tracked)

    def _share_differences(
        self,
        counts: Mapping[tuple[str, str], Mapping[Slice, tuple[int, int]]],
        tracked: set[tuple[str, str]],
    ) -> list[Difference]:
        rows = self._session.scalars(
            select(Share).where(Share.municipality == self._setting.municipality)
        )
        kept = {
            (row.indicator, row.period, Slice(SliceKind(row.slice_kind), row.slice_code)): (
                row.population,
                row.achieved,
            )
            for row in rows
            if (row.indicator, row.period) in tracked
        }
        counted_anew = {
            (*key, one): numbers
            for key, slices in counts.items()
            for one, numbers in slices.items()
        }
        found = []
        for key in sorted(kept.keys() | counted_anew.keys()):
            held, anew = kept.get(key, (0, 0)), counted_anew.get(key, (0, 0))
            if held != anew:
                name = f"{key[0]}/{key[1]}/{key[2].kind}/{key[2].code}"
                found.append(Difference("share", name, held, anew))
        return found

    def _kept_memberships(self) -> dict[tuple[str, str, str, str], dict[str, Any]]:
        rows = self._session.execute(
            select(Subject.kind, Subject.code, Membership)
            .join(Subject, Subject.id == Membership.subject_id)
            .where(Membership.municipality == self._setting.municipality)
        )
        return {
            (kind, code, row.indicator, row.period): {
                name: getattr(row, name)
                for name in (
                    "in_population",
                    "achieved",
                    "because",
                    "evidence",
                    "population_slices",
                    "achieved_slices",
                )
            }
            for kind, code, row in rows
        }

    def _marked(self) -> set[tuple[str, str]]:
        rows = self._session.execute(
            select(Subject.kind, Subject.code).where(
                Subject.municipality == self._setting.municipality, Subject.dirty
            )
        )
        return {(kind, code) for kind, code in rows}

    def _cases(self, kind: SubjectKind) -> Iterator[tuple[str, Case]]:
        if kind in PIECES:
            yield from self._pieces(kind)
            return
        codes = self._codes(kind)
        for at in range(0, len(codes), CHUNK):
            yield from self._files.units(kind, codes[at : at + CHUNK]).items()

    def _pieces(self, kind: SubjectKind) -> Iterator[tuple[str, Case]]:
        """From the people, so that one the fold forgot is missed; and those that are gone."""
        numbers = self._codes(SubjectKind.STAFF)
        for at in range(0, len(numbers), CHUNK):
            chunk = numbers[at : at + CHUNK]
            known = stored(self._session, self._setting.municipality, kind, chunk)
            for number, case in self._files.staff(chunk).items():
                yield from pieces_of(case, kind, known.get(number, ())).items()

    def _codes(self, kind: SubjectKind) -> Sequence[str]:
        return self._session.scalars(
            select(Subject.code)
            .where(Subject.municipality == self._setting.municipality, Subject.kind == str(kind))
            .order_by(Subject.id)
        ).all()

    def _judged(self, indicator: Indicator, case: Case, moment: Moment) -> dict[str, Any] | None:
        municipality = self._setting.municipality
        try:
            return as_row(self._rulebook.judge(municipality, indicator, case, moment))
        except RuleFault:
            # The fold has reported it; a figure without this subject is what the fold kept too.
            return None


def _is_marked(marked: set[tuple[str, str]], kind: str, code: str) -> bool:
    """A piece is as good as marked while its person is."""
    owner = code.partition("|")[0] if kind in PIECES else code
    return (kind, code) in marked or (kind in PIECES and ("staff", owner) in marked)


def _waits(marked: set[tuple[str, str]], case: Case) -> bool:
    """A place is judged after its people: while one of them is marked, it is as good as marked."""
    if not isinstance(case, SchoolCase | AssociationCase):
        return False
    return any(("staff", one.code) in marked for one in case.people)


def _add(counts: dict[Slice, tuple[int, int]], row: Mapping[str, Any]) -> None:
    population, achieved = counted(row)
    for one in population | achieved:
        held = counts.get(one, (0, 0))
        counts[one] = (held[0] + (one in population), held[1] + (one in achieved))
