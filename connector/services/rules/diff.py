"""Another rule set over the stored evidence, beside the one in force. Reads only.

Subjects come in chunks, and of each only what differs is kept, so that a region takes no more
memory than a village. A subject whose case both rule sets read alike is folded once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from connector.domain.because import WHOLE, Judgement, Slice, SliceKind, SubjectKind
from connector.domain.cases import Case, Moment, StaffCase
from connector.domain.indicators import Indicator
from connector.domain.owed import Circle, Owed
from connector.domain.periods import Period, period_containing
from connector.domain.shares import Share
from connector.models import Subject
from connector.rulebook import Rulebook, RuleFault
from connector.services.cases.casefiles import CaseFiles
from connector.services.cases.pieces import PIECES, pieces_of
from connector.services.cases.setting import Ground, Settings
from connector.services.notices.circles import circles_around
from connector.services.notices.plans import PlanService, PlanStanding
from connector.services.rules.changes import (
    IndicatorChange,
    NoticeChange,
    RuleChanges,
    SliceChange,
    Standing,
    Turned,
    Verdict,
)
from connector.services.rules.names import Names
from connector.services.rules.sides import Side, brought_together, say_the_same

CHUNK = 300
MOST = 500
Progress = Callable[[int, int], None]
"""Told how many subjects are done, of how many; may raise to end the work."""


@dataclass(slots=True)
class _Counted:
    """An indicator's sums under both rule sets, and who changes sides."""

    counts: tuple[dict[Slice, list[int]], dict[Slice, list[int]]] = field(
        default_factory=lambda: ({}, {})
    )
    turned: list[tuple[SubjectKind, str, Judgement, Judgement]] = field(default_factory=list)
    turned_count: int = 0


class RuleDiff:
    """One trial over one municipality, in one session. most: how many of each list are kept."""

    def __init__(
        self,
        session: Session,
        municipality: str,
        day: date,
        asked: tuple[Period | None, date | None] = (None, None),
        most: int = MOST,
    ) -> None:
        """day: the municipality's today. asked: a period and an `as_of`, where others are meant."""
        self._session = session
        self._municipality = municipality
        self._day = asked[1] or day
        self._today = day
        self._asked = asked
        self._most = most
        self._counted: dict[str, _Counted] = {}
        self._notices: list[tuple[bool, SubjectKind, str, Owed]] = []
        self._notice_counts: dict[tuple[bool, str], int] = {}
        self._faults: dict[str, None] = {}

    def subjects(self) -> int:
        """How many there are to be judged."""
        return (
            self._session.scalar(
                select(func.count()).where(Subject.municipality == self._municipality)
            )
            or 0
        )

    def changes(
        self,
        before: Rulebook | None,
        after: Rulebook,
        progress: Progress = lambda done, of: None,
    ) -> RuleChanges:
        """What `after` would change; before: None where no rules are in force.

        Raises RulesRefused, AsOfBeforePeriod, and whatever `progress` raises.
        """
        ground = self._ground(after)
        sides = [self._side(after, ground)]
        if before is not None:
            held, ground = brought_together(self._ground(before), ground)
            sides = [self._side(before, held), self._side(after, ground)]
        self._walk(sides, ground, progress)
        return self._result(sides)

    def _ground(self, book: Rulebook) -> Ground:
        return Settings(book).ground(self._session, self._municipality, self._today)

    def _side(self, book: Rulebook, ground: Ground) -> Side:
        return Side(book, book.rules(self._municipality), ground.setting, self._moments(book))

    def _moments(self, book: Rulebook) -> dict[str, Moment]:
        """When each indicator is judged; those of another kind of period are left out."""
        period, as_of = self._asked
        found = {}
        for indicator in book.rules(self._municipality).indicators:
            if period is not None and indicator.period is not period.kind:
                continue
            own = period or period_containing(self._day, indicator.period)
            found[indicator.code] = Moment(own, own.as_of(as_of or max(self._today, own.first)))
        return found

    def _walk(self, sides: Sequence[Side], ground: Ground, progress: Progress) -> None:
        for code in {code for side in sides for code in side.moments}:
            self._counted[code] = _Counted()
        talks_differ = len(sides) < 2 or not say_the_same(*sides)
        total, done = self.subjects(), 0
        progress(done, total)
        for kind, codes in self._chunks():
            if kind not in PIECES and (talks_differ or _judges(sides, kind)):
                self._look(sides, ground, kind, codes, talks_differ)
            done += len(codes)
            progress(done, total)
        for kind, codes in self._unknown(sides):
            self._look(sides, ground, kind, codes, talks_differ)

    def _chunks(self) -> Iterator[tuple[SubjectKind, list[str]]]:
        """Codes by kind, in order of id; never more of them in memory than a chunk."""
        for kind in SubjectKind:
            last = 0
            while rows := self._session.execute(
                select(Subject.id, Subject.code)
                .where(
                    Subject.municipality == self._municipality,
                    Subject.kind == str(kind),
                    Subject.id > last,
                )
                .order_by(Subject.id)
                .limit(CHUNK)
            ).all():
                last = rows[-1][0]
                yield kind, [code for _, code in rows]

    def _unknown(self, sides: Sequence[Side]) -> Iterator[tuple[SubjectKind, list[str]]]:
        """What only the tried rules list: no subject yet, and one as soon as they are in force."""
        for kind, listed in (
            (SubjectKind.DOCUMENT, [side.setting.registers.documents for side in sides]),
            (SubjectKind.ROADMAP_ITEM, [side.setting.registers.roadmap for side in sides]),
        ):
            codes = {code for register in listed for code in register}
            known = self._session.scalars(
                select(Subject.code).where(
                    Subject.municipality == self._municipality, Subject.kind == str(kind)
                )
            )
            yield kind, sorted(codes - set(known))

    def _look(
        self,
        sides: Sequence[Side],
        ground: Ground,
        kind: SubjectKind,
        codes: Sequence[str],
        talks_differ: bool,
    ) -> None:
        judged: list[dict[tuple[SubjectKind, str], dict[str, Judgement]]] = []
        owed: list[dict[tuple[SubjectKind, str], Mapping[str, Owed]]] = []
        cases: dict[tuple[SubjectKind, str], Case] = {}
        for number, side in enumerate(sides):
            if number == 0 or side.setting is not sides[0].setting:
                found = CaseFiles(self._session, side.setting).units(kind, codes)
                cases = {(kind, code): case for code, case in found.items()}
                cases |= _pieces(sides, found.values())
            judged.append({key: self._judged(side, case) for key, case in cases.items()})
            if talks_differ:
                owed.append(self._owed(side, ground, cases))
        for key in sorted({key for one in judged for key in one}):
            self._compare(*key, [one.get(key, {}) for one in judged])
            if len(owed) == 2:
                self._compare_notices(*key, *(one.get(key, {}) for one in owed))

    def _judged(self, side: Side, case: Case) -> dict[str, Judgement]:
        found = {}
        for indicator in side.about(case.kind):
            moment = side.moments[indicator.code]
            try:
                found[indicator.code] = side.rulebook.judge(
                    self._municipality, indicator, case, moment
                )
            except RuleFault as fault:
                self._faults[str(fault)] = None
        return found

    def _owed(
        self, side: Side, ground: Ground, cases: Mapping[tuple[SubjectKind, str], Case]
    ) -> dict[tuple[SubjectKind, str], Mapping[str, Owed]]:
        around = circles_around(
            self._session,
            side.setting,
            ground.posts,
            cases.values(),
            self._day,
            side.rulebook.spoken_of(self._municipality),
        )
        pairs = [(case, around.get(key, Circle())) for key, case in cases.items()]
        answers = side.rulebook.notices_of(self._municipality, pairs, self._day)
        for answer in answers:
            self._faults.update({str(fault): None for fault in answer.faults})
        return {
            key: {notice.key: notice for notice in answer.owed}
            for key, answer in zip(cases, answers, strict=True)
        }

    def _compare(
        self, kind: SubjectKind, code: str, judged: Sequence[Mapping[str, Judgement]]
    ) -> None:
        for number, found in enumerate(judged):
            side = number + 2 - len(judged)
            for indicator, judgement in found.items():
                _count(self._counted[indicator].counts[side], judgement)
        if len(judged) < 2:
            return
        for indicator in judged[0].keys() & judged[1].keys():
            old, new = judged[0][indicator], judged[1][indicator]
            if (old.in_population, old.achieved) == (new.in_population, new.achieved):
                continue
            counted = self._counted[indicator]
            counted.turned_count += 1
            if len(counted.turned) < self._most:
                counted.turned.append((kind, code, old, new))

    def _compare_notices(
        self, kind: SubjectKind, code: str, old: Mapping[str, Owed], new: Mapping[str, Owed]
    ) -> None:
        for key in sorted(old.keys() ^ new.keys()):
            self._note(key in new, kind, code, new[key] if key in new else old[key])

    def _note(self, is_new: bool, kind: SubjectKind, code: str, owed: Owed) -> None:
        counted = (is_new, owed.kind)
        self._notice_counts[counted] = self._notice_counts.get(counted, 0) + 1
        if len(self._notices) < self._most:
            self._notices.append((is_new, kind, code, owed))

    def _result(self, sides: Sequence[Side]) -> RuleChanges:
        names = Names(self._session, self._municipality)
        rows = self._indicators(sides, names)
        if len(sides) == 2 and self._asked == (None, None):
            self._plan_notices(sides[1], rows)
        return RuleChanges(
            self._municipality,
            self._day,
            tuple(rows),
            tuple(
                NoticeChange(owed, is_new, names.of(kind, [code])[code])
                for is_new, kind, code, owed in self._notices
            ),
            self._notice_counts,
            self.subjects(),
            tuple(sorted(self._faults)),
        )

    def _indicators(self, sides: Sequence[Side], names: Names) -> list[IndicatorChange]:
        old = sides[0].by_code if len(sides) == 2 else {}
        new = sides[-1].by_code
        return [
            self._indicator(
                (old.get(code), new.get(code)),
                sides[-1].moments[code] if code in new else sides[0].moments[code],
                names,
            )
            for code in [*new, *(code for code in old if code not in new)]
        ]

    def _indicator(
        self, pair: tuple[Indicator | None, Indicator | None], moment: Moment, names: Names
    ) -> IndicatorChange:
        indicator = pair[1] or pair[0]
        assert indicator is not None
        counted = self._counted[indicator.code]
        places = sorted({WHOLE, *counted.counts[0], *counted.counts[1]})
        changes = {}
        for place in places:
            standings = [
                None
                if one is None
                else _standing(one, counted.counts[side].get(place, [0, 0]), moment.period)
                for side, one in enumerate(pair)
            ]
            changes[place] = SliceChange(place.kind, place.code, place.code, *standings)
        whole = changes.pop(WHOLE)
        by_kind = names.of(indicator.subject, [code for _, code, _, _ in counted.turned])
        return IndicatorChange(
            indicator.code,
            indicator.title,
            indicator.subject,
            moment.period,
            moment.as_of,
            whole,
            tuple(names.named(one) for one in changes.values() if one.differs and all(pair)),
            tuple(
                Turned(kind, code, by_kind[code], _verdict(before), _verdict(after))
                for kind, code, before, after in counted.turned
            ),
            counted.turned_count,
        )

    def _plan_notices(self, side: Side, rows: Sequence[IndicatorChange]) -> None:
        """What the closing hour would tell of plans that are met or lost by the change alone."""
        indicators = side.by_code
        told = []
        for row in rows:
            plan = indicators[row.code].plan_on(row.period.last) if row.code in indicators else None
            for one in (row.whole, *row.slices):
                if plan is None or one.after is None or one.kind is SliceKind.SCHOOL:
                    continue
                before, met = one.before.met if one.before else None, one.after.met
                # As at the closing hour: that a plan is not met yet is where everything begins.
                if met is None or met is before or (before is None and not met):
                    continue
                indicator = indicators[row.code]
                share = Share(indicator.kind, one.after.population, one.after.achieved)
                place = Slice(one.kind, one.code)
                told.append(PlanStanding(indicator, row.period, place, share, plan, met))
        service = PlanService(self._session)
        for owed in service.owed(self._municipality, told, side.setting, self._today):
            self._note(True, SubjectKind.MUNICIPALITY, self._municipality, owed)


def _judges(sides: Sequence[Side], kind: SubjectKind) -> bool:
    """Whether either rule set has an indicator about the kind, or about what is made of it."""
    kinds = {kind, *PIECES} if kind is SubjectKind.STAFF else {kind}
    return any(side.about(one) for side in sides for one in kinds)


def _pieces(sides: Sequence[Side], cases: Iterable[Case]) -> dict[tuple[SubjectKind, str], Case]:
    """Routes and completions, which are subjects only where the rules in force count them."""
    kinds = [kind for kind in sorted(PIECES) if any(side.about(kind) for side in sides)]
    return {
        (kind, code): piece
        for case in cases
        if isinstance(case, StaffCase)
        for kind in kinds
        for code, piece in pieces_of(case, kind).items()
    }


def _count(counts: dict[Slice, list[int]], judgement: Judgement) -> None:
    for column, (holds, slices) in enumerate(
        (
            (judgement.in_population, judgement.population_slices),
            (judgement.achieved, judgement.achieved_slices),
        )
    ):
        if holds:
            for one in slices:
                counts.setdefault(one, [0, 0])[column] += 1


def _standing(indicator: Indicator, counts: Sequence[int], period: Period) -> Standing:
    share = Share(indicator.kind, *counts)
    plan = indicator.plan_on(period.last)
    return Standing(
        share.population,
        share.achieved,
        share.rounded,
        float(plan.at_least) if plan else None,
        share.meets(plan) if plan else None,
        share.missing(plan) if plan else None,
    )


def _verdict(judgement: Judgement) -> Verdict:
    return Verdict(judgement.in_population, judgement.achieved, judgement.because)
