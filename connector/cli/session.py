"""What every command begins with: settings, a database that is up to date, a container."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from connector import config
from connector.bootstrap import Container, build
from connector.clock import Clock
from connector.errors import BadSettings, ConnectorError, StorageUnavailable
from connector.runtime.counting import Counting
from connector.runtime.keep_rules import RuleKeeper
from connector.services.imports.importing import ImportService
from connector.services.imports.mapping import after_import
from connector.services.upkeep import schema


class NotUpgraded(ConnectorError):
    """The database's tables are older than the program; whoever installs must upgrade them."""


@contextmanager
def container(clock: Clock | None = None, upgrade: bool = True) -> Iterator[Container]:
    """A container for the length of a command. upgrade: see `ready`."""
    made = build(config.load(), clock)
    try:
        if upgrade:
            ready(made)
            # By the rules that are in force, whatever the files have become since.
            RuleKeeper(made).follow()
        yield made
    finally:
        if upgrade:
            # How Moodle answered a command is known to the watch as well, whatever became of it.
            with suppress(StorageUnavailable):
                Counting(made.db, made.tallies).flush()
        made.close()


def ready(made: Container) -> None:
    """An SQLite file, or an empty database, is brought up to date without asking.

    A PostgreSQL that holds data is upgraded by `connector db upgrade` only: other processes may
    still be running on the former tables. Raises NotUpgraded.
    """
    held = schema.current(made.db)
    if schema.is_served(held):
        return
    if made.db.is_sqlite or held is None:
        schema.upgrade(made.db)
        return
    raise NotUpgraded(f"База данных отстаёт от программы ({held}). Выполните: connector db upgrade")


def follow_rules(made: Container) -> bool:
    """Takes up the rules that are in force; False where no database could tell."""
    try:
        if schema.current(made.db) != schema.head():
            return False
        RuleKeeper(made).follow()
    except StorageUnavailable:
        return False
    return True


def importer(made: Container) -> ImportService:
    """Imports that let go of what waited for a person or a course."""
    return ImportService(after_import(made.rulebook, made.clock))


def known_municipality(made: Container, code: str) -> str:
    """Raises BadSettings (Russian) where no plugin or rules folder names it, or its rules fail."""
    if code in made.rulebook.municipalities():
        return code
    faults = made.rulebook.faults.get(code)
    if faults:
        told = "\n".join(str(fault) for fault in faults)
        raise BadSettings(f"Правила муниципалитета «{code}» не читаются:\n{told}")
    known = ", ".join(made.rulebook.municipalities()) or "ни одного"
    raise BadSettings(f"Муниципалитета «{code}» нет среди установленных: {known}.")
