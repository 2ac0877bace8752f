"""Whatever happens in Moodle, whoever tells of it, whatever is lost and in which order the rest
comes: after a reconciliation the connector's state is Moodle's."""

import random
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

from hypothesis import given, settings
from hypothesis import strategies as st

from connector.domain.signals import Dialect
from tests.contract.living_moodle import Attempt, Event, LivingMoodle
from tests.contract.telling import arrivals
from tests.integration.spine.living_town import SOURCE, LivingTown, living_town, truth
from tests.integration.spine.test_reconcile import assert_proven

SENDERS = (Dialect.LOCAL_WEBHOOKS, Dialect.TOOL_TRIGGER, Dialect.XAPI)
COURSES = ("2", "3", "5")
HAPPENINGS = (
    "take", "take", "take", "take_final", "take_final", "essay", "grade", "delete", "regrade",
    "tick", "tick", "untick", "override", "unlock", "task", "reset", "rename", "address",
    "suspend", "unenrol", "enrol",
)  # fmt: skip

one_happening = st.tuples(
    st.sampled_from(HAPPENINGS),
    st.integers(min_value=0, max_value=2),
    st.integers(min_value=0, max_value=9),
    st.integers(min_value=0, max_value=9),
)


def happen(moodle: LivingMoodle, users: list[str], what: str, a: int, b: int) -> list[Event]:
    """users: who it happens to first. a, b: marks, or which of several things is meant."""
    user = users[0]
    own = [one for one in moodle.attempts.values() if one.user == user]

    def one_of(found: list[Attempt]) -> Attempt | None:
        return found[a % len(found)] if found else None

    match what:
        case "take":
            return moodle.take(user, "1", [a / 2, b / 3])
        case "take_final":
            return moodle.take(user, "2", [float(a + 1)])
        case "essay":
            return moodle.take(user, "4", [1.0, 0.0])
        case "grade":
            waiting = one_of([o for o in own if o.quiz == "4"])
            return moodle.grade_essay(waiting, float(b % 9)) if waiting else []
        case "delete":
            gone = one_of(own)
            return moodle.delete_attempt(gone) if gone else []
        case "regrade":
            return moodle.regrade("1", (float(1 + a), float(1 + b)))
        case "tick" | "untick":
            return moodle.tick(user, "31", 1 if what == "tick" else 0)
        case "override":
            return moodle.tick(user, "32", a % 4)
        case "unlock":
            return moodle.unlock("3")
        case "task":
            return moodle.run_task()
        case "reset":
            return moodle.reset(COURSES[a % 2])
        case "rename":
            return moodle.rename("3", f"Курс {a}")
        case "address":
            return moodle.change_user(user, email=f"new{a}@school.example")
        case "suspend":
            return moodle.suspend(user, COURSES[a % 3], active=bool(b % 2))
        case "unenrol":
            return moodle.unenrol(user, COURSES[a % 3])
        case _:
            return moodle.enrol(user, COURSES[a % 3])


def live(
    town: LivingTown,
    sender: Dialect,
    story: list[tuple[str, int, int, int]],
    chance: random.Random,
    lost: float,
) -> list[Event]:
    """Tells of some of it at once, keeps some of it back; what is kept back."""
    users = list(town.users.values())
    kept: list[Event] = []
    for what, who, a, b in story:
        town.later(chance.choice((1, 60, 4000)))
        events = happen(town.moodle, users[who:] + users[:who], what, a, b)
        kept += [event for event in events if chance.random() >= lost]
        if chance.random() < 0.4:
            chance.shuffle(kept)
            now, kept = kept[: len(kept) // 2], kept[len(kept) // 2 :]
            tell(town, sender, now)
        if chance.random() < 0.1:
            town.reconcile()
    return kept


def tell(town: LivingTown, sender: Dialect, events: list[Event]) -> None:
    found = [
        arrival
        for event in events
        for arrival in arrivals(sender, event, crc32(repr(event).encode()))
    ]
    if found:
        town.spine.post(found, SOURCE)
    town.later(4)
    town.engine.settle()


@settings(max_examples=max(8, settings().max_examples // 6))
@given(
    sender=st.sampled_from(SENDERS),
    story=st.lists(one_happening, min_size=1, max_size=14),
    seed=st.integers(min_value=0, max_value=2**16),
    lost=st.sampled_from((0.0, 0.3, 0.7, 1.0)),
)
def test_after_a_reconciliation_the_state_is_that_of_moodle(
    sender: Dialect, story: list[tuple[str, int, int, int]], seed: int, lost: float
) -> None:
    chance = random.Random(seed)
    with TemporaryDirectory() as folder, living_town(Path(folder), sender) as town:
        kept = live(town, sender, story, chance, lost)
        town.later()
        town.moodle.run_task()
        for user in town.users.values():
            # Of whom is in no course, Moodle does not say what he has completed.
            for course in COURSES:
                town.moodle.enrol(user, course)

        town.reconcile()

        expected = truth(town.moodle, town.users)
        assert town.evidence() == expected
        tell(town, sender, kept)
        for _ in range(3):
            town.later(4000)
            town.engine.settle()
        assert town.evidence() == expected
        assert_proven(town)
