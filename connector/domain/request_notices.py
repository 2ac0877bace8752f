"""What is owed because of requests about routes: asked, waiting for long, decided (domain 4 and 6).

Whoever looks after the person hears of a request in the digest, and is reminded once where nobody
has decided for some working days. Whoever asked hears the decision with its reason, and so do the
teacher and the mentors, whose route it is too. A request that was taken back is told to nobody, and
nobody is told what they did themselves.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from connector.domain.cases import StaffCase
from connector.domain.letter_pages import route_page, waiting_page
from connector.domain.owed import Circle, Owed, Recipient
from connector.domain.people import StaffMember
from connector.domain.progress import RouteProgress
from connector.domain.requests import REMIND_AFTER, RequestState, RouteRequest

REQUEST_MADE = "request_made"
REQUEST_WAITS = "request_waits"
REQUEST_DECIDED = "request_decided"

NOBODY = "nobody"
"""Stands in the key for a recipient who was not found."""

REMINDED_FOR = timedelta(days=7)
"""A reminder that could not be written for a week reminds nobody any more; so requests that waited
long before anybody was told of any are told once, and not reminded of on the next day."""


def requests_owed(case: StaffCase, circle: Circle, day: date, horizon: timedelta) -> Iterator[Owed]:
    """What is owed on `day`; horizon: how long a decision is told of. A request waits whenever it
    was made; one about a route that is no longer there waits for nothing."""
    routes = {one.route.number: one for one in case.folded.routes}
    for request in case.folded.dossier.requests:
        progress = routes.get(request.route)
        if progress is None or request.asked_on > day:
            continue
        one = _Told(case, circle, progress, request)
        if request.state is RequestState.WAITING:
            yield from one.made()
            yield from one.waits(day)
        on = request.decided_on
        if request.is_decided and on is not None and day - horizon <= on <= day:
            yield from one.decided(on)


class _Told:
    """One request and those around it."""

    def __init__(
        self, case: StaffCase, circle: Circle, progress: RouteProgress, request: RouteRequest
    ) -> None:
        self._case = case
        self._circle = circle
        self._progress = progress
        self._request = request

    def made(self) -> Iterator[Owed]:
        numbers: list[str | None] = [*self._methodists()]
        if not self._circle.methodists:
            # So that the lack is seen.
            numbers = [None]
        for number in numbers:
            yield self._owed(REQUEST_MADE, Recipient.METHODIST, number, self._request.asked_on)

    def waits(self, day: date) -> Iterator[Owed]:
        calendar, asked_on = self._case.setting.calendar, self._request.asked_on
        if calendar.count(asked_on, day) < REMIND_AFTER:
            return
        on = self._request.remind_on(calendar)
        if on < day - REMINDED_FOR:
            return
        for number in self._methodists():
            follows = (self._key(REQUEST_MADE, Recipient.METHODIST, number),)
            yield self._owed(REQUEST_WAITS, Recipient.METHODIST, number, on, follows)

    def decided(self, on: date) -> Iterator[Owed]:
        told: dict[str, Recipient] = {self._case.code: Recipient.TEACHER}
        for mentor in self._circle.mentors:
            told.setdefault(mentor.personnel_no, Recipient.MENTOR)
        for member in self._circle.colleagues.get(self._request.asked_by or "", ()):
            # Whoever asked, or stands in for them; most often one of the above.
            told.setdefault(member.personnel_no, self._role_of(member))
        if self._request.decided_by is not None:
            told.pop(self._request.decided_by, None)
        for number, role in sorted(told.items()):
            yield self._owed(REQUEST_DECIDED, role, number, on)

    def _methodists(self) -> list[str]:
        numbers = {member.personnel_no for member in self._circle.methodists}
        return sorted(numbers - {self._request.asked_by or ""})

    def _role_of(self, member: StaffMember) -> Recipient:
        number = member.personnel_no
        if any(one.personnel_no == number for one in self._circle.specialists):
            return Recipient.SPECIALIST
        return Recipient.METHODIST

    def _owed(
        self,
        kind: str,
        role: Recipient,
        number: str | None,
        on: date,
        follows: tuple[str, ...] = (),
    ) -> Owed:
        params = {**self._params(), "page": self._page(kind)}
        return Owed(self._key(kind, role, number), kind, role, number, params, on, follows=follows)

    def _key(self, kind: str, role: Recipient, number: str | None) -> str:
        code = self._progress.route.code
        return f"{kind}:{code}:{self._request.number}:{role}:{number or NOBODY}"

    def _page(self, kind: str) -> str:
        """Whoever decides finds all that waits in one place, however many a letter tells of."""
        municipality = self._case.setting.municipality
        if kind == REQUEST_DECIDED:
            return route_page(municipality, self._case.code, self._progress.route.number)
        return waiting_page(municipality)

    def _params(self) -> dict[str, Any]:
        """Why it was asked stays on the page: it is often an illness."""
        request = self._request
        steps = {one.step.order: one.step for one in self._progress.steps}
        step = steps.get(request.step)
        return {
            "number": request.route,
            "person": self._case.folded.dossier.person.full_name,
            "on": request.asked_on.isoformat(),
            "asked": request.kind,
            "step": request.step,
            "title": self._case.setting.catalogue.title_of(step.target) if step else None,
            "first": request.first.isoformat() if request.first else None,
            "last": request.last.isoformat() if request.last else None,
            "granted": request.state is RequestState.GRANTED,
            # One line, whatever was typed: a list mark of theirs must not become one of ours.
            "why": " ".join((request.decision or "").split()),
            "own": request.asked_by == self._case.code,
        }
