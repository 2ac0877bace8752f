"""What is to be done about one account in one cohort, as a pure function of what is and was.

A cohort that the municipality did not give to the connector may have members of its own: whoever
the connector did not add is never removed, and whoever somebody removed by hand is not added again.
"""

from dataclasses import dataclass

from connector.domain.actions import ActionKind

REMOVED_THERE = "removed_there"


@dataclass(frozen=True, slots=True)
class Membership:
    """The row of one account in one cohort. added: the connector put it there, as far as it knows.

    reason: of a withdrawn one, REMOVED_THERE where somebody in that Moodle removed it.
    """

    kind: ActionKind
    state: str
    added: bool
    reason: str | None = None

    @property
    def is_open(self) -> bool:
        return self.state in ("waiting", "refused")


def next_step(
    former: Membership | None, is_member: bool, is_wanted: bool, is_ours: bool
) -> Membership | None:
    """What the row becomes; None: it stays as it is, or there need be none."""
    if former is not None and former.state == "doing":
        return None
    if is_wanted:
        return _stays(former) if is_member else _comes(former, is_ours)
    return _goes(former, is_ours) if is_member else _is_out(former)


def _stays(former: Membership | None) -> Membership | None:
    if former is None or not (former.is_open or former.reason == REMOVED_THERE):
        return None
    # It waited to be removed and is wanted again, or somebody else was quicker.
    state = "done" if former.added else "withdrawn"
    return Membership(ActionKind.JOIN, state, former.added)


def _comes(former: Membership | None, is_ours: bool) -> Membership | None:
    if former is not None and former.kind is ActionKind.JOIN:
        if former.is_open or (former.reason == REMOVED_THERE and not is_ours):
            return None
        if former.state == "done" and former.added and not is_ours:
            return Membership(ActionKind.JOIN, "withdrawn", False, REMOVED_THERE)
    return Membership(ActionKind.JOIN, "waiting", False)


def _goes(former: Membership | None, is_ours: bool) -> Membership | None:
    added = former is not None and former.added
    if added or is_ours:
        if former is not None and former.kind is ActionKind.LEAVE and former.is_open:
            return None
        return Membership(ActionKind.LEAVE, "waiting", added)
    return _is_out(former)


def _is_out(former: Membership | None) -> Membership | None:
    if former is None:
        return None
    settled = former.kind is ActionKind.LEAVE or not former.added
    if former.is_open or former.reason == REMOVED_THERE or not settled:
        return Membership(former.kind, "withdrawn", False)
    return None
