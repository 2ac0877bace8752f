"""The municipality at work that tests of pages and API look at."""

from collections.abc import Iterator

import pytest

from tests.integration.web_town import WebTown, web_town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebTown]:
    """One for the session, to look at; a test that changes something makes its own."""
    with web_town(tmp_path_factory.mktemp("web-town")) as made:
        yield made
