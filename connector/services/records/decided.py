"""Decisions as those read them whom they concern: what, for whom, why, by which clause, until when.

Whoever is responsible, heads the school or association it is for, or looks after it may read a
decision, and so may whoever stands in for them. Whoever is responsible may say that it is done;
whoever enters records reads and changes all of them.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from connector.domain.circle import head_of
from connector.domain.people import Organisation, StaffMember
from connector.domain.records import Analysis, Decision
from connector.services.access.visibility import Viewer, VisibilityService
from connector.services.records import reading as records


@dataclass(frozen=True, slots=True)
class ShownDecision:
    """place: the name of what it is for; None: the whole municipality. may_do: whether the viewer
    may say that it is done."""

    decision: Decision
    analysis: Analysis | None
    place: str | None
    responsible: StaffMember | None
    may_do: bool


@dataclass(frozen=True, slots=True)
class DecidedService:
    """Reads only, of one municipality on a day, for one viewer."""

    session: Session = field(repr=False)
    municipality: str
    viewer: Viewer
    day: date

    def all(self) -> list[ShownDecision]:
        """Those that concern the viewer: what is open first, by its term."""
        decisions = records.decisions(self.session, self.municipality)
        organisation = records.organisation(self.session, self.municipality)
        parts = VisibilityService(self.session).parts(self.viewer, self.municipality, self.day)
        after = {
            one.of
            for one in records.assignments(self.session, self.municipality)
            if one.personnel_no in parts and self.day in one.span
        }
        seen = [one for one in decisions if self._concerns(one, organisation, parts, after)]
        analyses = {o.number: o for o in records.analyses(self.session, self.municipality)}
        numbers = sorted({one.responsible for one in seen if one.responsible})
        staff = records.staff(self.session, self.municipality, numbers) if numbers else {}
        shown = [
            ShownDecision(
                one,
                analyses.get(one.analysis or ""),
                _place(one, organisation, self.day),
                staff.get(one.responsible or ""),
                self.viewer.enters_records or one.responsible in parts,
            )
            for one in seen
        ]
        return sorted(shown, key=self._order)

    def one(self, number: str) -> ShownDecision | None:
        """None where there is none, or it is none of the viewer's business."""
        return next((one for one in self.all() if one.decision.number == number), None)

    def _concerns(
        self,
        decision: Decision,
        organisation: Organisation,
        parts: Collection[str],
        after: Collection[str | None],
    ) -> bool:
        """after: the schools, associations and people that the viewer looks after."""
        if self.viewer.enters_records or decision.responsible in parts:
            return True
        if not parts or not decision.is_addressed:
            return False
        scope = decision.scope.rpartition(":")[2]
        return scope in after or head_of(decision.scope, self.day, organisation) in parts

    def _order(self, shown: ShownDecision) -> tuple[bool, date, str]:
        decision = shown.decision
        return decision.is_done(self.day), decision.due_on or date.max, decision.number


def _place(decision: Decision, organisation: Organisation, day: date) -> str | None:
    if not decision.is_addressed:
        return None
    kind, _, code = decision.scope.rpartition(":")
    find = organisation.school if kind == "school" else organisation.association
    place = find(code, day)
    return place.name if place is not None else code
