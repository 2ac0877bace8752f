"""`make faults`: every case, RUNS times; a table, and docs/faults.md where all of them were run.

ONLY: run only cases whose names contain this text. SEED: of the first run; each further run adds
one.
"""

import os
import platform
import signal
import sys
import time
import traceback
from collections.abc import Iterable
from pathlib import Path

from tests.faults.cases import Case, cases
from tests.faults.ground import Ground, ground
from tests.faults.outcome import Outcome, Row, table

MOST_TOLD = 6000
"""Characters of what one invariant has to say, logs included."""
DOCS = Path(__file__).parents[2] / "docs" / "faults.md"


def lived(made: Ground, one: Case, seed: int) -> Outcome:
    """A run of a case; whatever it raises is an invariant that does not hold."""
    try:
        return one.run(made.trial(seed))
    # A case that trips over is told of, and the others are run.
    except Exception:
        return Outcome(0, 0, 0, 0.0, [traceback.format_exc()])


def rows(chosen: Iterable[Case], runs: int, seed: int) -> list[Row]:
    """Runs them, telling on standard error how it goes."""
    made = []
    with ground() as shared:
        for one in chosen:
            row = Row(one.name)
            made.append(row)
            for run in range(runs):
                began = time.monotonic()
                outcome = lived(shared, one, seed + run)
                row.outcomes.append(outcome)
                told = [sentence[:MOST_TOLD] for sentence in outcome.broken]
                print(f"{one.name}: {time.monotonic() - began:.0f} s", *told,
                      sep="\n    ", file=sys.stderr, flush=True)  # fmt: skip
    return made


def main() -> int:
    # Told to end, it still ends whatever it started.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    only, seed = os.environ.get("ONLY", ""), int(os.environ.get("SEED") or 1)
    runs = int(os.environ.get("RUNS") or 1)
    found = [one for one in cases() if only in one.name]
    made = rows(found, runs, seed)
    told = table(made)
    print(told)
    if not only:
        DOCS.write_text(_document(told, runs, seed), encoding="utf-8")
    return int(any(outcome.broken for row in made for outcome in row.outcomes))


def _document(told: str, runs: int, seed: int) -> str:
    command = f"make faults RUNS={runs} SEED={seed}"
    return _TEXT.format(
        command=command,
        machine=f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}",
        table=told,
    )


_TEXT = """# Under fire

Made by `{command}`, and by nothing else; do not edit it. Machine: {machine}.

{table}

*acknowledged*: deliveries answered 200. *lost*: of those, not stored or not dealt with, and notices
owed and not told. *doubled*: stored or counted twice, or told more often than once and once more
for each crash. *worst recovery*: seconds from the end of the trouble until nothing was left to do,
on the clock of the installation, whose pauses (a claim's term, the next try) are skipped by moving
it on. *broken*: runs in which any invariant of `tests/faults/invariants.py` did not hold.
"""


if __name__ == "__main__":
    sys.exit(main())
