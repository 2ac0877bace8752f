"""PHP's command line, for the parts of our Moodle plugin that need no Moodle."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tests.services.missing import ServiceMissing

ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / "deploy/moodle/municipal"


def php(*arguments: str, told: str = "") -> subprocess.CompletedProcess[str]:
    """Runs PHP. Raises ServiceMissing."""
    program = shutil.which("php")
    if program is None:
        raise ServiceMissing(
            "The tests of our Moodle plugin need PHP 8: apt-get install php-cli "
            "(`make test` does it where it may)."
        )
    # -n: what a php.ini of this machine says is nobody's business here.
    return subprocess.run(
        [program, "-n", *arguments], input=told, capture_output=True, text=True, check=False
    )


def answers(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the plugin's classes answer to each case: `is` or `raises`."""
    script = ROOT / "tests/contract/sender/answer.php"
    done = php(str(script), str(PLUGIN), told=json.dumps(cases))
    assert done.returncode == 0, done.stdout + done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    assert len(found) == len(cases)
    return found
