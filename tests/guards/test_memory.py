"""What a process at rest has no use for is not in its memory (docs/performance.md, row memory).

A package imported at the top of a file stays in every process that comes by it, ten processes on a
small server; a megabyte here and there was a third of each.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.guards.tree import ROOT

ALWAYS_ABSENT = {
    "alembic": "upgrades",
    "argon2": "passwords",
    "docutils": "nothing",
    "holidays": "judging",
    "mako": "upgrades",
    "openpyxl": "imports",
    "prompt_toolkit": "Celery's own command line",
    "requests": "asking a Moodle",
    "rich": "tracebacks in colours",
    "smtplib": "letters",
    "urllib3": "asking a Moodle",
    "xlsxwriter": "the tests",
}
"""By package, what it is loaded for when that is done."""

WEB = ["babel", "flask", "flask_smorest", "prometheus_client", "waitress"]

BUILT = """
import json, sys
from pathlib import Path
from connector.cli import parser
parser(("serve",))
import connector.cli.serving as serving
from connector import config
settings = config.load()
{work}
loaded = {{name.partition(".")[0] for name in sys.modules}}
print(json.dumps(sorted(loaded | {{n for n in sys.modules if n.startswith("celery.bin")}})))
"""
KINDS = {
    "worker": "serving.make_celery(settings).Worker(concurrency=1, without_gossip=True)",
    "tick": (
        "from connector.bootstrap import build\n"
        "from connector.runtime.sweep import Sweep\n"
        "Sweep(build(settings), print)"
    ),
    "web": (
        "from connector.bootstrap import build\n"
        "from connector.runtime.receive import Inbox\n"
        "made = build(settings)\n"
        "inbox = Inbox(made.db, made.box, made.clock, print)\n"
        "serving._web_server(made, inbox, print, '127.0.0.1', 0)"
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_process_holds_what_it_does_not_need(kind: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BUILT.format(work=KINDS[kind])],
        cwd=ROOT,
        env={
            "CONNECTOR_DATA_DIR": str(tmp_path),
            "CONNECTOR_DATABASE_URL": f"sqlite:///{tmp_path / 'x.sqlite3'}",
            "CONNECTOR_BROKER_URL": "amqp://127.0.0.1:1//",
            "CONNECTOR_SECRET_KEY": "a key of the tests",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    loaded = set(json.loads(done.stdout.splitlines()[-1]))
    needless = {**ALWAYS_ABSENT, "celery.bin": "Celery's own command line"}
    if kind != "web":
        needless |= dict.fromkeys(WEB, "pages")
        needless["cryptography"] = "secrets of sources"
    found = {name: why for name, why in needless.items() if name in loaded}
    assert not found, "import these where they are used, not at the top of a file"
