"""Two municipalities that judge schools and associations by their people, as sheets and events.

Верхняя Пышма and Ханкайский are those of their plugins' year tests, so that the figures worked out
by hand there must come out of a workbook, a Moodle and a database too.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import select

from connector.dialects import native
from connector.domain.signals import Dialect
from connector.models import Subject
from connector.services.figures.figures import FigureService
from connector.services.figures.snapshots import SnapshotService
from connector.services.folding.recounting import Difference, Recount
from connector.services.imports.importing import ImportService
from connector.services.imports.mapping import after_import
from connector.services.sources.sources import SourceService
from connector.spreadsheets.workbook import read_workbook
from tests.integration.spine.spine_town import Spine, spine

PYSHMA, KHANKA = "verkhnyaya_pyshma", "khankaysky"
TOWNS = (PYSHMA, KHANKA)
SOURCE = "places"
SUMMER = datetime(2026, 6, 1, 6, tzinfo=UTC)
REPORT = datetime(2026, 12, 31, 8, tzinfo=UTC)

Sheets = Mapping[str, str]
Event = dict[str, Any]


@contextmanager
def places_town(folder: Path, url: str | None = None, now: datetime = SUMMER) -> Iterator[Spine]:
    """An empty database with one source that serves both."""
    with spine(folder, url, now) as town:
        with town.container.db.writing() as session:
            sources = SourceService(session, town.container.box)
            sources.add(SOURCE, Dialect.NATIVE, TOWNS, now)
        yield town


def bring(town: Spine, municipality: str, sheets: Sheets, effective: date | None = None) -> None:
    """Imports CSV sheets; from today unless told otherwise. Fails on any fault."""
    folder = town.folder / "brought"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, text in sheets.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    c = town.container
    service = ImportService(after_import(c.rulebook, town.clock))
    day = effective or today_in(town, municipality)
    with c.db.writing() as session:
        plan = service.check(session, municipality, read_workbook(folder), day, ends=0)
        assert plan.is_sound, plan.faults
        service.apply(session, plan, town.clock.now())


def today_in(town: Spine, municipality: str) -> date:
    rules = town.container.rulebook.rules(municipality)
    return town.clock.now().astimezone(rules.zone).date()


def snap(town: Spine, municipality: str) -> None:
    c = town.container
    with c.db.writing() as session:
        figures = FigureService(session, c.rulebook, town.clock.now(), c.settings)
        snapshots = SnapshotService(session)
        snapshots.take(figures, municipality, None, None, town.clock.now(), None)


def at(day: date) -> datetime:
    """Five in the morning, UTC: the same day in both."""
    return datetime.combine(day, time(5))


def _text(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _event(kind: str, number: str, moment: datetime, **members: Any) -> Event:
    user = {"id": f"u{number}", "idnumber": number, "email": None}
    course = {"id": "5", "idnumber": None, "shortname": None, "fullname": None}
    return {
        "type": kind,
        "version": 1,
        "occurred_at": _text(moment),
        "user": user,
        "course": course,
        **members,
    }


def sat(number: str, quiz: str, day: date, *percents: int, serial: int = 1) -> Event:
    """A finished attempt whose questions got these percents."""
    moment = at(day)
    questions = [
        {"slot": slot, "mark": percent, "max_mark": 100, "category": None, "tags": []}
        for slot, percent in enumerate(percents, 1)
    ]
    attempt = {
        "id": f"{quiz}{number}{serial}",
        "number": serial,
        "state": "finished",
        "started_at": _text(moment),
        "finished_at": _text(moment),
        "grade": sum(percents) / len(percents),
        "max_grade": 100,
        "provisional": False,
        "questions": questions,
    }
    known = {"id": f"q{quiz}", "cmid": f"c{quiz}", "idnumber": quiz, "name": quiz}
    return _event("quiz.attempt_graded", number, moment, quiz=known, attempt=attempt)


def did(number: str, course: str, day: date) -> Event:
    """A completed course."""
    told = _event("course.completed", number, at(day), completed_at=_text(at(day)))
    return {**told, "course": {**told["course"], "id": f"k{course}", "idnumber": course}}


def tell(town: Spine, events: list[Event]) -> None:
    """Numbered from where the last ones ended; each call is one envelope."""
    first = getattr(town, "_told", 0) + 1
    town._told = first + len(events) - 1  # type: ignore[attr-defined]
    numbered = [{"id": f"e{n}", "seq": n, **one} for n, one in enumerate(events, first)]
    body = json.dumps({"events": numbered}, ensure_ascii=False).encode()
    town.post(list(native.cut(body).arrivals), SOURCE)


def differences(town: Spine, municipality: str) -> list[Difference]:
    """What a full recount finds, at this very moment."""
    c, today = town.container, today_in(town, municipality)
    with c.db.snapshot() as session:
        setting = c.settings.get(session, municipality, today)
        return Recount(session, c.rulebook, setting).differences(today)


def proven(town: Spine) -> None:
    """Everything is judged, and a recount finds the same."""
    for municipality in TOWNS:
        assert differences(town, municipality) == []
    with town.container.db.reading() as session:
        assert session.scalar(select(Subject.code).where(Subject.dirty).limit(1)) is None
