"""One account in one cohort: what is done, however Moodle, people and we got there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.domain.actions import ActionKind
from connector.domain.cohort_steps import REMOVED_THERE, Membership, next_step

JOIN, LEAVE = ActionKind.JOIN, ActionKind.LEAVE
NOTHING = None


def row(kind: ActionKind, state: str, added: bool = False, reason: str | None = None) -> Membership:
    return Membership(kind, state, added, reason)


@pytest.mark.parametrize(
    ("former", "is_member", "is_wanted", "is_ours", "becomes"),
    [
        (None, False, True, False, row(JOIN, "waiting")),
        (None, True, True, False, NOTHING),
        # Somebody else's member stays, unless the cohort is ours.
        (None, True, False, False, NOTHING),
        (None, True, False, True, row(LEAVE, "waiting")),
        (None, False, False, True, NOTHING),
        # Who was added goes again when they no longer belong there.
        (row(JOIN, "done", True), True, False, False, row(LEAVE, "waiting", True)),
        (row(JOIN, "done", False), True, False, False, NOTHING),
        # Removed by hand: respected, until they ceased to be wanted; an own cohort is put right.
        (row(JOIN, "done", True), False, True, False,
         row(JOIN, "withdrawn", False, REMOVED_THERE)),
        (row(JOIN, "withdrawn", False, REMOVED_THERE), False, True, False, NOTHING),
        (row(JOIN, "withdrawn", False, REMOVED_THERE), False, False, False,
         row(JOIN, "withdrawn")),
        (row(JOIN, "withdrawn"), False, True, False, row(JOIN, "waiting")),
        (row(JOIN, "done", True), False, True, True, row(JOIN, "waiting")),
        # Before it was done it was no longer wanted, or wanted again.
        (row(JOIN, "waiting"), False, False, False, row(JOIN, "withdrawn")),
        (row(LEAVE, "waiting", True), True, True, False, row(JOIN, "done", True)),
        (row(LEAVE, "done"), False, True, False, row(JOIN, "waiting")),
        # A refusal waits for a person; what is being done is not touched.
        (row(JOIN, "refused"), False, True, False, NOTHING),
        (row(LEAVE, "refused", True), True, False, False, NOTHING),
        (row(JOIN, "doing"), False, False, True, NOTHING),
    ],
)  # fmt: skip
def test_a_step(
    former: Membership | None,
    is_member: bool,
    is_wanted: bool,
    is_ours: bool,
    becomes: Membership | None,
) -> None:
    assert next_step(former, is_member, is_wanted, is_ours) == becomes


@given(st.lists(st.tuples(st.sampled_from(("want", "drop", "add", "remove")), st.booleans())))
def test_nobody_whom_others_added_is_removed_and_it_comes_to_rest(
    happenings: list[tuple[str, bool]],
) -> None:
    """A cohort that is not ours, with people who meddle, each happening followed by rounds."""
    former: Membership | None = None
    is_member = is_wanted = by_others = False
    for what, acts in happenings:
        if what in ("want", "drop"):
            is_wanted = what == "want"
        elif what == "add" and not is_member:
            is_member = by_others = True
        elif what == "remove":
            is_member = by_others = False
        for _ in range(3):
            former = next_step(former, is_member, is_wanted, False) or former
            if acts and former is not None and former.state == "waiting":
                if former.kind is LEAVE:
                    assert not by_others, "somebody else's member is removed"
                    is_member, former = False, row(LEAVE, "done")
                else:
                    former = row(JOIN, "done", added=not is_member)
                    is_member = True
        assert not acts or next_step(former, is_member, is_wanted, False) is None
