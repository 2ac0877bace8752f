"""Drafts written: what stands of each person, and what a proposal makes of it (domain 4)."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from connector.domain.catalogue import parse_target
from connector.domain.proposals import ProposedRoute
from connector.domain.routes import RouteStep
from connector.models import Draft
from connector.models.among import among
from connector.models.inserting import insert_into
from connector.rulebook.answers import Proposed
from connector.services.imports.importing import ImportService
from connector.services.records.entry import Making
from connector.services.routes.changes import ChangeKind, RouteEdit, RouteWriter
from connector.services.routes.contents import Code, Contents, contents_of, texts
from connector.services.routes.deciding import Act, Standing, Untouched, decide

log = logging.getLogger(__name__)

BY = "предложение коннектора"
"""Who made a draft, in its history."""


@dataclass(frozen=True, slots=True)
class Stood:
    """What stands of some people: their routes and what was proposed to them."""

    routes: Mapping[Code, Contents]
    standings: Mapping[str, Standing]

    def number_for(self, person: str, day: date) -> str:
        """A number that no route of the person has."""
        taken = {number for one, number in self.routes if one == person}
        serial = 1
        while f"{day.year}-{serial}" in taken:
            serial += 1
        return f"{day.year}-{serial}"


@dataclass(frozen=True, slots=True)
class DraftService:
    """Takes a session, never commits."""

    session: Session = field(repr=False)
    municipality: str

    def stood(self, people: Collection[str]) -> Stood:
        """What stands of these people now."""
        routes = contents_of(self.session, self.municipality, people)
        rows: dict[str, list[Draft]] = {person: [] for person in people}
        for row in self.session.scalars(
            select(Draft)
            .where(
                Draft.municipality == self.municipality,
                among(self.session, Draft.person, sorted(people)),
            )
            .order_by(Draft.proposed_at, Draft.result)
        ):
            rows[row.person].append(row)
        return Stood(routes, {person: _standing(found, routes) for person, found in rows.items()})

    def write(
        self,
        proposals: Mapping[str, Proposed],
        stood: Stood,
        importer: ImportService,
        making: Making,
    ) -> Mapping[str, Act]:
        """Does what is to be done about each person; those whose rows are refused are logged."""
        acts = {
            person: decide(proposed, stood.standings[person], making.today)
            for person, proposed in proposals.items()
        }
        people = sorted(proposals)
        edits = {p: e for p in people if (e := _edit(p, acts[p], proposals[p], stood)) is not None}
        writer = RouteWriter(self.session, self.municipality, importer)
        ordered = list(edits)
        written = writer.write([edits[person] for person in ordered], making)
        for place in sorted(written.faults):
            log.warning("draft.refused municipality=%s", self.municipality)
            acts[ordered[place]] = Act.NOTHING
        now_there = contents_of(self.session, self.municipality, ordered)
        for person in people:
            self._note(person, acts[person], proposals[person], stood, edits, now_there, making.now)
        return acts

    def _note(
        self,
        person: str,
        act: Act,
        proposed: Proposed,
        stood: Stood,
        edits: Mapping[str, RouteEdit],
        routes: Mapping[Code, Contents],
        now: datetime,
    ) -> None:
        if act in (Act.NOTHING, Act.KEEP):
            return
        mine = stood.standings[person].untouched
        if mine is not None:
            state = "withdrawn" if act is Act.WITHDRAW else "superseded"
            self._close(person, mine.result, state, now)
        if act in (Act.CREATE, Act.RENEW):
            code = edits[person].code
            self._put(person, "proposed", proposed, now, code[1], routes[code].version)
        elif act is Act.HOLD:
            self._put(person, "held", proposed, now, stood.standings[person].edited)
        elif act is Act.TELL or proposed.proposal is not None:
            self._put(person, "uncovered", proposed, now)

    def _close(self, person: str, result: str, state: str, now: datetime) -> None:
        self.session.execute(
            update(Draft)
            .where(
                Draft.municipality == self.municipality,
                Draft.person == person,
                Draft.result == result,
            )
            .values(state=state, decided_at=now)
            .execution_options(synchronize_session=False)
        )

    def _put(
        self,
        person: str,
        state: str,
        proposed: Proposed,
        now: datetime,
        number: str | None = None,
        version: str | None = None,
    ) -> None:
        proposal = proposed.proposal
        assert proposal is not None
        values = {
            "number": number,
            "state": state,
            "version": version,
            "note": (proposed.route.note or None) if proposed.route is not None else None,
            "deficits": list(proposal.deficits),
            "uncovered": list(proposal.uncovered),
            "proposed_at": now,
            "decided_at": None,
        }
        key = {"municipality": self.municipality, "person": person, "result": proposal.result}
        self.session.execute(
            insert_into(self.session, Draft)
            .values(**key, **values)
            .on_conflict_do_update(index_elements=list(key), set_=values)
        )


def _standing(rows: Sequence[Draft], routes: Mapping[Code, Contents]) -> Standing:
    states = {row.result: row.state for row in rows}
    untouched: Untouched | None = None
    edited: str | None = None
    for row in rows:
        held = routes.get((row.person, row.number)) if row.number else None
        if row.state != "proposed" or held is None or not held.is_draft:
            continue
        if held.version == row.version:
            untouched = Untouched(held.code[1], row.result, held.version, _as_proposed(held))
        else:
            edited = held.code[1]
    return Standing(states, untouched, edited)


def _as_proposed(held: Contents) -> ProposedRoute:
    steps = tuple(
        RouteStep(
            body["order"],
            parse_target(body["target"]),
            tuple(body["competencies"] or ()),
            date.fromisoformat(body["due_on"]) if body["due_on"] else None,
            body["required"] is not False,
        )
        for body in held.steps
    )
    return ProposedRoute(date.fromisoformat(held.route["starts_on"]), steps)


def _edit(person: str, act: Act, proposed: Proposed, stood: Stood) -> RouteEdit | None:
    mine = stood.standings[person].untouched
    if act is Act.WITHDRAW and mine is not None:
        held = stood.routes[person, mine.number]
        return RouteEdit(held.code, ChangeKind.WITHDRAWN, gone=rows_of(held))
    if act not in (Act.CREATE, Act.RENEW) or proposed.route is None or proposed.proposal is None:
        return None
    route = proposed.route
    if mine is not None:
        number, former = mine.number, stood.routes[person, mine.number]
    else:
        number, former = stood.number_for(person, route.starts_on), None
    kind = ChangeKind.PROPOSED if former is None else ChangeKind.RENEWED
    return RouteEdit(
        (person, number),
        kind,
        tuple(_rows(person, number, proposed.proposal.based_on, route)),
        tuple(("steps", body) for body in former.steps if body["order"] > len(route.steps))
        if former is not None
        else (),
    )


def rows_of(held: Contents) -> tuple[tuple[str, Mapping[str, object]], ...]:
    """Every row of a route, as what goes with it."""
    return (
        ("routes", held.route),
        *(("steps", body) for body in held.steps),
        *(("pauses", body) for body in held.pauses),
    )


def _rows(
    person: str, number: str, based_on: str, route: ProposedRoute
) -> Sequence[tuple[str, Mapping[str, str]]]:
    whose = {"personnel_no": person, "number": number}
    head = {**whose, "based_on": based_on, "starts_on": route.starts_on.isoformat()}
    steps = [
        {
            **whose,
            "order": order,
            "target": str(step.target),
            "competencies": list(step.competencies),
            "due_on": step.due_on.isoformat() if step.due_on else None,
            "required": step.required,
        }
        for order, step in enumerate(route.steps, 1)
    ]
    return [("routes", texts("routes", head)), *(("steps", texts("steps", s)) for s in steps)]
