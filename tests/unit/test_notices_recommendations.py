"""What is told of an assessment: the recommendation, to the person assessed and nobody else."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from connector.domain.cases import StaffCase
from connector.domain.dossier import Dossier
from connector.domain.notices import owed_for
from connector.domain.owed import Circle, Owed
from connector.domain.records import Assessment
from connector.testing import builders
from connector.testing.builders import staff

DAY = timedelta(days=1)
ON = date(2026, 3, 2)
ONE = Assessment("1", "Управление кадрами", ON, "низкий", "Пройти курс\n- и стажировку")
AROUND = Circle(
    mentors=(staff("mentor"),), heads={"a": staff("head")}, methodists=(staff("methodist"),)
)


def case(*assessments: Assessment) -> StaffCase:
    return builders.staff_case(Dossier(staff(), assessments=assessments), builders.setting())


def owed(day: date, *assessments: Assessment) -> list[Owed]:
    return list(owed_for(case(*assessments), AROUND, day))


def test_a_recommendation_is_told_to_the_person_assessed_alone() -> None:
    (notice,) = owed(ON, ONE)
    assert (notice.kind, str(notice.role), notice.recipient) == (
        "recommendation_addressed", "teacher", "1",
    )  # fmt: skip
    assert notice.key.startswith("recommendation_addressed:1:2026-03-02:")
    # Its result hurts, and belongs on no screen; a list mark of theirs becomes none of ours.
    assert notice.params == {
        "on": "2026-03-02",
        "criterion": "Управление кадрами",
        "text": "Пройти курс - и стажировку",
    }


def test_each_criterion_is_told_once_however_long_it_is() -> None:
    long = replace(ONE, criterion="Критерий " * 22)
    first, second = owed(ON, ONE, long)
    assert first.key != second.key
    assert max(len(first.key), len(second.key)) < 300
    assert {one.key for one in owed(ON + DAY, ONE, long)} == {first.key, second.key}


@pytest.mark.parametrize("text", [None, "", " \n "])
def test_an_assessment_without_one_is_told_to_nobody(text: str | None) -> None:
    assert owed(ON, replace(ONE, recommendation=text)) == []


@pytest.mark.parametrize(("after", "count"), [(-1, 0), (0, 1), (30, 1), (31, 0)])
def test_it_is_news_for_a_month(after: int, count: int) -> None:
    assert len(owed(ON + after * DAY, ONE)) == count
