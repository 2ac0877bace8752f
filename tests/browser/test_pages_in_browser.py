"""The pages as people meet them: narrow screens, the keyboard, no scripts, colours, paper."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Visit
from tests.integration.web_town import M

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")

PAGES = (
    f"/m/{M}/",
    f"/m/{M}/?by=school",
    f"/m/{M}/indicators/korolev.diagnosed",
    f"/m/{M}/indicators/korolev.young/passport",
    f"/m/{M}/passports",
    f"/m/{M}/snapshots/",
    f"/m/{M}/records/",
    f"/m/{M}/records/mentorships",
    f"/m/{M}/records/mentorships/row?key=T-3|T-8|2025-09-01",
    f"/m/{M}/records/roadmap/new",
    f"/m/{M}/records/meetings/new",
    f"/m/{M}/staff",
    f"/m/{M}/staff/T-6",
    f"/m/{M}/routes",
    f"/m/{M}/letters",
    f"/m/{M}/letters/1",
    f"/m/{M}/notices",
    f"/m/{M}/notices/bursts",
    f"/m/{M}/samples/",
    f"/m/{M}/samples/route_stalled/specialist",
    "/deliveries/",
    "/deliveries/9",
    "/deliveries/14",
    "/accounts/",
    f"/m/{M}/courses/",
    f"/m/{M}/courses/quiz?source=mood&name=77",
    f"/m/{M}/withdrawals/",
    "/alarms/",
    "/rules/",
)

Begin = Callable[..., Visit]


@pytest.mark.parametrize("width", [320, 768, 900, 1280])
def test_no_page_scrolls_sideways_or_complains(visit: Begin, width: int) -> None:
    seen = visit(width=width)
    for path in PAGES:
        page = seen.open(path)
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        beyond = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert (path, beyond) == (path, 0)
    assert seen.complaints == []


def test_text_stands_out_from_its_ground(visit: Begin) -> None:
    for role in ("methodist", "viewer"):
        seen = visit(role)
        for path in PAGES[:3] if role == "viewer" else PAGES:
            page = seen.open(path)
            page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
            assert page.evaluate(CONTRAST) == [], path


def test_faint_text_is_seen(visit: Begin) -> None:
    page = visit().page
    page.goto("about:blank")
    page.set_content('<p style="color: #999; background: #fff">faint</p><p>plain</p>')
    assert page.evaluate(CONTRAST) == ["2.85 faint"]


def test_from_a_share_to_the_event_without_a_script(visit: Begin) -> None:
    seen = visit(java_script_enabled=False)
    page = seen.page
    page.get_by_role("link", name="прошедших диагностику").click()
    page.get_by_label("Поиск").fill("громова")
    page.get_by_role("button", name="Найти").click()
    rows = page.get_by_role("table").get_by_role("row")
    assert rows.filter(has_text="засчитан").count() == 1
    page.get_by_role("link", name="Громова Наталья Сергеевна").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Громова Наталья Сергеевна"
    assert "Маршрут 1" in page.locator("main").inner_text()
    page.get_by_role("link", name="событие № 11").first.click()
    assert "course.completed" in page.locator("main").inner_text()


def test_the_keyboard_alone_is_enough(visit: Begin) -> None:
    seen = visit()
    page = seen.open(f"/m/{M}/")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "К содержанию"
    box = skip.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "period"
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_a_record_is_entered_by_the_keyboard_without_a_script(visit: Begin) -> None:
    """From the menu to a saved meeting: faults beside their fields, a list, a date, boxes."""
    seen = visit(width=360, java_script_enabled=False)
    page = seen.page
    page.get_by_role("link", name="Записи", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Заседания объединений").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Добавить заседание").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Тема").focus()
    page.keyboard.type("Разбор диагностики")
    page.get_by_role("button", name="Сохранить").focus()
    page.keyboard.press("Enter")
    assert "Исправьте отмеченное" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Тема").input_value() == "Разбор диагностики"
    association = page.get_by_label("Объединение")
    assert association.get_attribute("aria-invalid") == "true"
    association.select_option("RUS")
    page.get_by_label("Дата").fill("2026-05-14")
    page.get_by_label("планирование").focus()
    page.keyboard.press("Space")
    page.get_by_label("Дата").focus()
    page.keyboard.press("Enter")
    assert "Запись добавлена" in page.get_by_role("status").inner_text()
    page.get_by_role("link", name="Заседания объединений").click()
    assert "ММО учителей русского языка" in page.locator("main").inner_text()
    assert "14.05.2026" in page.locator("main").inner_text()


def test_a_row_is_done_and_another_taken_back_and_returned(visit: Begin) -> None:
    seen = visit()
    page = seen.open(f"/m/{M}/records/roadmap/new")
    page.get_by_label("Номер").fill("7")
    page.get_by_label("Название").fill("Провести день методической службы")
    page.get_by_label("Ответственный").fill("абрамова")
    page.get_by_role("button", name="Сохранить").click()
    assert page.get_by_label("Ответственный").input_value() == "T-1"
    seen.open(f"/m/{M}/records/roadmap?undone=1")
    page.get_by_text("Отметить выполненным").click()
    page.get_by_label("Чем подтверждается").fill("Приказ № 12")
    page.get_by_role("button", name="Отметить", exact=True).click()
    assert "Отмечено выполненным" in page.get_by_role("status").inner_text()
    page.get_by_role("link", name="Провести день методической службы").click()
    page.get_by_text("Запись занесена по ошибке?").click()
    page.get_by_label("Почему").fill("проверка")
    page.get_by_role("button", name="Убрать запись").click()
    page.get_by_role("link", name="Убранные записи").click()
    assert "проверка" in page.locator("main").inner_text()
    page.get_by_role("button", name="Вернуть").click()
    assert "Запись добавлена" in page.get_by_role("status").inner_text()
    assert seen.complaints == []


def test_a_report_is_taken_and_opens_to_who_changed(visit: Begin) -> None:
    seen = visit(width=360)
    page = seen.open(f"/m/{M}/snapshots/")
    page.get_by_role("button", name="Зафиксировать").click()
    assert "зафиксирован" in page.get_by_role("status").inner_text()
    page.get_by_role("link", name="прошедших диагностику").click()
    assert "Ни у кого итог не изменился" in page.locator("main").inner_text()
    beyond = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert beyond == 0
    assert seen.complaints == []


def test_each_passport_gets_a_sheet_of_paper(visit: Begin) -> None:
    seen = visit()
    page = seen.open(f"/m/{M}/passports")
    page.emulate_media(media="print")
    assert not page.get_by_text("нажмите Ctrl+P").is_visible()
    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))
    assert len(sheets) >= 9


def test_a_letter_is_read_within_its_frame(visit: Begin) -> None:
    seen = visit()
    page = seen.open(f"/m/{M}/letters/1")
    frame = page.frame_locator("iframe")
    assert "Здравствуйте" in frame.locator("body").inner_text()
    assert seen.complaints == []


def test_paper_gets_the_content_only(visit: Begin) -> None:
    seen = visit()
    page = seen.open(f"/m/{M}/")
    page.emulate_media(media="print")
    assert not page.locator("header").is_visible()
    assert not page.get_by_role("button", name="Показать").is_visible()
    assert page.get_by_role("heading", level=1).is_visible()
