"""Choosing letters, and coming in by a letter's link, as people do it."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.conftest import Street, Visit
from tests.integration.web_town import NOW, M

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")

Begin = Callable[..., Visit]


def test_letters_are_chosen_without_a_script(visit: Begin) -> None:
    seen = visit("head", java_script_enabled=False)
    page = seen.page
    page.get_by_role("link", name="Письма", exact=True).click()
    page.get_by_role("link", name="Мои письма").click()
    page.get_by_label("Час сводки").select_option("16")
    page.get_by_label("План выполнен").select_option(label="не присылать")
    page.get_by_role("button", name="Сохранить").click()
    assert "Сохранено" in page.get_by_role("status").inner_text()
    assert page.get_by_label("Час сводки").input_value() == "16"
    assert page.get_by_label("План выполнен").input_value() == "off"
    assert seen.complaints == []


def test_a_letter_s_link_leads_in_and_out_of_letters(browser: Browser, street: Street) -> None:
    links = street.town.container.links
    url = links.sign_in(M, "T-8", "t8@school.example", f"/m/{M}/staff/T-8", NOW)
    leaving = links.unsubscribe(M, "T-8", ["deficits_found"])
    context = browser.new_context(viewport={"width": 390, "height": 800}, locale="ru-RU")
    try:
        page = context.new_page()
        page.goto(street.address + url.removeprefix("http://127.0.0.1:8080"))
        page.get_by_role("button", name="Войти").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Зайцев Олег Викторович"
        page.go_back()
        page.reload()
        assert page.get_by_role("heading", level=1).inner_text() == "Ссылка больше не работает"
        page.goto(street.address + leaving.removeprefix("http://127.0.0.1:8080"))
        page.get_by_role("button", name="Не присылать").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Готово"
        page.get_by_role("button", name="Вернуть").click()
        assert page.get_by_role("button", name="Не присылать").is_visible()
    finally:
        context.close()


def test_a_sample_is_looked_at_in_light_and_dark(visit: Begin) -> None:
    for scheme, ground in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(34, 38, 43)")):
        seen = visit("specialist", width=390, color_scheme=scheme)
        page = seen.page
        page.get_by_role("link", name="Письма", exact=True).click()
        page.get_by_role("link", name="Образцы").click()
        page.get_by_role("link", name="Результаты диагностики: что поможет дальше").click()
        letter = page.frame_locator("iframe")
        card = letter.locator(".card")
        assert "Спасибо, что прошли диагностику" in card.inner_text()
        assert card.evaluate("one => getComputedStyle(one).backgroundColor") == ground
        assert page.get_by_role("heading", name="В мессенджере").is_visible()
        assert page.frames[1].evaluate(CONTRAST) == []
        assert seen.complaints == []
