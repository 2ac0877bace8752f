"""Who knows of a stalled route, by what the outbox says was told; who should, and does not yet.

The ladder says who is to hear by now (`stall_notices.to_hear`); a letter may all the same wait for
the morning, be held back, or have come back.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from connector.domain.owed import Circle, Recipient
from connector.domain.stall_answers import AnswerKind
from connector.domain.stall_episodes import Episode
from connector.domain.stall_notices import ROUTE_STALLED, STALL_HANDED, to_hear

LADDER = (Recipient.METHODIST, Recipient.HEAD, Recipient.SPECIALIST, Recipient.MENTOR)
"""In the order in which roles are named; a mentor knows from the first day, beside the ladder."""

_NEAREST = ("waiting", "held", "failed", "withdrawn")
"""Of several letters to one role the one that is nearest to being read stands for them."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One notice of an episode. told_on: the local day on which it went out, None if it did not."""

    kind: str
    role: Recipient
    recipient: str | None
    state: str
    reason: str | None
    not_before: datetime
    told_on: date | None

    @property
    def is_on_its_way(self) -> bool:
        return self.told_on is not None or self.state == "waiting"


@dataclass(frozen=True, slots=True)
class Known:
    """name: of the colleague to whom the route was handed; None: whoever has the role."""

    role: Recipient
    since: date
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Untold:
    """Whose turn to hear has come, and who has not. letter: the notice that was not sent; None: it
    was not written yet, as after an import. name: see Known."""

    role: Recipient
    letter: Telling | None
    name: str | None = None


def who_knows(tellings: Collection[Telling], circle: Circle, episode: Episode) -> Iterator[Known]:
    """Roles in the order of the ladder, then by name whoever was handed the route: each with the
    first day on which they were told, in whatever role."""
    told = [(one, one.told_on) for one in tellings if one.told_on is not None]
    handed = {one.recipient: one.role for one, _ in told if one.kind == STALL_HANDED}
    for role in LADDER:
        since = [on for one, on in told if one.role is role and one.recipient not in handed]
        if since:
            yield Known(role, min(since))
    for recipient, role in handed.items():
        since = [on for one, on in told if one.recipient == recipient]
        yield Known(role, min(since), _name_of(recipient, circle, episode))


def who_does_not(
    tellings: Collection[Telling], circle: Circle, episode: Episode
) -> Iterator[Untold]:
    """A role is passed over where nobody has it, or whoever has it was told in another."""
    aware = {one.recipient for one in tellings if one.told_on is not None}
    told = {one.role for one in tellings if one.kind == ROUTE_STALLED and one.told_on is not None}
    for role, members in to_hear(circle, episode.rungs):
        numbers = {member.personnel_no for member in members}
        if role not in told and not numbers <= aware:
            yield Untold(role, _nearest(tellings, ROUTE_STALLED, role, numbers))
    handed = [a.to for a in episode.answers if a.kind is AnswerKind.HANDED_OVER and a.to]
    takers = circle.colleagues.get(handed[-1], ()) if handed else ()
    numbers = {member.personnel_no for member in takers}
    if takers and aware.isdisjoint(numbers):
        letter = _nearest(tellings, STALL_HANDED, None, numbers)
        role = letter.role if letter else Recipient.METHODIST
        yield Untold(role, letter, _name_of(takers[0].personnel_no, circle, episode))


def _nearest(
    tellings: Collection[Telling], kind: str, role: Recipient | None, numbers: Collection[str]
) -> Telling | None:
    fitting = [
        one
        for one in tellings
        if one.kind == kind
        and role in (None, one.role)
        and one.recipient in numbers
        # What was withdrawn without a reason is not owed by the last fold: as good as not written.
        and (one.state != "withdrawn" or one.reason is not None)
    ]
    return min(fitting, key=lambda one: (_NEAREST.index(one.state), one.not_before), default=None)


def _name_of(recipient: str | None, circle: Circle, episode: Episode) -> str | None:
    for answer in episode.answers:
        if answer.to == recipient and answer.to_name:
            return answer.to_name
    members = (one for found in circle.colleagues.values() for one in found)
    return next((one.full_name for one in members if one.personnel_no == recipient), None)
