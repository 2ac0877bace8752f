"""Which way a notice goes, worked out once more: choices, dead addresses, hours.

docs/ru/letters.md, «Когда уходят письма», «Что каждый выбирает сам»; domain.md 6.
"""

from dataclasses import dataclass, field
from datetime import datetime

from tests.year.plain_calendar import DIGEST, digest_at, opens_at

AT_ONCE, GATHERED, OFF = "at_once", "digest", "off"
ALL = "*"
FORCED = {
    ("route_stalled", "methodist"),
    ("route_stalled", "specialist"),
    *(("stall_handed", role) for role in ("mentor", "head", "methodist", "specialist")),
}
"""Can neither be switched off nor put off."""


@dataclass(frozen=True)
class Told:
    """One notice owed. to: None where there is nobody. follows: whoever was not told one of these
    is not told this."""

    key: str
    role: str
    to: str | None
    urgent: bool = False
    follows: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return self.key.partition(":")[0]


@dataclass(frozen=True)
class Chosen:
    """None: nothing was chosen of that."""

    choice: str | None = None
    hour: int | None = None
    weekday: int | None = None


@dataclass
class PlainPost:
    """chosen: by person and kind. dead: addresses that nothing reaches. mail: of everybody."""

    mail: dict[str, str]
    chosen: dict[tuple[str, str], Chosen] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)

    def obstacle(self, told: Told) -> str | None:
        """Why it cannot go; None: it goes."""
        if told.to is None:
            return "nobody"
        if self.choice(told) == OFF:
            return "off"
        return "dead" if self.mail[told.to] in self.dead else None

    def goes_at(self, told: Told, at: datetime) -> datetime:
        """When, if the local moment `at` is the present."""
        if self.choice(told) == AT_ONCE:
            return opens_at(at)
        general = self._of(told, ALL)
        hour = DIGEST if general.hour is None else general.hour
        return digest_at(at, hour, general.weekday)

    def choice(self, told: Told) -> str:
        unasked = AT_ONCE if told.urgent or told.role in ("teacher", "mentor") else GATHERED
        own, general = self._of(told, told.kind).choice, self._of(told, ALL).choice
        wished = own or general or unasked
        if own is None and told.urgent and general == GATHERED:
            # What is urgent is put off by its own name only.
            wished = AT_ONCE
        if self.is_forced(told) and _lateness(wished) > _lateness(unasked):
            return unasked
        return wished

    def is_forced(self, told: Told) -> bool:
        return (told.kind, told.role) in FORCED

    def _of(self, told: Told, kind: str) -> Chosen:
        return self.chosen.get((told.to or "", kind), Chosen())


def _lateness(choice: str) -> int:
    return (AT_ONCE, GATHERED, OFF).index(choice)
