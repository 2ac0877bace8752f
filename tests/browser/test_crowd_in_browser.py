"""Forty stalled routes and thirty drafts at once: the boards as those who answer use them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from tests.browser import crowd
from tests.browser.conftest import Street, Visit, open_street
from tests.integration.web_town import M, web_town

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
BOARD = f"/m/{M}/routes/stalls/"
DRAFTS = f"/m/{M}/routes/drafts/"
CHECKED_ON = "2026-06-22"

Begin = Callable[..., Visit]


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """A street of its own: the others count on who lives in theirs."""
    folder = tmp_path_factory.mktemp("crowd")
    with web_town(folder, more=crowd.rows()) as town:
        crowd.diagnose(town)
        with open_street(town) as made:
            yield made


def card_of(page: Page, name: str) -> Locator:
    return page.get_by_role("article").filter(has_text=name)


def text_of(page: Page) -> str:
    return page.locator("main").inner_text()


def follow(page: Page, link: Locator) -> None:
    """Counting does not wait: a long list would be counted while it is still coming in."""
    link.click()
    page.wait_for_load_state()


def beyond(page: Page) -> int:
    wide: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wide


def test_forty_cards_stay_readable_on_a_phone(visit: Begin) -> None:
    page = visit(width=375).open(BOARD)
    assert page.get_by_role("article").count() >= crowd.STALLED
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert beyond(page) == 0
    assert page.evaluate(CONTRAST) == []
    # Whose turn it is stands above the cards, so that one group can be opened alone.
    turns = page.get_by_role("navigation", name="Чья очередь")
    follow(page, turns.get_by_role("link", name="новые"))
    shown = page.get_by_role("article").count()
    assert 0 < shown < crowd.STALLED
    page.get_by_label("Кто", exact=True).fill("гаврилова раиса")
    follow(page, page.get_by_role("button", name="Показать"))
    assert page.get_by_label("Кто", exact=True).input_value() == "гаврилова раиса"
    assert "Все маршруты движутся" not in text_of(page), "forty of them stand still"
    follow(page, page.get_by_role("link", name="Показать всех"))
    assert page.get_by_role("article").count() >= crowd.STALLED


def test_every_answer_is_given_in_the_browser(visit: Begin) -> None:
    seen = visit()
    page = seen.open(f"{BOARD}?q=воронцова")
    one, other, third, fourth = (crowd.name(n) for n in (2, 12, 22, 32))
    card_of(page, one).get_by_role("button", name="Принять к сведению").click()
    assert f"Записано: {one}, маршрут № 1." in page.get_by_role("status").inner_text()
    assert page.get_by_label("Кто", exact=True).input_value() == "воронцова"

    # A day that has passed: the form opens again where it was, with what was typed.
    card = card_of(page, other)
    card.get_by_text("Принята мера").click()
    card.get_by_label("Что сделано").fill("Созвонились, заменим курс")
    card.get_by_label("Проверить, помогло ли").evaluate("field => field.removeAttribute('min')")
    card.get_by_label("Проверить, помогло ли").fill("2026-06-01")
    card.get_by_role("button", name="Записать меру").click()
    assert "Дата должна быть позже сегодняшней" in page.get_by_role("alert").inner_text()
    assert "Дата должна быть позже сегодняшней" in card.inner_text()
    assert card.get_by_label("Что сделано").input_value() == "Созвонились, заменим курс"
    assert card.get_by_label("Что сделано").evaluate("field => field === document.activeElement")
    card.get_by_label("Проверить, помогло ли").fill(CHECKED_ON)
    card.get_by_role("button", name="Записать меру").click()
    assert "Записано" in page.get_by_role("status").inner_text()

    card = card_of(page, third)
    card.get_by_text("Отложить").first.click()
    card.get_by_label("Вернуться").fill(CHECKED_ON)
    card.get_by_role("button", name="Отложить").click()
    card = card_of(page, fourth)
    card.get_by_text("Передать").first.click()
    card.get_by_label("Кому").select_option("T-11")
    card.get_by_role("button", name="Передать").click()

    assert "Созвонились, заменим курс" in card_of(page, other).inner_text()
    assert "проверить 22.06.2026" in card_of(page, other).inner_text()
    assert "до 22.06.2026" in card_of(page, third).inner_text()
    assert "Чья очередь: Лебедев Максим Ильич" in card_of(page, fourth).inner_text()
    assert seen.complaints == ["Failed to load resource: the server responded with a status of 422 "
                               "(UNPROCESSABLE ENTITY)"]  # fmt: skip


def test_a_head_answers_for_the_own_people_and_a_mentor_records_measures(visit: Begin) -> None:
    everybody = visit("specialist").open(BOARD).get_by_role("article").count()
    head = visit("head").open(BOARD)
    own = head.get_by_role("article").count()
    assert 0 < own < everybody
    # C-1 is of mathematics, which is the head's; C-4 of the Russian language.
    assert card_of(head, crowd.name(1)).get_by_text("Отложить").count()
    assert not card_of(head, crowd.name(4)).count()
    mentor = visit("mentor").open(BOARD)
    assert not mentor.get_by_role("button", name="Принять к сведению").count()
    teacher = visit("teacher")
    assert teacher.page.goto(teacher.address + BOARD).status == 403  # type: ignore[union-attr]


def test_the_second_page_is_where_one_stays(visit: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.web.listing.PER_PAGE", 10)
    page = visit().open(f"{BOARD}?page=2")
    name = page.get_by_role("article").first.get_by_role("heading").get_by_role("link")
    chosen = name.inner_text()
    card = card_of(page, chosen)
    card.get_by_text("Принята мера").click()
    card.get_by_label("Что сделано").fill("Письмо директору")
    card.get_by_label("Проверить, помогло ли").evaluate("field => field.removeAttribute('max')")
    card.get_by_label("Проверить, помогло ли").fill("2027-06-01")
    card.get_by_role("button", name="Записать меру").click()
    assert "приостановите маршрут" in card.inner_text()
    assert card.get_by_label("Что сделано").input_value() == "Письмо директору"
    card.get_by_role("button", name="Принять к сведению").click()
    assert chosen in page.get_by_role("status").inner_text()
    pages = page.get_by_role("navigation", name="Страницы списка")
    assert pages.locator("[aria-current]").inner_text() == "2"


def test_the_first_page_says_what_waits_and_leads_there(visit: Begin) -> None:
    page = visit(width=375).open(f"/m/{M}/")
    follow(page, page.get_by_role("link", name="остановившихся маршрут"))
    assert page.get_by_role("article").count() >= crowd.STALLED
    page.goto(page.url.replace("routes/stalls/?methodist=all", ""))
    follow(page, page.get_by_role("link", name="черновик"))
    assert page.get_by_role("heading", level=1).inner_text() == "Черновики маршрутов"
    head = visit("head").open(f"/m/{M}/")
    assert head.get_by_role("link", name="остановившихся маршрут").count() == 1
    assert not head.get_by_role("link", name="черновик").count()
    assert "остановивш" not in text_of(visit("teacher").open(f"/m/{M}/"))


def test_lists_go_on_paper_as_tables(visit: Begin) -> None:
    """As cards, which is how screens as narrow as paper show them, 83 routes were 18 sheets."""
    for path in (f"/m/{M}/routes", DRAFTS):
        page = visit(width=720).open(path)
        head = page.get_by_role("columnheader", name="Кто")
        assert head.evaluate("cell => getComputedStyle(cell.closest('tr')).display") == "block"
        page.emulate_media(media="print")
        assert head.evaluate("cell => getComputedStyle(cell.closest('tr')).display") == "table-row"
        assert page.get_by_role("row").nth(1).is_visible()


def test_thirty_drafts_are_approved_at_once(visit: Begin) -> None:
    seen = visit(width=375)
    page = seen.open(DRAFTS)
    assert beyond(page) == 0
    # Nobody is named: thirty refusals are one sentence, and nothing typed is lost.
    page.get_by_label("Кто утверждает").evaluate("field => field.removeAttribute('required')")
    follow(page, page.get_by_role("button", name="Утвердить все на этой странице"))
    told = page.get_by_role("status").all_inner_texts()
    assert len(told) == 1
    assert "и ещё 25: не указано, кто утверждает" in told[0]

    page.get_by_label("Кто утверждает").fill("T-1")
    follow(page, page.get_by_role("button", name="Утвердить все на этой странице: 30"))
    assert "Утверждено: 30 маршрутов." in page.get_by_role("status").inner_text()
    rows = page.get_by_role("table").locator("tbody tr")
    assert 1 <= rows.count() <= 5

    page.get_by_role("link", name="открыть и поправить").first.click()
    assert "Из чего выбирать" in text_of(page)
    # A Sunday: the sentence says what is wrong, and the day stays in its field.
    due = page.get_by_label("Срок, шаг 1").input_value()
    assert due
    assert due not in ("2026-06-12", "2026-11-04")
    page.get_by_text("Маршрут не нужен").click()
    page.get_by_label("Почему").fill("уходит в отпуск по уходу")
    page.get_by_role("button", name="Отклонить черновик").click()
    assert "Черновик отклонён" in page.get_by_role("status").inner_text()
    assert seen.complaints == []
