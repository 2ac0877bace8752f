"""Russia's days off with the transferred ones, as the package `holidays` knows them.

It loads the calendars of every country, fourteen megabytes for a few hundred days, so it is asked
in a process that ends then: `python -m connector.services.cases.production_calendar 2018 2029`.
"""

import json
import logging
import subprocess
import sys
from dataclasses import dataclass
from datetime import date

log = logging.getLogger(__name__)

TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Published:
    """off: days nobody works, some Saturdays and Sundays among them. worked: of the weekends."""

    off: frozenset[date]
    worked: frozenset[date]


def published(first_year: int, last_year: int) -> Published:
    """Of these years; those whose transfers are not decreed yet have holidays only."""
    command = [sys.executable, "-P", "-m", __name__, str(first_year), str(last_year)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=TIMEOUT_S
        )
        off, worked = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as err:
        # Where no process may be started the memory is spent: people are judged all the same.
        log.warning("calendar.no_process error=%s", type(err).__name__)
        off, worked = _asked(first_year, last_year)
    return Published(_days(off), _days(worked))


def _asked(first_year: int, last_year: int) -> tuple[list[str], list[str]]:
    import holidays

    country = holidays.country_holidays("RU", years=range(first_year, last_year + 1))
    return (
        [day.isoformat() for day in country],
        [day.isoformat() for day in country.weekend_workdays],
    )


def _days(texts: list[str]) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, texts))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_asked(int(sys.argv[1]), int(sys.argv[2]))))
