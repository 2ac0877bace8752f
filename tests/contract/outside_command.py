"""The installed command as a script of somebody else calls it: arguments in, a document out."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = Path(sys.executable).parent / "connector"
_OURS = "CONNECTOR_"


@dataclass(frozen=True)
class Ended:
    """What a call left behind: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as one JSON document; anything beside it is a fault (contract 2)."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Command:
    """The command over a data folder of its own, with no setting from the tests' surroundings."""

    folder: Path

    @property
    def surroundings(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        return {**kept, "CONNECTOR_DATA_DIR": str(self.folder), "CONNECTOR_ALLOW_PRIVATE": "true"}

    def __call__(self, *arguments: str | Path) -> Ended:
        done = subprocess.run(
            [COMMAND, *map(str, arguments)],
            env=self.surroundings,
            capture_output=True,
            text=True,
            timeout=90,
            stdin=subprocess.DEVNULL,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def together(self, *calls: tuple[str | Path, ...]) -> list[Ended]:
        """Calls at the same moment, two at a time, as scripts of two people would make them."""
        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(lambda arguments: self(*arguments), calls))

    def documents(self, *calls: tuple[str | Path, ...]) -> list[Any]:
        """The JSON documents of calls made together, which must all succeed."""
        ended = self.together(*((*arguments, "--json") for arguments in calls))
        assert [each.code for each in ended] == [0] * len(calls), ended
        return [each.document for each in ended]

    def document(self, *arguments: str | Path) -> Any:
        """The JSON document of a call that must succeed."""
        ended = self(*arguments, "--json")
        assert ended.code == 0, (arguments, ended)
        return ended.document
