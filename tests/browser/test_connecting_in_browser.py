"""An administrator connects a Moodle in a browser: without scripts, on a telephone too."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Visit

CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")

Begin = Callable[..., Visit]


def test_a_moodle_is_connected_without_a_script(visit: Begin) -> None:
    seen = visit("administrator", java_script_enabled=False)
    page = seen.open("/sources/")
    page.get_by_role("link", name="Подключить Moodle").click()
    page.get_by_role("radio", name="tool_trigger").check()
    page.get_by_label("Код источника").fill("browser-lms")
    page.get_by_role("button", name="Дальше").click()
    assert page.get_by_role("alert").filter(has_text="муниципалитет").count() == 1
    assert page.get_by_role("radio", name="tool_trigger").is_checked()
    page.get_by_label("городской округ Королёв").check()
    page.get_by_role("button", name="Дальше").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Подключение: browser-lms"
    with page.expect_download() as download:
        page.get_by_role("link", name="готовые сценарии").click()
    assert download.value.suggested_filename == "connector-browser-lms-workflows.zip"
    assert page.get_by_role("button", name="Проверить").is_disabled()
    page.get_by_role("link", name="Ждать первое событие").click()
    page.wait_for_url("**turn=2")
    assert page.get_by_role("heading", level=1).inner_text() == "Ждём первое событие"
    # The console tells of the form that came back with its faults, and of nothing else.
    assert [text for text in seen.complaints if "422" not in text] == []


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_of_a_connection_fit_and_can_be_read(visit: Begin, width: int) -> None:
    seen = visit("administrator", width=width)
    for path in ("/sources/", "/sources/new", "/sources/mood/connect", "/sources/mood/wait"):
        page = seen.open(path)
        page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
        beyond = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert (path, beyond) == (path, 0)
        assert page.evaluate(CONTRAST) == [], path
    assert seen.complaints == []
