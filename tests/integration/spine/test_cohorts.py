"""Cohorts are kept in step: whoever the connector added, and an own cohort altogether."""

from pathlib import Path

import pytest

from connector.domain.people import Role
from connector.domain.wishes import CohortWish, MoodleWishes
from connector.models import CohortRound
from connector.moodle.acting import Desk
from connector.runtime.cohort_rounds import CohortRounds
from tests.contract.living_acting import cohort
from tests.contract.living_rest import MAINTENANCE, READ
from tests.integration.spine.acting_town import TOWN, acting_town, actions
from tests.integration.spine.living_town import LivingTown

HOUR = 3700
WANTED = MoodleWishes(
    cohorts=(
        CohortWish("OWN", is_ours=True, role=Role.TEACHER),
        CohortWish("MENTEES", mentee=True),
        CohortWish("NOPE"),
    )
)
STAFF = "personnel_no,last_name,first_name,email,role,school,employed_from\n"
MENTORED = "mentor,mentee,from,until\nST-1,ST-2,2026-01-01,{}\n"


def people(town: LivingTown, *roles: str) -> None:
    rows = (f"ST-{n},Фамилия,Имя,,{role},S1,2020-01-01\n" for n, role in enumerate(roles, 1))
    town.spine.import_sheets(TOWN, {"staff": STAFF + "".join(rows)})


def mentored(town: LivingTown, until: str = "") -> None:
    town.spine.import_sheets(TOWN, {"mentorships": MENTORED.format(until)})


def the_round(town: LivingTown) -> CohortRound:
    with town.spine.container.db.reading() as session:
        return session.get_one(CohortRound, (TOWN, "lms"))


def test_cohorts_follow_the_records_and_leave_others_alone(
    tmp_path: Path, database_url: str
) -> None:
    with acting_town(tmp_path, WANTED, database_url) as town:
        one, two, three = town.users.values()
        own = cohort(town.moodle, "OWN", "999")
        mentees = cohort(town.moodle, "MENTEES", three)
        mentored(town)
        town.engine.act()
        # The member that belongs to nobody here stays, even in our own cohort.
        assert own.members == {one, two, three, "999"}
        assert mentees.members == {two, three}
        assert the_round(town).missing == ["NOPE"]
        town.rest.calls.clear()
        town.engine.act()
        assert town.rest.calls == []

        # A manager is no teacher; a mentorship that is over leaves no mentee.
        people(town, "manager", "teacher", "teacher")
        mentored(town, "2026-02-01")
        town.engine.act()
        assert own.members == {two, three, "999"}
        assert mentees.members == {three}

        # By hand: an own cohort is put right, in the other one it is respected.
        mentored(town)
        town.engine.act()
        own.members.discard(two)
        mentees.members.discard(two)
        town.later(HOUR)
        town.engine.act()
        assert own.members == {two, three, "999"}
        assert mentees.members == {three}
        assert ("ST-2", "MENTEES", "withdrawn", "removed_there") in actions(town)


def test_a_refusal_is_told_and_trouble_passes(tmp_path: Path) -> None:
    with acting_town(tmp_path, WANTED) as town:
        own = cohort(town.moodle, "OWN")
        town.rest.trouble = lambda function, params: MAINTENANCE
        town.engine.act()
        assert (the_round(town).error, own.members) == ("http_503", set())

        town.rest.trouble = lambda function, params: None
        town.rest.rights = READ - {"cohortassign"}
        town.later(HOUR)
        town.engine.act()
        assert the_round(town).error is None
        assert {one[2:] for one in actions(town)} == {("refused", "nopermissions")}
        assert own.members == set()


def test_what_is_done_while_members_are_read_is_not_taken_for_undone(
    tmp_path: Path, database_url: str
) -> None:
    """Two workers: one reads who is in the cohort, meanwhile the other puts somebody in."""
    with acting_town(tmp_path, WANTED, database_url) as town:
        mentees = cohort(town.moodle, "MENTEES")
        mentored(town)
        c = town.engine.container
        rounds = CohortRounds(c.db, c.rulebook, c.box, c.moodles, c.clock)
        rounds.run_once()
        assert ("ST-2", "MENTEES", "waiting", None) in actions(town)
        town.later(HOUR)
        read = Desk.members

        def members(desk: Desk, name: str) -> frozenset[str] | None:
            seen = read(desk, name)
            town.later(1)
            with pytest.MonkeyPatch.context() as patch:
                # The other one makes no round, which is this one's.
                patch.setattr(CohortRounds, "run_once", lambda self: 0)
                town.engine.act()
            return seen

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Desk, "members", members)
            rounds.run_once()
        assert town.users["ST-2"] in mentees.members
        assert ("ST-2", "MENTEES", "done", "done") in actions(town)
