"""An ММО without a published plan: its head is reminded, once an academic year."""

from datetime import date
from typing import Any

from connector.domain.cases import AssociationCase
from connector.domain.dossier import Dossier
from connector.domain.owed import Circle, Owed, Recipient
from connector.domain.people import Association, AssociationLevel, Dated
from connector.domain.records import WorkPlan
from connector.rulebook import Rulebook
from connector.testing import builders

GROUND = builders.setting("kuznetsk")
NOBODY = Circle()
BOOK = Rulebook.open()


def association(*plans: WorkPlan, **more: Any) -> AssociationCase:
    record = Association("a1", "ММО учителей физики", **{"head": "7", **more})
    return AssociationCase(Dated(((None, record),)), (), plans, GROUND)


def plan(year: str, on: date | None, link: str | None = "https://example.org") -> WorkPlan:
    return WorkPlan("a1", year, on, link)


def owed(case: AssociationCase, day: date, circle: Circle = NOBODY) -> tuple[Owed, ...]:
    answer = BOOK.notices("kuznetsk", case, circle, day)
    assert answer.faults == ()
    return answer.owed


def test_from_15_september_the_head_is_reminded() -> None:
    assert owed(association(), date(2026, 9, 14)) != owed(association(), date(2026, 9, 15))
    (notice,) = owed(association(), date(2026, 9, 15))
    assert notice.key == "work_plan_missing:a1:2026/2027:7"
    assert (notice.kind, notice.role, notice.recipient) == (
        "work_plan_missing",
        Recipient.HEAD,
        "7",
    )
    assert notice.params["association"] == "ММО учителей физики"
    assert notice.happened_on == date(2026, 9, 15)
    assert not notice.urgent


def test_between_1_and_14_september_nobody_is() -> None:
    assert owed(association(), date(2026, 9, 1)) == ()
    assert owed(association(), date(2026, 9, 14)) == ()


def test_the_same_year_owes_the_same_notice_until_august() -> None:
    first = owed(association(), date(2026, 9, 15))
    assert owed(association(), date(2027, 8, 31)) == first


def test_another_academic_year_owes_another_notice() -> None:
    (notice,) = owed(association(), date(2027, 9, 15))
    assert notice.key == "work_plan_missing:a1:2027/2028:7"


def test_a_published_plan_ends_it() -> None:
    published = association(plan("2026/2027", date(2026, 9, 20)))
    assert len(owed(published, date(2026, 9, 19))) == 1
    assert owed(published, date(2026, 9, 20)) == ()


def test_a_plan_without_its_link_or_of_another_year_does_not() -> None:
    assert owed(association(plan("2026/2027", date(2026, 9, 1), None)), date(2026, 9, 20))
    assert owed(association(plan("2025/2026", date(2025, 9, 1))), date(2026, 9, 20))
    assert owed(association(plan("2026/2027", None)), date(2026, 9, 20))


def test_an_association_of_a_school_owes_nothing() -> None:
    assert owed(association(level=AssociationLevel.SCHOOL), date(2026, 9, 20)) == ()


def test_who_stands_in_for_the_head_is_told_in_the_heads_place() -> None:
    circle = Circle(heads={"a1": builders.staff("8")})
    (notice,) = owed(association(), date(2026, 9, 20), circle)
    assert notice.recipient == "8"


def test_without_a_head_the_lack_is_visible() -> None:
    (notice,) = owed(association(head=None), date(2026, 9, 20))
    assert (notice.recipient, notice.key) == (None, "work_plan_missing:a1:2026/2027:nobody")


def turn(day: date) -> date | None:
    return BOOK.notices("kuznetsk", association(), NOBODY, day).turn


def test_the_association_is_looked_at_again_on_15_september() -> None:
    assert turn(date(2026, 9, 1)) == date(2026, 9, 15)
    assert turn(date(2026, 9, 15)) == date(2027, 9, 15)
    assert turn(date(2027, 1, 1)) == date(2027, 9, 15)


def test_nobody_but_kuznetsk_is_asked() -> None:
    answer = BOOK.notices("korolev", association(), NOBODY, date(2026, 9, 20))
    assert (answer.owed, answer.faults) == ((), ())
    person = builders.staff_case(Dossier(builders.staff()), GROUND)
    assert BOOK.notices("kuznetsk", person, NOBODY, date(2026, 9, 20)).owed == ()
