"""A real browser in front of a municipality at work, over real sockets."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from connector.hooks.waitress_server import build_server
from tests.integration.web_town import PASSWORD, WebTown, web_town
from tests.services.chromium import ARGUMENTS, chromium
from tests.services.missing import ServiceMissing


@dataclass
class Street:
    """The address of a running municipality."""

    town: WebTown
    address: str


@dataclass
class Visit:
    """A signed-in visitor; complaints: what the browser's console and network said."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page


@contextmanager
def open_street(town: WebTown) -> Iterator[Street]:
    """Serves a municipality over a real socket."""
    server = build_server(town.app, "127.0.0.1", 0, 4)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield Street(town, f"http://127.0.0.1:{server.port}")
    finally:
        server.stop()
        thread.join()


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    with web_town(tmp_path_factory.mktemp("street")) as town, open_street(town) as made:
        yield made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        path = chromium()
    except ServiceMissing as err:
        # Never a skip: a page nobody looked at in a browser is not known to work.
        pytest.fail(str(err), pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, street: Street) -> Iterator[Callable[..., Visit]]:
    """visit(role, width=1280, script=True): a browser signed in through the form."""
    contexts: list[BrowserContext] = []

    def begin(role: str = "methodist", width: int = 1280, **options: Any) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale="ru-RU", **options
        )
        contexts.append(context)
        page = context.new_page()
        made = Visit(page, street.address)
        page.on("console", lambda message: made.complaints.append(message.text))
        page.on("pageerror", lambda error: made.complaints.append(str(error)))
        page.on("request", lambda sent: _check_host(made, sent.url))
        made.open("/login")
        page.get_by_label("Имя для входа").fill(role)
        page.get_by_label("Пароль").fill(PASSWORD)
        page.get_by_role("button", name="Войти").click()
        return made

    yield begin
    for context in contexts:
        context.close()


def _check_host(visit: Visit, url: str) -> None:
    if not url.startswith((visit.address + "/", "data:")):
        visit.complaints.append(f"asked a stranger: {url}")
