"""The rows that a route consists of, as they are now, and a version of all of them together."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.models import Record
from connector.models.among import among
from connector.services.imports.differences import completed
from connector.services.imports.plan import Body
from connector.services.imports.stored_rows import chunks
from connector.spreadsheets.columns import stored_key
from connector.spreadsheets.sheets import SHEETS

Code = tuple[str, str]
"""personnel number, number of the route"""

_SHEETS = ("routes", "steps", "pauses")


@dataclass(frozen=True, slots=True)
class Contents:
    """route, steps, pauses: bodies with every column of their sheets; steps in their order."""

    route: Body
    steps: tuple[Body, ...] = ()
    pauses: tuple[Body, ...] = ()

    @property
    def code(self) -> Code:
        return self.route["personnel_no"], self.route["number"]

    @property
    def version(self) -> str:
        """The same for the same values, whoever wrote them."""
        whole = [dict(self.route), [dict(b) for b in self.steps], [dict(b) for b in self.pauses]]
        text = json.dumps(whole, ensure_ascii=False, sort_keys=True)
        return sha256(text.encode()).hexdigest()[:32]

    @property
    def is_draft(self) -> bool:
        return not self.route["approved_by"] and not self.route["cancelled_on"]

    def step(self, order: int) -> Body | None:
        return next((body for body in self.steps if body["order"] == order), None)


def contents_of(
    session: Session, municipality: str, people: Collection[str]
) -> Mapping[Code, Contents]:
    """Every route of these people, by code."""
    found: dict[str, list[dict[str, Any]]] = {sheet: [] for sheet in _SHEETS}
    for chunk in chunks(set(people)):
        rows = session.execute(
            select(Record.sheet, Record.body).where(
                Record.municipality == municipality,
                Record.sheet.in_(_SHEETS),
                among(session, Record.person, chunk),
            )
        )
        for sheet, body in rows:
            found[sheet].append(dict(completed(SHEETS[sheet], {}, body)))
    steps, pauses = _by_route(found["steps"], "order"), _by_route(found["pauses"], "from")
    return {
        code: Contents(body, tuple(steps.get(code, ())), tuple(pauses.get(code, ())))
        for body in found["routes"]
        for code in [(body["personnel_no"], body["number"])]
    }


def contents(session: Session, municipality: str, code: Code) -> Contents | None:
    """One route; None where there is none."""
    return contents_of(session, municipality, [code[0]]).get(code)


def row_key(sheet: str, body: Body) -> str:
    parts = (body.get(name) for name in SHEETS[sheet].key)
    return stored_key(*("" if part is None else str(part) for part in parts))


def texts(sheet: str, body: Body) -> dict[str, str]:
    """A body as a form or a workbook would have it."""
    return {column.name: _typed(body.get(column.name)) for column in SHEETS[sheet].columns}


def _typed(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "да" if value else "нет"
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


def _by_route(bodies: Sequence[dict[str, Any]], order: str) -> dict[Code, list[dict[str, Any]]]:
    found: dict[Code, list[dict[str, Any]]] = {}
    # An empty first day of a pause comes before any other.
    for body in sorted(bodies, key=lambda one: (one[order] is not None, one[order] or 0)):
        found.setdefault((body["personnel_no"], body["number"]), []).append(body)
    return found
