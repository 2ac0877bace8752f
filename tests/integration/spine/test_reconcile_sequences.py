"""The recorded sequences with events missing, or with none at all: reconciliation finds the rest.

Moodle answers as recorded. Only its lists are put together here, out of the single records that
were recorded: nobody had asked the site for all of its courses.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from connector.domain.signals import Dialect
from connector.replay import Recording, Replied
from connector.runtime.reconcile import Habit, Reconciler
from connector.runtime.reconcile_owners import Ground
from connector.services.sources.sources import SourceService
from tests.integration.spine.foreign_town import LEARNERS, ForeignTown, foreign_town, history
from tests.integration.spine.test_spine_senders import SENDERS, THE_END, assert_proven

pytestmark = pytest.mark.slow

A_STEP = (
    "personnel_no,number,order,target,competencies,due_on,required\n"
    "ST-000001,1,4,activity:2,,,нет\n"
)
"""Activities are gone through only where one is of use to somebody."""

Params = Mapping[str, str]


@dataclass
class Listing:
    """A recording that can be gone through: whole lists, made of what was recorded one by one."""

    recorded: Recording

    def __call__(self, function: str, params: Params) -> Replied:
        match function:
            case "core_course_get_courses_by_field" if "field" not in params:
                return self._courses(function)
            case "core_enrol_get_enrolled_users":
                return self._learners(function, params)
            case "core_user_get_users_by_field" if "values[1]" in params:
                return self._users(function, params)
            case "mod_quiz_get_quizzes_by_courses":
                return self._quizzes(function, params)
        reply = self.recorded(function, params)
        if function == "mod_quiz_get_user_attempts" and is_unknown(reply):
            # Nobody asked, because the learner never was in that quiz.
            return Replied(200, {"attempts": [], "warnings": []})
        return reply

    def _learners(self, function: str, params: Params) -> Replied:
        """Of the others in the courses nothing was recorded, so they are not shown."""
        if params["options[0][value]"] != "0":
            return Replied(200, [])
        learners = self.recorded(function, {"courseid": params["courseid"]}).body
        known = LEARNERS.values()
        return Replied(200, [one for one in learners if str(one["id"]) in known])

    def _users(self, function: str, params: Params) -> Replied:
        values = [value for name, value in params.items() if name.startswith("values")]
        by = params["field"]
        found = [self.recorded(function, {"field": by, "values[0]": v}).body for v in values]
        return Replied(200, [user for users in found for user in users])

    def _quizzes(self, function: str, params: Params) -> Replied:
        courses = [value for name, value in params.items() if name.startswith("courseids")]
        replies = [self.recorded(function, {"courseids[0]": course}) for course in courses]
        quizzes = [quiz for reply in replies for quiz in reply.body.get("quizzes", ())]
        return Replied(200, {"quizzes": quizzes, "warnings": []})

    def _courses(self, function: str) -> Replied:
        found = {}
        for number in range(1, 10):
            reply = self.recorded(function, {"field": "id", "value": str(number)})
            found.update({course["id"]: course for course in reply.body.get("courses", ())})
        return Replied(200, {"courses": [found[id_] for id_ in sorted(found)], "warnings": []})


def is_unknown(reply: Replied) -> bool:
    return isinstance(reply.body, dict) and reply.body.get("errorcode") == "invalidrecord"


def reconcile(town: ForeignTown) -> None:
    town.later(60)
    town.moodle.now = town.spine.clock.now()
    c = town.engine.container
    with c.db.reading() as session:
        source = SourceService(session, c.box).get("lms")
    ground = Ground(c.db, c.rulebook, c.settings, c.clock)
    habit = Habit.of(c.config)
    reconciler = Reconciler(ground, c.box, c.moodles, habit, sleep=lambda seconds: None)
    row = reconciler.run(source, None, lambda progress: None, town.engine.fold)
    assert (row.last or {})["refused"] == {}
    town.settle()


def live(town: ForeignTown, told: float, every_time: bool) -> None:
    """told: the share of requests that arrive. every_time: reconciled after each sequence, not only
    in the end."""
    chance = random.Random(5)
    town.moodle.server.answers = Listing(town.recorded)
    town.import_all()
    town.spine.import_sheets("korolev", {"steps": A_STEP})
    steps = history(town.sender)
    for place, (step, requests) in enumerate(steps, 1):
        town.live_through(step)
        for request in requests:
            if chance.random() < told:
                town.send(request)
        town.settle()
        is_last = place == len(steps)
        if is_last or (every_time and steps[place][0].sequence != step.sequence):
            reconcile(town)
    town.settle(90)


@pytest.mark.parametrize(
    ("sender", "told"), [(Dialect.LOCAL_WEBHOOKS, 0.0), *((sender, 0.5) for sender in SENDERS)]
)
def test_what_no_sender_told_is_found_after_each_sequence(
    tmp_path: Path, sender: Dialect, told: float
) -> None:
    with foreign_town(tmp_path, sender) as town:
        live(town, told, every_time=True)
        assert town.evidence() == THE_END
        assert_proven(town)


def test_one_pass_in_the_end_finds_all_that_can_still_be_read(tmp_path: Path) -> None:
    """Of the learner who was deleted meanwhile Moodle shows nothing any more."""
    with foreign_town(tmp_path, Dialect.LOCAL_WEBHOOKS) as town:
        live(town, 0.0, every_time=False)
        gone = ("attempt:45", "attempt:46")
        left = {k: v for k, v in THE_END.items() if ":20:" not in k and k not in gone}
        assert town.evidence() == left
        assert_proven(town)
