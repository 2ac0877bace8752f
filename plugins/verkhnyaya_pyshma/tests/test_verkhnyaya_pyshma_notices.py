"""A ГМО that has not met in the quarter, an analysis that nobody decided upon."""

from datetime import date, timedelta
from typing import Any

import pytest

from connector.domain.calendar import WorkCalendar
from connector.domain.cases import AnalysisCase, AssociationCase, Case
from connector.domain.dates import Span
from connector.domain.indicators import judge
from connector.domain.owed import Circle, Owed, Recipient
from connector.domain.people import Association, AssociationLevel, Dated
from connector.domain.quarters import Quarter
from connector.domain.records import Analysis, Decision, Meeting
from connector.rulebook import Rulebook
from connector.testing import builders
from connector.testing.shares import moment
from connector.texts.letters import Told, render_letter
from connector_verkhnyaya_pyshma.late_decisions import TERM
from connector_verkhnyaya_pyshma.quarterly_meetings import reminded_on

CODE = "verkhnyaya_pyshma"
GROUND = builders.setting(CODE)
BOOK = Rulebook.open()
NOBODY = Circle()
DAY = timedelta(days=1)
# Working days after Thursday 17 December 2026: 18, 21-25, 28-31, that is ten.
REMINDED = date(2026, 12, 17)


def association(*meetings: Meeting, **more: Any) -> AssociationCase:
    record = Association("a1", "ГМО учителей физики", **{"head": "7", **more})
    return AssociationCase(Dated(((None, record),)), (), (), GROUND, meetings)


def met(on: date, *agenda: str, of: str = "a1") -> Meeting:
    return Meeting(of, on, None, agenda or ("analysis",))


def owed(case: Case, day: date, circle: Circle = NOBODY) -> tuple[Owed, ...]:
    answer = BOOK.notices(CODE, case, circle, day)
    assert answer.faults == ()
    return answer.owed


def turn(case: Case, day: date) -> date | None:
    return BOOK.notices(CODE, case, NOBODY, day).turn


def test_ten_working_days_before_the_quarter_ends_the_head_is_reminded() -> None:
    assert owed(association(), REMINDED - DAY) == ()
    (notice,) = owed(association(), REMINDED)
    assert notice.key == "meeting_missing:a1:2026-Q4:7"
    assert (notice.role, notice.recipient, notice.urgent) == (Recipient.HEAD, "7", False)
    assert notice.happened_on == REMINDED
    assert owed(association(), date(2026, 12, 31)) == (notice,)


def test_holidays_bring_the_reminder_forward() -> None:
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    calendar = WorkCalendar(first, last, (), [Span(date(2026, 12, 25), None)])
    assert reminded_on(Quarter(2026, 4), calendar) == date(2026, 12, 14)


def test_the_next_quarter_owes_another() -> None:
    assert owed(association(), date(2027, 1, 1)) == ()
    (notice,) = owed(association(), date(2027, 3, 31))
    assert notice.key == "meeting_missing:a1:2027-Q1:7"


@pytest.mark.parametrize(
    ("meeting", "ends"),
    [
        (met(date(2026, 10, 1)), True),
        (met(date(2026, 12, 20), "other", "coordination"), True),
        (met(date(2026, 9, 30)), False),
        (met(date(2026, 12, 20), "other"), False),
        (met(date(2026, 12, 20), of="a2"), False),
    ],
)
def test_a_meeting_of_its_own_with_such_an_agenda_ends_it(meeting: Meeting, ends: bool) -> None:
    assert (owed(association(meeting), date(2026, 12, 21)) == ()) is ends


def test_a_meeting_to_come_does_not_end_it_yet() -> None:
    planned = association(met(date(2026, 12, 20)))
    assert len(owed(planned, date(2026, 12, 19))) == 1
    assert owed(planned, date(2026, 12, 20)) == ()


@pytest.mark.parametrize("level", [AssociationLevel.SCHOOL, AssociationLevel.COMMUNITY])
def test_only_municipal_associations_are_reminded(level: AssociationLevel) -> None:
    assert owed(association(level=level), REMINDED) == ()


def test_who_stands_in_for_the_head_is_told_in_the_heads_place() -> None:
    (notice,) = owed(association(), REMINDED, Circle(heads={"a1": builders.staff("8")}))
    assert notice.recipient == "8"


def test_without_a_head_the_lack_is_visible() -> None:
    (notice,) = owed(association(head=None), REMINDED)
    assert (notice.recipient, notice.key) == (None, "meeting_missing:a1:2026-Q4:nobody")


def test_the_association_is_looked_at_again_when_it_may_change() -> None:
    assert turn(association(), date(2026, 10, 1)) == REMINDED
    assert turn(association(), REMINDED) == date(2027, 1, 1)


MADE = date(2026, 6, 10)
LATE = MADE + TERM + DAY
TWO = Circle(specialists=(builders.staff("8"), builders.staff("9")))


def analysis(*decided: date) -> AnalysisCase:
    decisions = tuple(Decision(str(n), "1", "municipality", on) for n, on in enumerate(decided))
    return AnalysisCase(Analysis("1", "association:a1", MADE, "Итоги года"), decisions, GROUND)


def test_the_specialists_hear_when_the_days_have_run_out() -> None:
    assert owed(analysis(), LATE - DAY, TWO) == ()
    notices = owed(analysis(), LATE, TWO)
    assert [n.key for n in notices] == ["decision_missing:1:8", "decision_missing:1:9"]
    assert {n.role for n in notices} == {Recipient.SPECIALIST}
    assert notices[0].happened_on == LATE
    assert owed(analysis(), LATE + 59 * DAY, TWO) == notices


def test_a_decision_ends_it_even_a_late_one() -> None:
    assert owed(analysis(MADE), LATE, TWO) == ()
    late = analysis(LATE + 5 * DAY)
    assert len(owed(late, LATE + 4 * DAY, TWO)) == 2
    assert owed(late, LATE + 5 * DAY, TWO) == ()
    assert len(owed(analysis(MADE - DAY), LATE, TWO)) == 2


def test_an_old_analysis_is_no_news() -> None:
    assert owed(analysis(), LATE + 60 * DAY, TWO) == ()


def test_without_a_specialist_the_lack_is_visible() -> None:
    (notice,) = owed(analysis(), LATE)
    assert (notice.recipient, notice.key) == (None, "decision_missing:1:nobody")


def test_the_analysis_is_looked_at_again_when_it_may_change() -> None:
    assert turn(analysis(), MADE) == LATE
    assert turn(analysis(), LATE) == LATE + 60 * DAY
    assert turn(analysis(), LATE + 60 * DAY) is None


def test_the_notice_and_the_indicator_count_the_same_days() -> None:
    made = AnalysisCase(Analysis("1", "municipality", MADE), (), GROUND)
    rule = BOOK.rules(CODE).indicator("vp.decisions")
    (because,) = [b for b in judge(rule, made, moment("2026")).because if b.code == "no_decision"]
    assert because.params["until"] == (MADE + TERM).isoformat()


def test_both_letters_read_well() -> None:
    words = BOOK.rules(CODE).letters
    (meeting,) = owed(association(), REMINDED)
    letter = render_letter(
        [Told(meeting.kind, "head", dict(meeting.params))], "Верхняя Пышма", words=words
    )
    assert letter.subject == "В квартале ещё не было заседания объединения"
    assert "- ГМО учителей физики: 4 квартал 2026 года, до 31.12.2026" in letter.text
    notice = owed(analysis(), LATE, TWO)[0]
    letter = render_letter(
        [Told(notice.kind, "specialist", dict(notice.params))], "Верхняя Пышма", words=words
    )
    assert "- Анализ № 1 от 10.06.2026: Итоги года; срок решения - 10.07.2026" in letter.text


def test_nobody_else_is_asked() -> None:
    assert BOOK.notices("korolev", association(), NOBODY, REMINDED).owed == ()
