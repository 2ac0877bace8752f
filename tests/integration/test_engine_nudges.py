"""What one loop finds is passed on to the next at once, not at its next sweep."""

from pathlib import Path
from threading import Event

import pytest

from connector import config
from connector.bootstrap import build
from connector.cli import main
from connector.runtime.engine import Engine


def test_what_moodle_answered_is_folded_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("connector.runtime.engine.SWEEP_S", 3600.0)
    assert main(["db", "upgrade"]) == 0
    engine = Engine(build(config.load()))
    idle, asked, folded = Event(), Event(), Event()

    def ask() -> int:
        if asked.is_set():
            return 0
        # By now the fold loop has found nothing and sleeps until somebody wakes it.
        idle.wait(10)
        asked.set()
        return 1

    def fold() -> int:
        (folded if asked.is_set() else idle).set()
        return 0

    monkeypatch.setattr(engine.resolver, "run_once", ask)
    monkeypatch.setattr(engine.folder, "run_once", fold)
    engine.start()
    try:
        assert folded.wait(10)
    finally:
        engine.stop()
