"""CONNECTOR_CHANNELS: read by plugin, masked wherever it is shown, never quoted when faulty."""

import pytest

from connector.config import load
from connector.errors import BadSettings


def test_settings_are_read_by_plugin_and_shown_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_CHANNELS", "pager: {token: hidden17}")
    monkeypatch.setenv("CONNECTOR_FOREIGN_MESSENGERS", "1")
    config = load()
    assert config.channels == {"pager": {"token": "hidden17"}}
    assert config.foreign_messengers
    shown = dict(config.shown())
    assert shown["CONNECTOR_CHANNELS"] == "***"
    assert "hidden17" not in str(shown)


def test_without_settings_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CONNECTOR_CHANNELS", raising=False)
    config = load()
    assert (dict(config.channels), config.foreign_messengers) == ({}, False)
    assert dict(config.shown())["CONNECTOR_CHANNELS"] == ""


@pytest.mark.parametrize(
    "text",
    [
        "pager: {token: hidden17",
        "hidden17",
        "- hidden17",
        "pager: hidden17",
        "[" * 5000 + "hidden17",
    ],
)
def test_what_cannot_be_read_is_not_quoted(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_CHANNELS", text)
    with pytest.raises(BadSettings, match="CONNECTOR_CHANNELS") as caught:
        load()
    assert "hidden17" not in str(caught.value)
