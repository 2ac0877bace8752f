"""The municipality at work that pages and API are tried on."""

from collections.abc import Iterator

import pytest

from tests.integration.web_town import WebTown, web_town


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebTown]:
    with web_town(tmp_path_factory.mktemp("hostile-web")) as made:
        yield made
