"""`connector post bursts`: what is held back is listed without names, decided and written down."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from connector.cli import main
from connector.cli.session import container
from connector.models import Audit, Notice

M = "korolev"
AT = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def parked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path))
    recipients = {"teacher": ("T-1", "T-2"), "mentor": ("T-3",)}
    with container() as made, made.db.writing() as session:
        session.add_all(
            Notice(
                municipality=M, key=f"{role}:{one}", kind="route_completed", role=role,
                recipient=one, params={"person": "Белов Артём"}, urgent=False, state="held",
                reason="burst", created_at=AT, not_before=AT, attempts=0,
            )
            for role, people in recipients.items()
            for one in people
        )  # fmt: skip


def told(capsys: pytest.CaptureFixture[str], *more: str) -> Any:
    assert main(["post", "bursts", M, "--json", *more]) == 0
    return json.loads(capsys.readouterr().out)


def states(role: str) -> set[tuple[str, str | None]]:
    with container() as made, made.db.reading() as session:
        query = select(Notice.state, Notice.reason).where(Notice.role == role)
        return {(state, reason) for state, reason in session.execute(query)}


def test_what_is_held_back_is_listed_by_kind_and_role(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = told(capsys)
    assert (first["role"], first["notices"], first["people"]) == ("teacher", 2, 2)
    assert second == {
        "kind": "route_completed", "role": "mentor", "notices": 1, "people": 1,
        "since": AT.isoformat(),
    }  # fmt: skip
    assert told(capsys, "--role", "mentor") == [second]
    assert main(["post", "bursts", M]) == 0
    said = capsys.readouterr().out
    assert "route_completed  teacher  2            2        15.06.2026 09:00:00 UTC" in said
    assert "Белов" not in said
    assert "T-1" not in said


def test_a_part_is_decided_and_written_down(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "--role", "teacher", "--discard") == {"decided": 2}
    assert states("teacher") == {("withdrawn", "discarded")}
    assert states("mentor") == {("held", "burst")}
    assert told(capsys, "--release") == {"decided": 1}
    assert ("held", "burst") not in states("mentor")
    assert states("teacher") == {("withdrawn", "discarded")}
    assert main(["post", "bursts", M]) == 0
    assert "Ничего не задержано." in capsys.readouterr().out
    with container() as made, made.db.reading() as session:
        acts = session.scalars(select(Audit).order_by(Audit.id)).all()
    assert [(one.actor, one.action) for one in acts] == [
        ("connector post", "burst.discarded"),
        ("connector post", "burst.released"),
    ]
    detail = {"by": "command", "notices": 2, "kind": None, "role": "teacher"}
    assert acts[0].detail == detail


def test_both_at_once_and_an_unknown_municipality_are_refused() -> None:
    with pytest.raises(SystemExit) as refused:
        main(["post", "bursts", M, "--release", "--discard"])
    assert refused.value.code == 2
    assert main(["post", "bursts", "nowhere"]) != 0
    assert states("teacher") == {("held", "burst")}
