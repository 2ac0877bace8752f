"""Settings as people see them: never with what lets anybody in."""

import pytest

from connector import config
from connector.errors import BadSettings


def shown(name: str) -> str:
    return dict(config.load().shown())[name]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("CONNECTOR_SECRET_KEY", "k://secret", "***"),
        ("CONNECTOR_SECRET_KEY", "plain-secret", "***"),
        ("CONNECTOR_BROKER_URL", "amqp://u:secret@mq:5672/c", "amqp://***@mq:5672/c"),
        ("CONNECTOR_SMTP_URL", "smtp://mail:25?starttls=1", "smtp://mail:25?starttls=1"),
        (
            "CONNECTOR_DATABASE_URL",
            "postgresql://db/c?user=u&password=secret&sslmode=require",
            "postgresql://db/c?user=***&password=***&sslmode=require",
        ),
        ("CONNECTOR_DATABASE_URL", "sqlite:////var/c.sqlite3", "sqlite:////var/c.sqlite3"),
    ],
)
def test_secrets_are_masked(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    assert shown(name) == told


def test_a_log_level_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_LOG_LEVEL", "loud")
    with pytest.raises(BadSettings, match="CONNECTOR_LOG_LEVEL: one of DEBUG, INFO"):
        config.load()


@pytest.mark.parametrize("value", ["-1", "many", "1e3", "100001"])
def test_a_pace_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CONNECTOR_LETTERS_PER_MINUTE", value)
    with pytest.raises(BadSettings, match="CONNECTOR_LETTERS_PER_MINUTE: a number is expected"):
        config.load()
