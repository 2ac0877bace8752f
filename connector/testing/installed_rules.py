"""Rule sets checked where they are: those that are installed, and folders that need not be.

Their Python, if they have any, is asked in its own process.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from connector.domain.cases import Case
from connector.domain.owed import Circle, Owed
from connector.rulebook import Rulebook
from connector.rulebook.candidates import candidate
from connector.rulebook.faults import RulesRefused
from connector.rulebook.trials import folders_of
from connector.testing.checking import Checked, check
from connector.testing.scenarios import Ask


def check_installed(book: Rulebook, code: str) -> Checked:
    """The rules of a municipality as its plugin or folder has them now."""
    plugin = tuple(str(fault) for fault in book.faults.get(code, ()))
    folders = folders_of(book, code)
    found = check(code, folders, asking(book, code)) if folders else None
    if found is None:
        return Checked(code, faults=plugin or (f"{code}: правил нет",))
    known = set(found.faults)
    more = (fault for fault in plugin if fault not in known)
    return Checked(
        code,
        found.indicators,
        found.examples,
        found.scenarios,
        (*more, *found.faults),
        found.wanting,
    )


def check_folder(book: Rulebook, path: Path) -> Checked:
    """The rules of a folder that need not be installed."""
    try:
        found = candidate(path, book)
    except RulesRefused as err:
        return Checked(path.name, faults=tuple(str(fault) for fault in err.faults))
    try:
        return check(found.code, found.folders, asking(found.rulebook, found.code))
    finally:
        found.rulebook.close()


def asking(book: Rulebook, code: str) -> Ask:
    """Asks the core and, in its own process, the municipality's Python."""

    def ask(pairs: Sequence[tuple[Case, Circle]], day: date) -> list[Sequence[Owed]]:
        answers = book.notices_of(code, pairs, day)
        for answer in answers:
            for fault in answer.faults:
                raise fault
        return [answer.owed for answer in answers]

    return ask
