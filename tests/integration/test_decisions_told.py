"""Decisions and recommendations: each told once, on its day, and not when it is done before."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from connector.clock import AdjustableClock
from connector.models import Letter, Notice
from connector.services.imports.importing import ImportService
from connector.spreadsheets.workbook import Workbook
from tests.integration.web_town import M, WebTown, web_town

COLUMNS = ("number", "scope", "decided_on", "due_on", "responsible", "done_on")
DECISIONS: tuple[tuple[Any, ...], ...] = (
    ("R1", "association:RUS", "2026-06-15", "2026-06-26", "T-5", None),
    ("R2", "municipality", "2026-06-15", "2026-06-26", "T-6", None),
    # History: nobody hears of it at the first import.
    ("R3", "municipality", "2026-01-12", "2026-03-02", "T-6", None),
)
ALL = ("decision_addressed", "decision_due", "decision_overdue")


@pytest.fixture
def town(tmp_path: Path, database_url: str) -> Iterator[WebTown]:
    """T-1 looks after RUS, T-3 is the specialist; T-7 stands in for T-6 from the 27th."""
    with web_town(tmp_path, database_url) as one:
        duties = [
            ("T-1", "methodist", "RUS", "2025-09-01"),
            ("T-3", "specialist", "MMO", "2025-09-01"),
            ("T-7", "deputy", "T-6", "2026-06-27"),
        ]
        add(one, assignments=[("personnel_no", "duty", "of", "from"), *duties])
        yield one


def add(town: WebTown, **sheets: list[tuple[Any, ...]]) -> None:
    """Imports, and has the consequences worked out."""
    made = Workbook()
    for name, rows in sheets.items():
        made.add(name, rows)
    now = town.container.clock.now()
    with town.container.db.writing() as session:
        service = ImportService()
        plan = service.check(session, M, made, now.date())
        assert [str(fault) for fault in plan.faults] == []
        service.apply(session, plan, now, "tests")
    town.engine.settle()


def pass_to(town: WebTown, day: int, hour: int) -> None:
    """Through the day's early hours to that one, in June in Moscow, with everything done and sent
    that is due by then."""
    clock = town.container.clock
    assert isinstance(clock, AdjustableClock)
    for one in sorted({4, hour}):
        clock.move_to(datetime(2026, 6, day, one - 3, tzinfo=UTC))
        town.engine.settle()
        while town.engine.sender.run_once():
            pass


def told(town: WebTown, *kinds: str) -> list[tuple[str, str, str | None, str]]:
    """Kind, number of the decision, recipient and state."""
    with town.container.db.reading() as session:
        rows = session.scalars(select(Notice).where(Notice.kind.in_(kinds)))
        return sorted((n.kind, n.params["number"], n.recipient, n.state) for n in rows)


def texts(town: WebTown, recipient: str) -> str:
    with town.container.db.reading() as session:
        rows = session.scalars(select(Letter).where(Letter.recipient == recipient))
        return "\n".join(f"{row.subject}\n{row.text}" for row in rows)


def test_a_decision_is_told_when_it_is_made_nearly_due_and_late_once_each(town: WebTown) -> None:
    add(town, decisions=[COLUMNS, *DECISIONS])
    new = [
        ("decision_addressed", "R1", "T-1", "waiting"),
        ("decision_addressed", "R1", "T-11", "waiting"),
        ("decision_addressed", "R1", "T-5", "waiting"),
        ("decision_addressed", "R2", "T-6", "waiting"),
    ]
    assert told(town, *ALL) == new
    for day in (16, 17):
        pass_to(town, day, 12)
        assert told(town, *ALL) == [(*one[:3], "sent") for one in new]
    letter = texts(town, "T-5")
    assert "Решение № R1 от 15.06.2026 — ММО учителей русского языка; срок — 26.06.2026" in letter
    assert f"/m/{M}/notices" not in letter

    for day in (18, 19, 22, 26):
        pass_to(town, day, 12)
        assert told(town, "decision_due") == (
            []
            if day == 18
            else [("decision_due", "R1", "T-5", "sent"), ("decision_due", "R2", "T-6", "sent")]
        )
    assert told(town, "decision_overdue") == []
    # A Saturday: told on Monday, and to whoever stands in by then.
    pass_to(town, 27, 12)
    late = [
        ("decision_overdue", "R1", "T-1", "waiting"),
        ("decision_overdue", "R1", "T-5", "waiting"),
        ("decision_overdue", "R2", "T-3", "waiting"),
        ("decision_overdue", "R2", "T-7", "waiting"),
    ]
    assert told(town, "decision_overdue") == late
    for day in (29, 30):
        pass_to(town, day, 12)
        assert told(town, "decision_overdue") == [(*one[:3], "sent") for one in late]
    assert "ответственный — Дроздов Павел Андреевич" not in texts(town, "T-3")
    assert "ответственный — Жукова Светлана Ивановна" in texts(town, "T-3")
    assert len(told(town, *ALL)) == 10, "once"


def test_what_is_done_before_the_digest_disturbs_nobody(town: WebTown) -> None:
    add(town, decisions=[COLUMNS, *DECISIONS])
    pass_to(town, 16, 12)
    pass_to(town, 19, 4)
    assert [state for *_, state in told(town, "decision_due")] == ["waiting", "waiting"]
    done = [(*row[:5], "2026-06-18") for row in DECISIONS[:2]]
    add(town, decisions=[COLUMNS, *done])
    for day in (19, 22, 29):
        pass_to(town, day, 12)
        assert [state for *_, state in told(town, "decision_due")] == ["withdrawn", "withdrawn"]
    assert told(town, "decision_overdue") == []
    assert "Подходит срок" not in texts(town, "T-5")


def test_a_recommendation_comes_to_the_person_assessed_once(town: WebTown) -> None:
    columns = ("personnel_no", "criterion", "assessed_on", "result", "recommendation")
    row = ("T-1", "Управление кадрами", "2026-06-14", "низкий", "Начать с курса о наставничестве")
    old = ("T-2", "Управление кадрами", "2026-03-01", "низкий", "Давняя")
    add(town, assessments=[columns, row, old])
    for day in (16, 17):
        pass_to(town, day, 12)
        with town.container.db.reading() as session:
            kind = Notice.kind == "recommendation_addressed"
            rows = session.execute(select(Notice.recipient, Notice.state).where(kind)).all()
        assert [tuple(one) for one in rows] == [("T-1", "sent")]
    letter = texts(town, "T-1")
    assert letter.startswith("Для Вас записана рекомендация\n")
    assert "- Управление кадрами, 14.06.2026: Начать с курса о наставничестве" in letter
    assert "низкий" not in letter
