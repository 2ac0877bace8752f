"""Subjects: who and what is judged, kept in step with the records, and marked to be judged anew.

Everything is set-based, because a municipality's import can name some 300,000 people.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from connector.models import Subject
from connector.models.inserting import insert_into
from connector.services.imports.stored_rows import CHUNK, FEW, chunks
from connector.spreadsheets.spelling import sort_key

MUNICIPALITY = "municipality"

KIND_OF_SHEET = {
    "staff": "staff",
    "schools": "school",
    "associations": "association",
    "roadmap": "roadmap_item",
    "documents": "document",
    "analyses": "analysis",
    "practices": "practice",
    "contests": "contest",
}
"""Sheets each row of which is a subject of its own; a row's key is the subject's code."""


@dataclass(frozen=True, slots=True)
class Naming:
    """What a subject is called; email is for staff only, owner for routes and completions."""

    title: str
    email: str | None = None
    owner: str | None = None

    def columns(self) -> dict[str, str | None]:
        title = self.title[:300]
        return {
            "title": title,
            "sort_key": sort_key(title)[:300],
            "email_key": self.email.lower() if self.email else None,
        }


def ensure(
    session: Session, municipality: str, kind: str, namings: Mapping[str, Naming]
) -> set[str]:
    """Creates the subjects that are missing and renames those that are called otherwise by now.

    Gives the codes created, which are dirty from the start. Idempotent; two at once may both call
    it. Renaming marks nobody.
    """
    known = _known(session, municipality, kind, namings.keys())
    renamed = []
    for code, (subject_id, columns) in known.items():
        if columns != (wanted := namings[code].columns()):
            renamed.append({"subject": subject_id, **wanted})
    for batch in _batches(renamed):
        table = Subject.__table__
        session.connection().execute(
            update(Subject)
            .where(table.c.id == bindparam("subject"))
            .values({name: bindparam(name) for name in ("title", "sort_key", "email_key")}),
            batch,
        )
    created = sorted(namings.keys() - known.keys())
    rows = [
        {
            "municipality": municipality,
            "kind": kind,
            "code": code,
            "owner": namings[code].owner,
            **namings[code].columns(),
        }
        for code in created
    ]
    missing = insert_into(session, Subject).on_conflict_do_nothing(
        index_elements=["municipality", "kind", "code"]
    )
    for batch in _batches(rows):
        session.connection().execute(missing, batch)
    return set(created)


def existing(session: Session, municipality: str, kind: str, codes: Collection[str]) -> set[str]:
    """Those of the codes that are subjects."""
    return set(_known(session, municipality, kind, codes)) if codes else set()


def ensure_municipality(session: Session, municipality: str, title: str | None = None) -> None:
    """The municipality is a subject too. Without a title, one that it has stays."""
    if title is None and _known(session, municipality, MUNICIPALITY, [municipality]):
        return
    ensure(session, municipality, MUNICIPALITY, {municipality: Naming(title or municipality)})


def mark_dirty(session: Session, municipality: str, kind: str, codes: Collection[str]) -> None:
    """Has the subjects judged again; whoever reads one of them now will not win (models.Subject).

    Codes without a subject are passed over.
    """
    ids: list[int] = []
    for chunk in chunks(codes):
        ids.extend(
            session.scalars(
                select(Subject.id).where(
                    Subject.municipality == municipality,
                    Subject.kind == kind,
                    Subject.code.in_(chunk),
                )
            )
        )
    _mark(session, sorted(ids))


def mark_all_dirty(session: Session, municipality: str) -> None:
    """Has everything in the municipality judged again."""
    _mark(
        session,
        list(
            session.scalars(
                select(Subject.id).where(Subject.municipality == municipality).order_by(Subject.id)
            )
        ),
    )


def mark_by_old_rules(session: Session, municipality: str) -> int:
    """Has everything judged again because other rules came into force; how many that is."""
    ids = session.scalars(
        select(Subject.id).where(Subject.municipality == municipality).order_by(Subject.id)
    ).all()
    _mark(session, list(ids), by_old_rules=True)
    return len(ids)


def mark_left_behind(session: Session, municipality: str) -> None:
    """Marks again whoever is by old rules and would not be judged: a process of a former version
    that still runs judges and does not know of that column."""
    wanted = (
        Subject.municipality == municipality,
        Subject.by_old_rules,
        Subject.dirty.is_(False),
    )
    _mark(session, list(session.scalars(select(Subject.id).where(*wanted).order_by(Subject.id))))


def _mark(session: Session, ids: list[int], **more: bool) -> None:
    """Rows are locked in order of id, as folding does; two orders would wait for each other."""
    for batch in _batches(ids):
        session.scalars(
            select(Subject.id).where(Subject.id.in_(batch)).order_by(Subject.id).with_for_update()
        ).all()
        session.execute(
            update(Subject)
            .where(Subject.id.in_(batch))
            .values(dirty=True, version=Subject.version + 1, **more)
            .execution_options(synchronize_session=False)
        )


def _known(
    session: Session, municipality: str, kind: str, codes: Collection[str]
) -> dict[str, tuple[int, dict[str, str | None]]]:
    query = select(
        Subject.code, Subject.id, Subject.title, Subject.sort_key, Subject.email_key
    ).where(Subject.municipality == municipality, Subject.kind == kind)
    if len(codes) > FEW:
        found = list(session.execute(query.execution_options(yield_per=CHUNK)))
    else:
        found = [
            row
            for chunk in chunks(codes)
            for row in session.execute(query.where(Subject.code.in_(chunk)))
        ]
    return {
        code: (subject_id, {"title": title, "sort_key": sort, "email_key": email})
        for code, subject_id, title, sort, email in found
        if code in codes
    }


def _batches(rows: list[Any]) -> Iterator[list[Any]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, CHUNK)):
        yield batch
