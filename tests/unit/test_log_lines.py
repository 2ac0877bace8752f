"""Log lines: ids reach them, what errors quote does not."""

import json
import logging
from collections.abc import Iterator

import pytest

from connector.log import set_up_logging

ROW = "Иванова, ivanova@school.example"


@pytest.fixture(autouse=True)
def former_handlers() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def refuse(row: str) -> None:
    try:
        raise ValueError(f"Failing row contains ({row})")
    except ValueError as err:
        raise RuntimeError(f"refused: {row}") from err


def test_a_logged_error_says_where_and_never_what_it_quotes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up_logging("INFO")
    try:
        refuse(ROW)
    except RuntimeError:
        logging.getLogger("connector.test").exception("fold.fault delivery=%d", 7)
    (line,) = logged(capsys)
    assert (line["event"], line["delivery"]) == ("fold.fault", "7")
    assert "builtins.RuntimeError" in line["exception"]
    assert "builtins.ValueError" in line["exception"]
    assert "in refuse" in line["exception"]
    assert "Иванова" not in json.dumps(line, ensure_ascii=False)
    assert "ivanova" not in json.dumps(line)


def test_the_server_tells_no_addresses_of_pages(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("INFO")
    logging.getLogger("waitress").info("Client disconnected while serving /m/korolev/staff/T-1")
    assert logged(capsys) == []
