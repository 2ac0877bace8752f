"""Whose people a list of decisions is of: one methodist's, or everybody's.

A methodist who has people of her own sees theirs first, as many as her letter says; everybody's are
one click away, because whoever stands in for a colleague decides there.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from connector.services.access.visibility import Viewer
from connector.services.cases.setting import Ground
from connector.services.notices.addresses import LOGIN
from connector.services.records.names import RecordNames
from connector.services.routes.in_charge import in_charge
from connector.spreadsheets.spelling import sort_key
from connector.web.stall_board import ALL, Choice, recipient_of


@dataclass(frozen=True, slots=True)
class Charge:
    """chosen: a methodist as notices name them, or ALL. people: theirs; None: everybody.

    mine: the viewer, if any people are hers. own, every: how much waits of hers, and in all.
    methodists: who can be chosen.
    """

    chosen: str
    people: frozenset[str] | None
    mine: str | None
    own: int
    every: int
    methodists: Sequence[Choice]

    @property
    def is_split(self) -> bool:
        """Whether the viewer's own are not simply everybody."""
        return self.mine is not None and self.own < self.every

    @property
    def first(self) -> int:
        """How much the list shows where nobody chose."""
        return self.every if self.mine is None else self.own

    def covers(self, person: str) -> bool:
        return self.people is None or person in self.people


def charge_of(
    session: Session,
    ground: Ground,
    viewer: Viewer,
    asked: str | None,
    waiting: Sequence[str],
    day: date,
) -> Charge:
    """asked: the methodist that was chosen, None where nobody was. waiting: the person of each
    thing that waits."""
    counts = Counter(waiting)
    found = in_charge(session, ground, counts, day)
    me = recipient_of(viewer)
    mine = me if found.has_own(me) else None
    chosen = (mine or ALL) if asked is None else asked or ALL
    own = found.people_of(mine) if mine is not None else frozenset[str]()
    numbers = {number for one in found.methodists.values() for number in one}
    if mine is not None:
        numbers.add(mine)
    return Charge(
        chosen,
        None if chosen == ALL else found.people_of(chosen),
        mine,
        sum(counts[person] for person in own),
        counts.total(),
        _named(session, ground.setting.municipality, numbers),
    )


def _named(session: Session, municipality: str, numbers: set[str]) -> list[Choice]:
    titles = RecordNames(session, municipality).titles("staff", sorted(numbers))
    named = [(one, titles.get(one, one.removeprefix(LOGIN))) for one in numbers]
    return sorted(named, key=lambda one: (sort_key(one[1]), one[0]))
