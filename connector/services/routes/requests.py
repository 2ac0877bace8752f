"""Requests about routes: asked with a reason, decided with a reason, written as records.

What speaks against a request is looked at twice, when it is asked and when it is granted: a route
goes on in between.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from connector.domain.dossier import Setting
from connector.domain.progress import RouteProgress
from connector.models import RouteRequest
from connector.services.cases.casefiles import CaseFiles
from connector.services.cases.subjects import mark_dirty
from connector.services.imports import gate as import_gate
from connector.services.imports.importing import ImportService
from connector.services.records.entry import Making
from connector.services.routes.asked import Asked, RequestKind, objection
from connector.services.routes.changes import ChangeKind, RouteEdit, RouteWriter
from connector.services.routes.contents import Code, Contents, contents, texts

AGREED = "согласовано"
LONGEST_REASON = 2000
TWICE = "такая просьба уже ждёт решения"
DECIDED = "об этой просьбе уже решено"
GONE = "этой просьбы больше нет"

_WRITTEN = {
    RequestKind.PAUSE: ChangeKind.PAUSED,
    RequestKind.PROLONG: ChangeKind.PROLONGED,
    RequestKind.NOT_RELEVANT: ChangeKind.NOT_RELEVANT,
    RequestKind.DROP: ChangeKind.DROPPED,
}


@dataclass(frozen=True, slots=True)
class RequestService:
    """Takes a session, never commits. What is refused says why, in Russian."""

    session: Session = field(repr=False)
    setting: Setting

    @property
    def municipality(self) -> str:
        return self.setting.municipality

    def ask(self, code: Code, asked: Asked, making: Making) -> str | None:
        """Puts a request before the methodists; why it cannot be, None where it stands."""
        import_gate.close(self.session, self.municipality)
        why = objection(asked, self._progress(code), self.setting.calendar, making.today)
        if why is not None:
            return why
        held = self.session.scalars(
            self._of(code).where(
                RouteRequest.state == "waiting",
                RouteRequest.kind == str(asked.kind),
                RouteRequest.step == asked.step,
            )
        ).first()
        if held is not None:
            return TWICE
        self.session.add(
            RouteRequest(
                municipality=self.municipality,
                person=code[0],
                number=code[1],
                kind=str(asked.kind),
                step=asked.step,
                first_day=asked.first,
                last_day=asked.last,
                reason=asked.reason.strip()[:LONGEST_REASON],
                asked_by=making.by[:160],
                asked_at=making.now,
                state="waiting",
            )
        )
        self.session.flush()
        self._tell(code[0])
        return None

    def grant(
        self, number: int, decision: str, importer: ImportService, making: Making
    ) -> str | None:
        """Does what was asked for; the reason where it can be done no more."""
        row = self._locked(number)
        why = _undecidable(row)
        if row is None or why is not None:
            return why
        code = (row.person, row.number)
        asked = asked_in(row)
        progress, held = self._progress(code), contents(self.session, self.municipality, code)
        why = objection(asked, progress, self.setting.calendar, making.today)
        if held is None or why is not None:
            return why
        edit = _edit(code, asked, held, making)
        written = RouteWriter(self.session, self.municipality, importer).write([edit], making)
        if written.faults:
            return "; ".join(written.faults[0])
        _decide(row, "granted", decision.strip() or AGREED, making)
        self._tell(row.person)
        return None

    def refuse(self, number: int, decision: str, making: Making) -> str | None:
        """Refuses with a reason, which whoever asked gets to read."""
        row = self._locked(number)
        why = _undecidable(row)
        if row is None or why is not None:
            return why
        if not decision.strip():
            return "напишите, почему отказано: это прочитает тот, кто просил"
        _decide(row, "refused", decision.strip(), making)
        self._tell(row.person)
        return None

    def take_back(self, number: int, making: Making) -> str | None:
        """Whoever asked does not want it any more."""
        row = self._locked(number)
        why = _undecidable(row)
        if row is None or why is not None:
            return why
        row.state, row.decided_at = "taken_back", making.now
        self._tell(row.person)
        return None

    def waiting(self) -> Sequence[RouteRequest]:
        """Those that nobody has decided about, the longest waiting first."""
        return self.session.scalars(
            select(RouteRequest)
            .where(RouteRequest.municipality == self.municipality, RouteRequest.state == "waiting")
            .order_by(RouteRequest.asked_at, RouteRequest.id)
        ).all()

    def of_route(self, code: Code) -> Sequence[RouteRequest]:
        """All of a route's, the latest first."""
        return self.session.scalars(self._of(code).order_by(RouteRequest.id.desc())).all()

    def find(self, number: int) -> RouteRequest | None:
        """Of this municipality only."""
        return self.session.scalars(
            select(RouteRequest).where(
                RouteRequest.id == number, RouteRequest.municipality == self.municipality
            )
        ).first()

    def _tell(self, person: str) -> None:
        """Has it worked out who is to be told, and who no longer (domain.request_notices)."""
        mark_dirty(self.session, self.municipality, "staff", [person])

    def _of(self, code: Code) -> Select[RouteRequest]:
        return select(RouteRequest).where(
            RouteRequest.municipality == self.municipality,
            RouteRequest.person == code[0],
            RouteRequest.number == code[1],
        )

    def _locked(self, number: int) -> RouteRequest | None:
        """Two who decide at once are one after the other."""
        import_gate.close(self.session, self.municipality)
        return self.find(number)

    def _progress(self, code: Code) -> RouteProgress | None:
        case = CaseFiles(self.session, self.setting).staff([code[0]]).get(code[0])
        routes = case.folded.routes if case is not None else ()
        return next((one for one in routes if one.route.number == code[1]), None)


def asked_in(row: RouteRequest) -> Asked:
    return Asked(RequestKind(row.kind), row.reason, row.step, row.first_day, row.last_day)


def _undecidable(row: RouteRequest | None) -> str | None:
    if row is None:
        return GONE
    return None if row.state == "waiting" else DECIDED


def _decide(row: RouteRequest, state: str, decision: str, making: Making) -> None:
    row.state = state
    row.decided_by, row.decided_at = making.by[:160], making.now
    row.decision = decision[:LONGEST_REASON]


def _edit(code: Code, asked: Asked, held: Contents, making: Making) -> RouteEdit:
    row: Mapping[str, str]
    match asked.kind:
        case RequestKind.PAUSE:
            assert asked.first is not None
            assert asked.last is not None
            days = {"from": asked.first.isoformat(), "until": asked.last.isoformat()}
            whose = {"personnel_no": code[0], "number": code[1]}
            sheet, row = "pauses", {**whose, **days, "reason": asked.reason}
        case RequestKind.DROP:
            starts_on = str(held.route["starts_on"])
            # A route that has not begun yet is cancelled on the day on which it would have.
            on = max(making.today.isoformat(), starts_on)
            head = texts("routes", held.route)
            sheet, row = "routes", {**head, "cancelled_on": on, "cancel_reason": asked.reason}
        case _:
            body = held.step(asked.step)
            assert body is not None
            sheet, row = "steps", texts("steps", body)
            if asked.kind is RequestKind.PROLONG:
                assert asked.last is not None
                row = {**row, "due_on": asked.last.isoformat()}
            else:
                row = {**row, "required": "нет"}
    return RouteEdit(code, _WRITTEN[asked.kind], [(sheet, row)], reason=asked.reason)
