"""A municipality whose plugin raises, hangs, leaks and crashes, beside one that is well."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.faults.cases import case
from tests.faults.ground import Trial
from tests.faults.outcome import Outcome
from tests.faults.process import SITE
from tests.faults.town import Town, town
from tests.faults.town_case import lived_through
from tests.integration.distributed_town import import_sheets
from tests.integration.isolation.plugin_package import install, notices
from tests.integration.spine.spine_town import people

CODE = "settlement"
DEEDS = """
match case.code:
    case 'Z1':
        raise ValueError
    case 'Z2':
        time.sleep(3600)
    case 'Z3':
        bytearray(1 << 30)
    case 'Z4':
        os._exit(1)
    case 'Z5':
        ctypes.string_at(0)
return []
"""


@case("a plugin that raises, hangs, leaks, crashes")
def misbehaving(trial: Trial) -> Outcome:
    site = trial.folder / "site"
    site.mkdir()
    install(site, CODE, notices(DEEDS))

    def asked(made: Town) -> None:
        """Its people are judged among the others', and once more when that is over."""
        faulty = f"SELECT coalesce(sum(count), 0) FROM rule_faults WHERE municipality = '{CODE}'"
        made.wait_for(lambda: made.ask(faulty) > 0)
        former = made.ask(faulty)
        made.do(
            f"UPDATE subjects SET dirty = true, version = version + 1 WHERE municipality = '{CODE}'"
        )
        made.wait_for(lambda: made.ask(faulty) > former)

    with _found_in(site), town(trial) as made:
        made.environment[SITE] = str(site)
        made.beside = CODE
        import_sheets(made.container, trial.folder / "sheets", people(CODE), CODE)
        return lived_through(made, asked, 0.05)


@contextmanager
def _found_in(site: Path) -> Iterator[None]:
    """What is installed there is found by this process too."""
    sys.path.insert(0, str(site))
    try:
        yield
    finally:
        sys.path.remove(str(site))
