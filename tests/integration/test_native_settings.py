"""connector sources add and rotate print what our Moodle plugin takes."""

import json
from pathlib import Path

import pytest

from connector.cli import main
from connector.dialects.native_settings import settings_text


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CONNECTOR_PUBLIC_URL", "https://connector.example.org")


def shown(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert main(["sources", *arguments]) == 0
    return capsys.readouterr().out


def test_the_settings_text_is_printed_and_again_with_a_new_secret(
    capsys: pytest.CaptureFixture[str],
) -> None:
    first = shown("add", "lms", "--dialect", "native", "--municipality", "korolev", capsys=capsys)
    second = shown("rotate", "lms", capsys=capsys)
    for text in (first, second):
        secret = text[text.index("secret = ") :].split()[2]
        assert settings_text("https://connector.example.org/hooks/lms", secret) in text
        assert f": {secret}\n" in text


def test_other_senders_get_no_settings_text(capsys: pytest.CaptureFixture[str]) -> None:
    dialect = ("--dialect", "xapi", "--municipality", "korolev")
    assert "secret = " not in shown("add", "lms", *dialect, capsys=capsys)
    assert "secret = " not in shown("rotate", "lms", capsys=capsys)


def test_a_program_gets_the_same_three_values(capsys: pytest.CaptureFixture[str]) -> None:
    dialect = ("--dialect", "native", "--municipality", "korolev", "--json")
    document = json.loads(shown("add", "lms", *dialect, capsys=capsys))
    assert set(document) == {"code", "hook", "secret"}
