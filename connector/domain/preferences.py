"""What people chose about their letters, within what their municipality insists on (domain 6).

Pure: a choice is settled for one notice from the person's own rows and the municipality's policy. A
preference never silences what is forced, and never delays it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

EVERY_KIND = "*"
"""Stands for the kind in a choice about all letters; a choice about one kind wins over it."""

EMAIL = "email"
"""The channel of whoever chose none."""

ASKED_FOR = frozenset({"sign_in_link"})
"""Kinds that somebody has just asked for: no choice and no rule keeps them back."""

_PERSONAL = frozenset({"teacher", "mentor"})
"""Who is written to at once and not in a digest, as long as nobody chose otherwise."""


class Choice(StrEnum):
    """When somebody wants to be told of something."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Preference:
    """One choice; None leaves a part as it would be without it.

    hour: local, 0..23, of the digest; weekday: 0 is Monday, EVERY_DAY any working day.
    """

    choice: Choice | None = None
    channel: str | None = None
    hour: int | None = None
    weekday: int | None = None


EVERY_DAY = -1
_NOTHING = Preference()


@dataclass(frozen=True, slots=True)
class LetterPolicy:
    """What a municipality insists on: names of the form `kind`, `kind.role` or `*.role`.

    forced: cannot be switched off or put off. unasked: goes only to those who switched it on.
    """

    forced: frozenset[str] = field(
        default_factory=lambda: frozenset(
            {
                "route_stalled.methodist",
                "route_stalled.specialist",
                # A colleague has passed it on and counts on its being read.
                "stall_handed",
                "*.administrator",
            }
        )
    )
    unasked: frozenset[str] = frozenset()

    def forces(self, kind: str, role: str) -> bool:
        return kind in ASKED_FOR or _is_named(self.forced, kind, role)

    def starts(self, kind: str, role: str, urgent: bool) -> Choice:
        """What holds as long as nobody chose."""
        if _is_named(self.unasked, kind, role) and not self.forces(kind, role):
            return Choice.OFF
        return Choice.AT_ONCE if urgent or role in _PERSONAL else Choice.DIGEST


STANDARD = LetterPolicy()
"""Of a municipality whose rules say nothing."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of one notice. hour, weekday: of its digest, None as the municipality has it.

    bound: somebody chose otherwise, but the municipality insists.
    """

    choice: Choice
    channel: str = EMAIL
    hour: int | None = None
    weekday: int | None = None
    bound: bool = False


def settle(
    kind: str, role: str, urgent: bool, chosen: Mapping[str, Preference], policy: LetterPolicy
) -> Settled:
    """chosen: a person's preferences by kind, EVERY_KIND among them."""
    own, general = chosen.get(kind, _NOTHING), chosen.get(EVERY_KIND, _NOTHING)
    start = policy.starts(kind, role, urgent)
    choice = own.choice or _of_all(general.choice, start, urgent)
    bound = policy.forces(kind, role) and _rank(choice) > _rank(start)
    return Settled(
        start if bound else choice,
        own.channel or general.channel or EMAIL,
        general.hour if own.hour is None else own.hour,
        general.weekday if own.weekday is None else own.weekday,
        bound,
    )


def _of_all(choice: Choice | None, start: Choice, urgent: bool) -> Choice:
    """A choice about all letters brings none that nobody asked for, and puts no alert off."""
    if choice is None or start is Choice.OFF or (urgent and choice is Choice.DIGEST):
        return start
    return choice


def _is_named(names: frozenset[str], kind: str, role: str) -> bool:
    return not names.isdisjoint((kind, f"{kind}.{role}", f"*.{role}"))


def _rank(choice: Choice) -> int:
    return list(Choice).index(choice)
