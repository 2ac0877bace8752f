"""Rule sets that are not in force: a folder on somebody's disk, to be tried or checked.

A folder of rule files, a plugin's package, or the distribution that the package lies in. Its
Python, if it has any, is asked in a process of its own, as that of an installed plugin is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from connector.isolation.answers import Refused
from connector.rulebook.amendments import Amendment
from connector.rulebook.documents import MAX_BYTES, read_document
from connector.rulebook.faults import RuleFileFault, RulesRefused
from connector.rulebook.plugins import PACKAGE, FoundPlugin, plugin_in
from connector.rulebook.rulebook import Rulebook
from connector.rulebook.trials import trial

MUNICIPALITY = "municipality.yaml"


@dataclass(frozen=True, slots=True)
class Candidate:
    """code: the municipality that the folder says it is for. rulebook: of that one alone.

    folders: where its rule files lie.
    """

    code: str
    rulebook: Rulebook
    folders: tuple[Path, ...]


def candidate(path: Path, book: Rulebook, amendments: Sequence[Amendment] = ()) -> Candidate:
    """The rule set of a folder; raises RulesRefused with every fault.

    Bare rule files of a municipality that has a plugin are tried with that plugin's Python.
    """
    package = _package(path)
    if package is not None:
        plugin = _plugin(package)
        code, folders = plugin.municipality, tuple(Path(str(f)) for f in plugin.folders)
        tried = Rulebook([plugin], amendments)
    else:
        code, folders = _code(path), (path,)
        if code in {entry.municipality for entry in book.plugins_list()}:
            tried = trial(book, code, folders, amendments)
        else:
            tried = Rulebook([FoundPlugin(code, None, None, folders)], amendments)
    if tried.faults:
        raise RulesRefused(fault for found in tried.faults.values() for fault in found)
    return Candidate(code, tried, folders)


def _package(path: Path) -> Path | None:
    """The package of a plugin: the folder itself, or the one package in it."""
    found = [path, *sorted(path.glob(f"{PACKAGE}*"))] if path.is_dir() else []
    for folder in found:
        if folder.name.startswith(PACKAGE) and (folder / "__init__.py").is_file():
            return folder.resolve()
    return None


def _plugin(package: Path) -> FoundPlugin:
    try:
        return plugin_in(package)
    except Refused as err:
        raise RulesRefused([RuleFileFault(package.name, 0, str(err))]) from err


def _code(path: Path) -> str:
    """What municipality.yaml says; raises RulesRefused where it says nothing."""
    name = f"{path.name}/{MUNICIPALITY}"
    try:
        with (path / MUNICIPALITY).open("rb") as file:
            document = read_document(file.read(MAX_BYTES + 1), name)
    except OSError as err:
        told = f"файла нет, а он обязателен ({type(err).__name__})"
        raise RulesRefused([RuleFileFault(name, 0, told)]) from err
    node = document.at(("code",))
    if not isinstance(node.value, str):
        raise RulesRefused([node.fault("code: не указано, а должно быть")])
    return node.value
