"""What is owed because of decisions: addressed to somebody, nearly due, overdue (domain 6).

Whoever is responsible hears of a decision, before its term and after it; so does whoever heads the
school or association it is for, of a new one. Whoever looks after that place (of the municipality's
own: the specialist) hears of one that is late. Of each decision only the latest is owed: nobody
reads in one letter that it is new, nearly due and late. One that is done, or taken out, owes
nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from connector.domain.cases import MunicipalityCase
from connector.domain.circle import head_of
from connector.domain.owed import Circle, Owed, Recipient
from connector.domain.people import StaffMember
from connector.domain.records import Decision

DECISION_ADDRESSED = "decision_addressed"
DECISION_DUE = "decision_due"
DECISION_OVERDUE = "decision_overdue"
KINDS = (DECISION_ADDRESSED, DECISION_DUE, DECISION_OVERDUE)

NOBODY = "nobody"
"""Stands in the key for a recipient who was not found."""


def decisions_owed(
    case: MunicipalityCase, circle: Circle, day: date, horizon: timedelta
) -> Iterator[Owed]:
    """What is owed on `day`; horizon: for how long a new decision, or one that is late, is told of:
    a first import brings years of them."""
    for decision in case.decisions:
        if decision.decided_on <= day and not decision.is_done(day):
            yield from _Told(case, circle, decision, day).owed(horizon)


class _Told:
    """One decision that waits, and those whom it concerns."""

    def __init__(
        self, case: MunicipalityCase, circle: Circle, decision: Decision, day: date
    ) -> None:
        self._case = case
        self._decision = decision
        self._day = day
        self._circle = circle
        self._around = circle.scopes.get(decision.scope, circle)
        self._responsible = circle.colleagues.get(decision.responsible or "", ())

    def owed(self, horizon: timedelta) -> Iterator[Owed]:
        decision, day = self._decision, self._day
        due, warn_on = decision.due_on, decision.warn_on(self._case.setting.calendar)
        is_warned = warn_on is not None and decision.decided_on < warn_on <= day
        if due is not None and due < day:
            if day - horizon <= due:
                yield from self._overdue(due)
            return
        if is_warned and warn_on is not None and due is not None:
            for number in _numbers(self._responsible):
                yield self._owed(DECISION_DUE, Recipient.ADDRESSEE, number, warn_on, due)
        if day - horizon <= decision.decided_on:
            yield from self._addressed(is_warned)

    def _addressed(self, is_warned: bool) -> Iterator[Owed]:
        """Whoever hears of the term already needs not hear that there is one."""
        spared = set(_numbers(self._responsible)) if is_warned else set()
        told = dict.fromkeys(_numbers((*self._responsible, *self._heads())), Recipient.ADDRESSEE)
        role, owners = self._owners()
        if self._decision.is_addressed or not told:
            for number in _numbers(owners):
                told.setdefault(number, role)
        for number in sorted(told.keys() - spared):
            on = self._decision.decided_on
            yield self._owed(DECISION_ADDRESSED, told[number], number, on)
        if not told:
            yield self._owed(DECISION_ADDRESSED, role, None, self._decision.decided_on)

    def _overdue(self, due: date) -> Iterator[Owed]:
        told = dict.fromkeys(_numbers(self._responsible), Recipient.ADDRESSEE)
        role, owners = self._owners()
        for number in _numbers(owners):
            told.setdefault(number, role)
        on = due + timedelta(days=1)
        for number in sorted(told):
            yield self._owed(DECISION_OVERDUE, told[number], number, on, due)
        if not told:
            # So that the lack is seen.
            yield self._owed(DECISION_OVERDUE, role, None, on, due)

    def _heads(self) -> tuple[StaffMember, ...]:
        organisation = self._case.setting.organisation
        head = head_of(self._decision.scope, self._day, organisation)
        return self._circle.colleagues.get(head or "", ())

    def _owners(self) -> tuple[Recipient, Sequence[StaffMember]]:
        if self._decision.is_addressed and self._around.methodists:
            return Recipient.METHODIST, self._around.methodists
        return Recipient.SPECIALIST, self._around.specialists

    def _owed(
        self, kind: str, role: Recipient, number: str | None, on: date, due: date | None = None
    ) -> Owed:
        """Another term is another reminder; the decision itself stays the same."""
        decision = self._decision
        of = (due or decision.decided_on).isoformat()
        key = f"{kind}:{decision.number}:{of}:{role}:{number or NOBODY}"
        return Owed(key, kind, role, number, self._params(), on)

    def _params(self) -> dict[str, Any]:
        decision = self._decision
        analyses = {one.number: one for one in self._case.analyses}
        analysis = analyses.get(decision.analysis or "")
        return {
            "number": decision.number,
            "text": decision.text,
            "basis": decision.basis,
            "on": decision.decided_on.isoformat(),
            "due": decision.due_on.isoformat() if decision.due_on else None,
            "place": self._place(),
            "analysis": decision.analysis,
            "about": analysis.about if analysis is not None else None,
            "responsible": [member.full_name for member in self._responsible],
        }

    def _place(self) -> str | None:
        """The name of what it is for; None: the whole municipality."""
        if not self._decision.is_addressed:
            return None
        kind, _, code = self._decision.scope.rpartition(":")
        organisation = self._case.setting.organisation
        place = (
            organisation.school(code, self._day)
            if kind == "school"
            else organisation.association(code, self._day)
        )
        return place.name if place is not None else code


def _numbers(members: Iterable[StaffMember]) -> list[str]:
    return sorted({member.personnel_no for member in members})
