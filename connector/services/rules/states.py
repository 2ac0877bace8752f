"""How each municipality's rules stand: in force since when, at fault where, asked how long."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from connector.models import Changeover, RuleFault
from connector.rulebook import PluginEntry, Rulebook
from connector.services.folding.rule_faults import RuleFaultService, off_until
from connector.services.rules.changeovers import ChangeoverService
from connector.services.rules.sets import InForce, RuleSetService
from connector.services.upkeep.tallying import TallyService
from connector.tallies import Key

ASKED = "plugin_seconds"


@dataclass(frozen=True, slots=True)
class Asked:
    """How often a municipality's Python was asked by all processes together, and how long.

    calls: each about a batch of subjects.
    """

    calls: int = 0
    seconds: float = 0.0

    @property
    def mean_ms(self) -> float:
        return self.seconds / self.calls * 1000 if self.calls else 0.0


@dataclass(frozen=True, slots=True)
class Failing:
    """A rule that failed. off_until: switched off so long."""

    fault: RuleFault
    off_until: datetime | None


@dataclass(frozen=True, slots=True)
class RuleState:
    """in_force: the set that is stored as in force; None before the first."""

    entry: PluginEntry
    in_force: InForce | None = None
    changing: Changeover | None = None
    failing: tuple[Failing, ...] = ()
    asked: Asked = Asked()


class RuleStates:
    """Reads only."""

    def __init__(self, session: Session, rulebook: Rulebook, now: datetime) -> None:
        self._session = session
        self._rulebook = rulebook
        self._now = now

    def all(self, municipalities: Collection[str] | None = None) -> Sequence[RuleState]:
        """By code; of these municipalities, None: of all."""
        in_force = RuleSetService(self._session).in_force()
        changing = ChangeoverService(self._session).all()
        asked = _asked(TallyService(self._session).all())
        failing: dict[str, list[Failing]] = {}
        for fault in RuleFaultService(self._session).list():
            one = Failing(fault, off_until(fault, self._now))
            failing.setdefault(fault.municipality, []).append(one)
        return [
            RuleState(
                entry,
                in_force.get(entry.municipality),
                changing.get(entry.municipality),
                tuple(failing.get(entry.municipality, ())),
                asked.get(entry.municipality, Asked()),
            )
            for entry in self._rulebook.plugins_list()
            if municipalities is None or entry.municipality in municipalities
        ]


def _asked(tallies: Mapping[Key, float]) -> dict[str, Asked]:
    calls: dict[str, int] = {}
    for (name, labels), value in tallies.items():
        if name == f"{ASKED}_bucket":
            calls[labels[0]] = calls.get(labels[0], 0) + int(value)
    return {m: Asked(n, tallies.get((f"{ASKED}_sum", (m,)), 0.0)) for m, n in calls.items()}
