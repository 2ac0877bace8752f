"""Writes a plan: versions of records, and the subjects that they name."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from connector.models import Record, Subject
from connector.services.cases import subjects
from connector.services.cases.listed import roadmap_title
from connector.services.cases.subjects import KIND_OF_SHEET, Naming
from connector.services.imports.plan import Body, Change, Plan, Write
from connector.services.imports.stored_rows import stored
from connector.services.records.bodies import roadmap_item
from connector.spreadsheets.sheets import SHEETS

BATCH = 2000

_TABLE = Record.__table__
_THIS_VERSION = (
    _TABLE.c.municipality == bindparam("its_municipality"),
    _TABLE.c.sheet == bindparam("its_sheet"),
    _TABLE.c.key == bindparam("its_key"),
    _TABLE.c.valid_from == bindparam("its_valid_from"),
)


def write(session: Session, plan: Plan, now: datetime, import_id: int) -> None:
    """Writes all versions, in bulk."""
    values = ("person", "related", "body", "recorded_at", "import_id")
    statements = {
        Write.DELETE: delete(Record).where(*_THIS_VERSION),
        Write.UPDATE: update(Record)
        .where(*_THIS_VERSION)
        .values({name: bindparam(name) for name in values}),
        Write.INSERT: insert(Record),
    }
    for kind, statement in statements.items():
        waiting = [change for change in plan.changes if change.write is kind]
        for start in range(0, len(waiting), BATCH):
            rows = [
                _identity(plan, change, "" if kind is Write.INSERT else "its_")
                | ({} if kind is Write.DELETE else _columns(change, now, import_id))
                for change in waiting[start : start + BATCH]
            ]
            session.connection().execute(statement, rows)


def ensure_municipality(session: Session, plan: Plan) -> None:
    subjects.ensure_municipality(session, plan.municipality)


def refresh_subjects(session: Session, plan: Plan) -> dict[str, set[str]]:
    """Creates and renames subjects after the changes; gives the codes created, by kind."""
    named: dict[str, dict[str, Naming]] = {kind: {} for kind in KIND_OF_SHEET.values()}
    for change in plan.changes:
        if change.sheet in KIND_OF_SHEET and change.latest:
            named[KIND_OF_SHEET[change.sheet]][change.key] = naming(change.sheet, change.body)
    for sheet in _LISTED:
        _keep_titles(session, plan, KIND_OF_SHEET[sheet], named[KIND_OF_SHEET[sheet]])
    created = {
        kind: subjects.ensure(session, plan.municipality, kind, namings)
        for kind, namings in named.items()
    }
    created["team"] = _refresh_teams(session, plan)
    return created


_LISTED = ("roadmap", "documents")
"""Sheets whose rows the rules may list with their titles: a row need only tell what was done."""


def _keep_titles(session: Session, plan: Plan, kind: str, namings: dict[str, Naming]) -> None:
    """Takes out the rows without a title whose subject has one."""
    untitled = {
        change.key
        for change in plan.changes
        if KIND_OF_SHEET.get(change.sheet) == kind and not change.body.get("title")
    }
    for code in subjects.existing(session, plan.municipality, kind, untitled & namings.keys()):
        del namings[code]


def naming(sheet: str, body: Body) -> Naming:
    """What the subject of a row is called: never empty."""
    match sheet:
        case "staff":
            parts = (body["last_name"], body["first_name"], body["middle_name"])
            title = " ".join(part for part in parts if part)
            return Naming(title or body["personnel_no"], body["email"])
        case "schools" | "associations":
            return Naming(body["name"] or body["code"])
        case "roadmap":
            item = roadmap_item(body)
            return Naming(roadmap_title(item))
        case "analyses":
            return Naming(f"Анализ № {body['number']}: {body.get('about') or body['made_on']}")
        case "documents":
            return Naming(f"{body['code']}. {body.get('title') or body['code']}")
        case "contests":
            return Naming(f"{body['title']}: таб. № {body['personnel_no']}")
        case _:
            return Naming(body["title"])


def _refresh_teams(session: Session, plan: Plan) -> set[str]:
    """A school has a team as soon as one person is named as its member."""
    codes = {change.body["school"] for change in plan.changes if change.sheet == "teams"}
    renamed = {change.key for change in plan.changes if change.sheet == "schools"}
    codes |= _with_team(session, plan.municipality, renamed - codes)
    namings = {
        code: Naming(f"Управленческая команда: {versions[-1].body['name'] or code}")
        for code, versions in stored(session, plan.municipality, "schools", codes)
    }
    return subjects.ensure(session, plan.municipality, "team", namings)


def _with_team(session: Session, municipality: str, schools: Iterable[str]) -> set[str]:
    teams = session.scalars(
        select(Subject.code).where(Subject.municipality == municipality, Subject.kind == "team")
    )
    return set(schools).intersection(teams)


def _identity(plan: Plan, change: Change, prefix: str) -> dict[str, Any]:
    return {
        f"{prefix}municipality": plan.municipality,
        f"{prefix}sheet": change.sheet,
        f"{prefix}key": change.key,
        f"{prefix}valid_from": change.valid_from,
    }


def _columns(change: Change, now: datetime, import_id: int) -> dict[str, Any]:
    sheet = SHEETS[change.sheet]
    return {
        "person": change.body[sheet.person] if sheet.person else None,
        "related": change.body[sheet.related] if sheet.related else None,
        "body": change.body,
        "recorded_at": now,
        "import_id": import_id,
    }
