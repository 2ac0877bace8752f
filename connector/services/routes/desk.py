"""The methodist's decisions about drafts: edit, approve one or many, dismiss with a reason.

Each says which version of the draft it was made on, so that nobody approves what they have not
seen. What cannot be done says why, in Russian, and keeps nothing else back.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from connector.domain.people import StaffMember
from connector.models import Draft
from connector.services.imports import gate as import_gate
from connector.services.imports.importing import ImportService
from connector.services.records import reading as records
from connector.services.records.entry import Making
from connector.services.routes.changes import ChangeKind, RouteEdit, RouteWriter
from connector.services.routes.contents import Code, Contents, contents_of, texts
from connector.services.routes.drafting import rows_of
from connector.services.routes.wishes import WishService
from connector.spreadsheets.sheets import SHEETS
from connector.texts.words import day as day_text

GONE = "этого черновика больше нет"
CHANGED = "черновик изменился, пока страница была открыта: проверьте его ещё раз"
APPROVED = "маршрут уже утверждён"
CANCELLED = "маршрут отменён"
NO_STEPS = "в маршруте нет ни одного шага"
NONE_REQUIRED = "нет ни одного обязательного шага, и маршрут никогда не завершится"
LEFT = "работник уволен или ещё не принят"
NOBODY = "не указано, кто утверждает"
NO_REASON = "напишите, почему"


@dataclass(frozen=True, slots=True)
class Picked:
    """A draft as somebody saw it."""

    code: Code
    version: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a decision. why: None where it was carried out; whole sentences otherwise."""

    code: Code
    why: str | None = None


@dataclass(frozen=True, slots=True)
class RouteDesk:
    """Takes a session of a writing transaction, never commits. Raises RowInTheWay."""

    session: Session = field(repr=False)
    municipality: str
    importer: ImportService

    def approve(
        self, picked: Sequence[Picked], approver: str | None, making: Making
    ) -> Sequence[Settled]:
        """Approves what can be; each of the others says why it cannot."""
        import_gate.close(self.session, self.municipality)
        people = {one.code[0] for one in picked}
        held = contents_of(self.session, self.municipality, people)
        staff = records.staff(self.session, self.municipality, sorted(people))
        why = {
            one.code: _unfit(one, held.get(one.code))
            or obstacle(held[one.code], staff.get(one.code[0]), making.today)
            or (None if approver else NOBODY)
            for one in picked
        }
        edits = [
            _approval(held[code], approver or "", making.today)
            for code, reason in why.items()
            if reason is None
        ]
        written = RouteWriter(self.session, self.municipality, self.importer).write(edits, making)
        for place, faults in written.faults.items():
            why[edits[place].code] = "; ".join(faults)
        return [Settled(code, reason) for code, reason in why.items()]

    def edit(
        self, picked: Picked, starts_on: str, steps: Sequence[Mapping[str, str]], making: Making
    ) -> Settled:
        """Writes a draft as its form has it; steps in their order, numbered anew."""
        import_gate.close(self.session, self.municipality)
        held = contents_of(self.session, self.municipality, [picked.code[0]]).get(picked.code)
        why = _unfit(picked, held)
        if held is None or why is not None:
            return Settled(picked.code, why)
        if not steps:
            return Settled(picked.code, NO_STEPS)
        whose = {"personnel_no": picked.code[0], "number": picked.code[1]}
        head = {**texts("routes", held.route), "starts_on": starts_on}
        rows = [("routes", head)]
        rows += [("steps", {**s, **whose, "order": str(n)}) for n, s in enumerate(steps, 1)]
        gone = [("steps", body) for body in held.steps if body["order"] > len(steps)]
        edit = RouteEdit(picked.code, ChangeKind.EDITED, rows, gone)
        written = RouteWriter(self.session, self.municipality, self.importer).write([edit], making)
        return Settled(picked.code, "; ".join(written.faults.get(0, ())) or None)

    def dismiss(self, picked: Picked, reason: str, making: Making) -> Settled:
        """Takes a draft away for good: it is not proposed again for the same results."""
        import_gate.close(self.session, self.municipality)
        held = contents_of(self.session, self.municipality, [picked.code[0]]).get(picked.code)
        why = _unfit(picked, held) or (None if reason else NO_REASON)
        if held is None or why is not None:
            return Settled(picked.code, why)
        edit = RouteEdit(picked.code, ChangeKind.DISMISSED, gone=rows_of(held), reason=reason)
        RouteWriter(self.session, self.municipality, self.importer).write([edit], making)
        self.session.execute(
            update(Draft)
            .where(
                Draft.municipality == self.municipality,
                Draft.person == picked.code[0],
                Draft.number == picked.code[1],
                Draft.state.in_(("proposed", "held")),
            )
            .values(
                state="dismissed",
                reason=reason,
                decided_at=making.now,
                decided_by=making.by[:120],
            )
            .execution_options(synchronize_session=False)
        )
        return Settled(picked.code)

    def ask_again(self, person: str, making: Making) -> None:
        """Has a person proposed a route anew, whatever was decided before; drafts that are there
        stay."""
        live = contents_of(self.session, self.municipality, [person])
        rows = self.session.execute(
            select(Draft.result, Draft.number).where(
                Draft.municipality == self.municipality, Draft.person == person
            )
        )
        over = [
            result
            for result, number in rows
            if (held := live.get((person, number or ""))) is None or not held.is_draft
        ]
        self.session.execute(
            delete(Draft)
            .where(
                Draft.municipality == self.municipality,
                Draft.person == person,
                Draft.result.in_(over),
            )
            .execution_options(synchronize_session=False)
        )
        WishService(self.session).ask(self.municipality, [person], making.now)


def obstacle(held: Contents, person: StaffMember | None, today: date) -> str | None:
    """Why a draft cannot be approved as it is; None where it can."""
    if person is None or not person.is_employed(today):
        return LEFT
    if not held.steps:
        return NO_STEPS
    if not any(body["required"] is not False for body in held.steps):
        return NONE_REQUIRED
    past = [
        f"{body['order']} ({day_text(date.fromisoformat(body['due_on']))})"
        for body in held.steps
        if body["due_on"] and date.fromisoformat(body["due_on"]) < today
    ]
    return f"прошёл срок шага {', '.join(past)}: поставьте новый" if past else None


def blank_step() -> Mapping[str, str]:
    """A step of a form in which nothing is filled in."""
    return dict.fromkeys(SHEETS["steps"].by_name, "")


def _unfit(picked: Picked, held: Contents | None) -> str | None:
    if held is None:
        return GONE
    if not held.is_draft:
        return APPROVED if held.route["approved_by"] else CANCELLED
    return None if held.version == picked.version else CHANGED


def _approval(held: Contents, approver: str, today: date) -> RouteEdit:
    decided = {"approved_by": approver, "approved_on": today.isoformat()}
    row = {**texts("routes", held.route), **decided}
    return RouteEdit(held.code, ChangeKind.APPROVED, [("routes", row)])


def approvers(session: Session, municipality: str, day: date) -> Collection[str]:
    """Personnel numbers of those who have a methodist's or a specialist's duty on a day."""
    return sorted(
        {
            one.personnel_no
            for one in records.assignments(session, municipality)
            if str(one.duty) in ("methodist", "specialist") and day in one.span
        }
    )
