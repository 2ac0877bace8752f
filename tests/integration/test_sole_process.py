"""Two of `connector run` on one file: the second leaves at once, and says why."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from connector.runtime.sole import AlreadyRunning, sole
from tests.integration.spine.killed_connector import KilledConnector
from tests.integration.spine.spine_town import NOW, open_spine
from tests.services.ports import free_port

_HOLD = """
import sys, time
from pathlib import Path
from connector.runtime.sole import sole
with sole(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_file_has_one_process_until_it_is_gone_however_it_went(tmp_path: Path) -> None:
    file = tmp_path / "connector.sqlite3"
    holder = subprocess.Popen([sys.executable, "-c", _HOLD, file], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    with holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning, match="уже работает"), sole(file):
            pass
        holder.send_signal(signal.SIGKILL)
    with sole(file):
        pass
    with sole(file), sole(tmp_path / "other.sqlite3"):
        pass


def test_a_second_connector_run_says_who_is_there(tmp_path: Path) -> None:
    open_spine(tmp_path).close()
    first = KilledConnector(tmp_path, free_port(), NOW)
    first.start()
    try:
        surroundings = {**os.environ, "CONNECTOR_DATA_DIR": str(tmp_path)}
        code = "import sys; from connector.cli import main; sys.exit(main(sys.argv[1:]))"
        second = subprocess.run(
            [sys.executable, "-c", code, "run", "--port", str(free_port())],
            env=surroundings, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    finally:
        first.kill()
    assert second.returncode == 1
    assert second.stderr.startswith(f"С файлом {tmp_path / 'connector.sqlite3'} уже работает")
