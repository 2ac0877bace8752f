"""The year with two thousand teachers (`make year`): STAFF and SEED say another one."""

import os
import resource
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.year.play import year_of

FEWEST = 60


def main() -> int:
    size, seed = int(os.environ.get("STAFF") or 2000), int(os.environ.get("SEED") or 1)
    if size < FEWEST:
        print(f"STAFF: at least {FEWEST}; in fewer, deputies would stand in for themselves.")
        return 2
    begin = time.monotonic()
    with TemporaryDirectory() as folder, year_of(Path(folder) / "year", size, seed) as play:

        def say(day: date) -> None:
            """At the end of each month, how it goes."""
            if (day + timedelta(days=1)).day == 1:
                verdict = play.verdict
                faults = len(verdict.faults)
                print(f"{day}: {verdict.compared} notices, {faults} differences", flush=True)

        verdict = play.run(lived=say)
    for fault in verdict.faults:
        print(fault)
    took = time.monotonic() - begin
    print("told:", ", ".join(f"{kind} {n}" for kind, n in sorted(verdict.told.items())))
    print("done by people:", ", ".join(f"{kind} {n}" for kind, n in sorted(verdict.deeds.items())))
    print(
        f"{size} teachers, seed {seed}: {verdict.compared} notices as the plain model says, "
        f"{verdict.letters} letters, {len(verdict.faults)} differences, {took:.0f} s "
        f"({time.process_time():.0f} s of one core), "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB"
    )
    return 1 if verdict.faults else 0


if __name__ == "__main__":
    sys.exit(main())
