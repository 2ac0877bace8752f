"""A route from its draft to its end, walked by the methodist and the teacher in a browser."""

from collections.abc import Callable
from pathlib import Path

import pytest

from connector.services.access.logins import LoginService
from tests.browser.conftest import Street, Visit
from tests.integration.web_town import NOW, PASSWORD, M, attempt, post, user

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
NAME = "Миронова Ольга Павловна"
PAGES = (
    f"/m/{M}/routes/drafts/",
    f"/m/{M}/routes/drafts/one?person=T-13&number=2026-1",
    f"/m/{M}/routes/waiting",
    f"/m/{M}/staff/T-7/routes/1",
)

Begin = Callable[..., Visit]


@pytest.fixture(scope="module")
def drafted(street: Street) -> Street:
    """Two people in whom the diagnosis found something, proposed a route; one of them signs in."""
    town = street.town
    for serial, n in ((801, 12), (802, 13)):
        post(town, "mood", f"walk{serial}", {**attempt(serial, 30), "user": user(n)})
    town.engine.settle()
    while town.engine.proposer.run_once():
        town.engine.settle()
    with town.container.db.writing() as session:
        LoginService(session).add("walker", PASSWORD, "teacher", M, NOW, "T-12")
    return street


def test_a_route_is_walked_from_its_draft_to_its_end(drafted: Street, visit: Begin) -> None:
    methodist = visit()
    page = methodist.page
    page.get_by_role("link", name="Маршруты", exact=True).click()
    page.get_by_role("link", name="Черновики: посмотреть, поправить, утвердить").click()
    row = page.get_by_role("row").filter(has_text=NAME)
    assert "Современный урок математики" in row.inner_text()
    row.get_by_role("link", name="открыть и поправить").click()
    assert "Предложена." in page.locator("main").inner_text()

    # A document instead of the course, by a day that suits.
    page.get_by_label("Что выполнить, шаг 1").select_option("manual")
    page.get_by_label("Срок, шаг 1").fill("2026-09-01")
    page.get_by_label("Кто утверждает").fill("T-1")
    page.get_by_role("button", name="Сохранить и утвердить").click()
    assert "Утверждено: 1 маршрут." in page.get_by_role("status").inner_text()
    assert NAME not in page.locator("main").inner_text()

    teacher = visit("walker", width=360, java_script_enabled=False)
    own = teacher.page
    own.get_by_role("link", name="Мой профиль").click()
    own.get_by_role("link", name="Маршрут 2026-1").click()
    form = own.locator("form").filter(has=own.get_by_label("Файл:")).first
    form.get_by_label("Файл:").set_input_files(
        {"name": "справка.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 certificate"}
    )
    form.get_by_label("Дата документа").fill("2026-06-15")
    form.get_by_role("button", name="Отправить методисту").click()
    # The route begins later than the document says: the teacher is told so, and nothing is lost.
    told = own.get_by_role("alert").inner_text()
    assert "старше маршрута" in told


def test_a_document_is_sent_looked_at_and_ends_the_route(drafted: Street, visit: Begin) -> None:
    teacher = visit("teacher")
    own = teacher.open(f"/m/{M}/staff/T-4/routes/1")
    step = own.get_by_role("listitem").filter(has_text="Входная диагностика")
    step.get_by_text("Приложить документ").click()
    step.get_by_label("Файл:").set_input_files(
        {"name": "справка.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 certificate"}
    )
    step.get_by_label("Дата документа").fill("2026-06-10")
    step.get_by_role("button", name="Отправить методисту").click()
    assert "Файл приложен" in own.get_by_role("status").inner_text()
    assert "на проверке" in own.locator("main").inner_text()

    page = visit().open(f"/m/{M}/routes/waiting")
    page.get_by_role("button", name="Принять").click()
    assert "Файл принят" in page.get_by_role("status").inner_text()
    drafted.town.engine.settle()
    own.reload()
    assert "завершён" in own.locator("main").inner_text()
    assert "Файл принят к шагу 2: справка.pdf" in own.locator("main").inner_text()
    assert teacher.complaints == []


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_about_routes_scrolls_sideways_or_is_faint(
    drafted: Street, visit: Begin, width: int
) -> None:
    seen = visit(width=width)
    for path in PAGES:
        page = seen.open(path)
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        beyond = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert (path, beyond) == (path, 0)
        faint = page.evaluate(CONTRAST)
        assert (path, faint) == (path, [])
    assert seen.complaints == []
