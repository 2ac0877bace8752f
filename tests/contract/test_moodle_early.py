"""Events that come before Moodle commits, and answers that are errors though they are states."""

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.domain.signals import About, Dialect, Pointer
from connector.moodle.reading import Asked
from connector.replay import Recording
from tests.contract.fake_moodle import Site
from tests.contract.notebook import resolve, standing_of
from tests.contract.recorded import Step


@pytest.mark.parametrize(
    ("sequence", "about", "reason"),
    [
        ("02_attempt_failed", About.ATTEMPT, "attempt_not_committed"),
        ("05_course_completed_by_final_quiz", About.ATTEMPT, "attempt_not_committed"),
        (
            "05_course_completed_by_final_quiz",
            About.COURSE_COMPLETION,
            "completion_not_committed",
        ),
        (
            "05_course_completed_by_final_quiz",
            About.ACTIVITY_COMPLETION,
            "activity_not_committed",
        ),
        ("08_regrade", About.ATTEMPT, "attempt_not_committed"),
        ("09b_essay_graded_by_hand", About.ATTEMPT, "attempt_not_committed"),
        (
            "15b_completion_task_after_unlock",
            About.COURSE_COMPLETION,
            "completion_task_pending",
        ),
    ],
)
def test_an_event_ahead_of_the_commit_waits_for_it(
    sequence: str,
    about: About,
    reason: str,
    moodle: Site,
    recorded: Recording,
    history: list[Step],
) -> None:
    step = next(one for one in history if one.sequence == sequence)
    early = [
        pointer
        for dialect, pointer in step.pointers
        if dialect is Dialect.LOCAL_WEBHOOKS and pointer.about is about and pointer.user_id != "20"
    ]
    # question_manually_graded does not name the learner; nobody's pointer is skipped by chance.
    assert early

    recorded.go_to(sequence, 0)
    moodle.now = step.ended_at - timedelta(seconds=1)
    before = [resolve(moodle, pointer, Asked()) for pointer in early]
    recorded.go_to(sequence, step.number)
    moodle.now = step.ended_at
    after = [resolve(moodle, pointer, Asked()) for pointer in early]

    assert {one.not_yet for one in before} == {reason}
    assert all(not one.statements for one in before)
    assert all(one.statements and one.not_yet is None for one in after)


def test_a_rolled_back_submission_is_no_attempt_in_the_end(
    moodle: Site, recorded: Recording
) -> None:
    recorded.go_to("02_attempt_failed", 0)
    pointer = Pointer(About.ATTEMPT, user_id="19", attempt_id="41", expects="finished")

    found = resolve(moodle, pointer, Asked(), final=True)

    assert [statement.says.value for statement in found.statements] == ["not_so"]
    assert found.statements[0].register == "attempt:lms:41"
    assert found.statements[0].user_id == "19"
    assert standing_of(found.statements) == {}


COMPLETION_OF_20 = Pointer(About.COURSE_COMPLETION, user_id="20", course_id="4")


@pytest.mark.parametrize(
    ("sequence", "step", "pointer", "reason"),
    [
        ("11_suspended_and_unsuspended_enrolment", 1, COMPLETION_OF_20, "usernotenroled"),
        ("12_unenrolled", 1, COMPLETION_OF_20, "usernotenroled"),
        ("16_user_deleted", 1, COMPLETION_OF_20, "userdeleted"),
        ("04_reattempt_worse", 1, replace(COMPLETION_OF_20, user_id="19", course_id="2"), None),
        (
            "16_user_deleted",
            1,
            Pointer(About.ATTEMPT, user_id="20", attempt_id="46"),
            "userdeleted",
        ),
    ],
)
def test_an_error_that_is_a_state_takes_nothing_back(
    sequence: str,
    step: int,
    pointer: Pointer,
    reason: str | None,
    moodle: Site,
    recorded: Recording,
) -> None:
    recorded.go_to(sequence, step)

    found = resolve(moodle, pointer, Asked(), final=True)

    assert found.nothing == (reason or "nocriteriaset")
    assert found.statements == ()
