"""Other rules of a municipality beside those in force, with its own Python."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.resources.abc import Traversable

from connector.rulebook.amendments import Amendment
from connector.rulebook.faults import UnknownMunicipality
from connector.rulebook.rulebook import Known, Rulebook


def trial(
    book: Rulebook,
    code: str,
    folders: Sequence[Traversable] | None = None,
    amendments: Sequence[Amendment] = (),
) -> Rulebook:
    """A rulebook of this municipality alone.

    folders: its rule files; by default those that its plugin or folder has now, which need not be
    those in force. Its Python stays the same, and so does the process that answers for it. Raises
    UnknownMunicipality; a faulty file is in `faults`.
    """
    plugin = replace(_known(book, code).plugin, faults=())
    if folders is not None:
        plugin = replace(plugin, folders=tuple(folders))
    return Rulebook([plugin], amendments)


def what_if(book: Rulebook, code: str, amendments: Sequence[Amendment]) -> Rulebook:
    """The rules in force with other numbers. Raises UnknownMunicipality."""
    files = _known(book, code).files
    return trial(book, code, files.folders if files is not None else None, amendments)


def folders_of(book: Rulebook, code: str) -> tuple[Traversable, ...]:
    """Where the municipality's rule files lie. Raises UnknownMunicipality."""
    return _known(book, code).plugin.folders


def _known(book: Rulebook, code: str) -> Known:
    known = book.known().get(code)
    if known is None:
        raise UnknownMunicipality(code)
    return known
