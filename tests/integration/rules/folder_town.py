"""Processes of one installation, each with rule folders of its own, as several machines have."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from connector.bootstrap import Container, build
from connector.clock import AdjustableClock
from connector.runtime.engine import Engine
from connector.runtime.keep_rules import RuleKeeper
from connector.services.upkeep import schema
from tests.integration.spine.spine_town import config_for

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
CODE = "settlement"

MUNICIPALITY = "code: {code}\ntitle: {title}\ntimezone: Asia/Krasnoyarsk\n"
INDICATORS = """
indicators:
  - code: settlement.{name}
    extends: routes
    title: {title}
    population: {{everyone: true}}
    basis: {{document: Положение, clause: "1"}}
"""
FAULTY = "indicators:\n  - code: settlement.routes\n    extends: rotes\n"


def write(folder: Path, name: str = "routes", title: str = "Доля имеющих ИОМ") -> None:
    """The rules of a settlement, with one indicator."""
    own = folder / CODE
    own.mkdir(parents=True, exist_ok=True)
    municipality = MUNICIPALITY.format(code=CODE, title="Посёлок")
    (own / "municipality.yaml").write_text(municipality, encoding="utf-8")
    (own / "indicators.yaml").write_text(INDICATORS.format(name=name, title=title), "utf-8")


def spoil(folder: Path) -> None:
    (folder / CODE / "indicators.yaml").write_text(FAULTY, "utf-8")


@dataclass
class Process:
    container: Container
    keeper: RuleKeeper
    engine: Engine

    def in_force(self) -> list[str] | None:
        """The settlement's indicators as this process judges by them."""
        rulebook = self.container.rulebook
        if CODE not in rulebook.municipalities():
            return None
        return [one.code.removeprefix("settlement.") for one in rulebook.rules(CODE).indicators]

    def faults(self) -> list[str]:
        return [str(fault) for fault in self.container.rulebook.faults.get(CODE, ())]

    def looks(self, look: Callable[[], int], times: int = 2) -> None:
        """A change is seen at the first look and taken up at the second."""
        for _ in range(times):
            look()


@contextmanager
def process(folder: Path, rules: Path) -> Iterator[Process]:
    """A process on the database in `folder` with the rule folders in `rules`."""
    folder.mkdir(parents=True, exist_ok=True)
    config = replace(config_for(folder), rules_dir=rules)
    container = build(config, AdjustableClock(NOW))
    schema.upgrade(container.db)
    engine = Engine(container)
    try:
        yield Process(container, engine.keeper, engine)
    finally:
        container.close()
