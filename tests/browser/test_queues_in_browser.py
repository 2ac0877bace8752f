"""Decisions as a methodist makes them: a few clicks, without a script, and something happens."""

from collections.abc import Callable

from tests.browser.conftest import Street, Visit
from tests.contract.native_events import native_event
from tests.integration.web_town import M, post, user

Begin = Callable[..., Visit]


def finish_chess(street: Street, serial: int) -> None:
    """Two people finish a course that nobody has mapped."""
    at = "2026-05-20T10:00:00Z"
    course = {"id": 60, "idnumber": "", "shortname": "Ш", "fullname": "Шахматы в школе"}
    events = [
        native_event("course.completed", serial + n, user=user(n), course=course,
                     occurred_at=at, completed_at=at)
        for n in (1, 2)
    ]  # fmt: skip
    post(street.town, "mood", f"chess{serial}", *events)
    street.town.engine.settle()


def test_two_clicks_from_a_course_of_no_use_to_a_programme(visit: Begin, street: Street) -> None:
    finish_chess(street, 800)
    seen = visit(java_script_enabled=False, width=390)
    page = seen.open(f"/m/{M}/")
    page.get_by_role("link", name="курса или теста").click()
    card = page.get_by_role("listitem").filter(has_text="Шахматы в школе")
    assert "2 работника завершили этот курс" in card.inner_text()
    card.get_by_role("link", name="Учесть…").click()
    assert page.get_by_label("Название *").input_value() == "Шахматы в школе"
    page.get_by_label("Формирующее оценивание").check()
    page.get_by_role("button", name="Учесть", exact=True).click()
    street.town.engine.settle()

    assert "теперь в справочнике" in page.locator("main").inner_text()
    assert not page.get_by_role("listitem").filter(has_text="Шахматы в школе").count()
    seen.open(f"/m/{M}/staff/T-2")
    assert "Шахматы в школе" in page.locator("main").inner_text()
    assert seen.complaints == []


def test_an_account_is_given_taken_and_given_back(visit: Begin, street: Street) -> None:
    seen = visit(java_script_enabled=False)
    page = seen.open("/accounts/")
    card = page.get_by_role("listitem").filter(has_text="t12@school.example")
    card.get_by_role("button", name="Это он(а)").click()
    assert "Соответствие подтверждено" in page.locator("main").inner_text()
    street.town.engine.settle()
    row = page.get_by_role("row").filter(has_text="Миронова Ольга Павловна")
    row.first.get_by_role("button", name="Отменить").click()
    assert "Решение отменено" in page.locator("main").inner_text()
    assert page.get_by_role("listitem").filter(has_text="t12@school.example").count() == 1
    street.town.engine.settle()
