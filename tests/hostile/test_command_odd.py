"""The command with arguments and settings that nobody should give: 1 or 2 and a sentence."""

import os
import random
import subprocess
from pathlib import Path

import pytest

from connector.cli import main
from tests.contract.outside_command import COMMAND
from tests.integration.spine.spine_town import open_spine

HUGE = "9" * 30
ODD = (
    "", " ", "--", "-1", "0", HUGE, "1e5", "\x01\n", "a" * 3000, "../../etc/passwd", "%s%n",
    "'; DROP TABLE deliveries;--", "{{7*7}}", "тест", "٣", "2026-13-45", "0001-01-01",
    "9999-12-31", "2999", "2998/2999", "1900", "2026/2027", "/dev/null", "ЁЖ‮",
)  # fmt: skip
TEMPLATES = (
    "import ? --municipality korolev", "import /nothing --municipality ?",
    "import . --municipality korolev --effective ?", "import . --municipality korolev --ends ?",
    "sources add ? --dialect native --municipality korolev",
    "sources add one --dialect ? --municipality korolev",
    "sources add two --dialect xapi --municipality korolev --url ? --rest-token ?",
    "sources add three --dialect native --municipality korolev --secret ?",
    "sources test ?", "sources rotate ?", "sources connect moodle --url ? --rest-token ?",
    "deliveries list --state ?", "deliveries list --source ?", "deliveries list --limit ?",
    "deliveries show ?", "deliveries replay ? ?", "recount --verify --municipality ?",
    "shares ?", "shares korolev --period ?", "shares korolev --as-of ?", "shares korolev --by ?",
    "shares korolev --period ? --as-of ?", "explain korolev ?", "explain korolev ? ?",
    "explain korolev korolev.diagnosed --period ?", "explain korolev korolev.diagnosed ?",
    "stalls ?", "snapshot ?", "snapshot korolev --period ?", "people revoke ?",
    "people add ? --role methodist --municipality korolev", "people add four --role ?",
    "people add five --role teacher --municipality korolev --person ? --email ? --password ?",
    "people token --role methodist --municipality ?", "people password ?",
    "people token --role methodist --municipality korolev --note ? --person ?",
    "plugins ?", "db ?", "?", "run --port ? --host nowhere.invalid", "plugins list --log-level ?",
)  # fmt: skip
PER_COMMAND = len(ODD) if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("odd")
    open_spine(made).close()
    return made


@pytest.fixture(autouse=True)
def surroundings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("CONNECTOR_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CONNECTOR_DATA_DIR", str(folder))
    monkeypatch.chdir(folder)


def code_of(arguments: list[str]) -> int:
    try:
        return main(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)


@pytest.mark.parametrize("template", TEMPLATES)
def test_odd_arguments_end_with_a_code_and_a_sentence(
    template: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for odd in random.Random(template).sample(ODD, PER_COMMAND):
        arguments = [odd if part == "?" else part for part in template.split()]
        code = code_of(arguments)
        told = capsys.readouterr()
        assert code in (0, 1, 2), arguments
        assert (told.out if code == 0 else told.err).strip(), arguments


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "garbage"),
        ("DATABASE_URL", "mysql://a/b"),
        ("DATABASE_URL", "sqlite:////no/such/folder/x.sqlite3"),
        ("DATABASE_URL", "sqlite:////dev"),
        ("DATABASE_URL", "postgresql://[::bad"),
        ("DATABASE_URL", "postgresql://u:geheim@127.0.0.1:1/x"),
        ("DATA_DIR", "/dev/null"),
        ("DATA_DIR", "/dev/null/x"),
        ("DATA_DIR", "a" * 300),
        ("WEB_THREADS", "many"),
        ("CLOCK", "yesterday"),
        ("LOG_LEVEL", "LOUD"),
        ("SECRET_KEY_FILE", "/no/such/file"),
        ("SECRET_KEY_FILE", "/dev"),
        ("SMTP_URL", "smtp://host:port"),
        ("SMTP_URL", "http://["),
    ],
)
def test_odd_settings_end_with_a_sentence(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(f"CONNECTOR_{name}", value)
    assert code_of(["deliveries", "list"]) == 1
    told = capsys.readouterr().err
    assert told.strip()
    assert "geheim" not in told


@pytest.mark.parametrize("port", ["65536", "-1", HUGE, "٣", "80x"])
def test_a_port_that_none_is_is_wrong_usage(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    """65,536 more would be answered at another port, where nobody looks for it."""
    assert code_of(["run", "--port", port]) == 2
    assert "порт — число" in capsys.readouterr().err


def test_arguments_that_are_no_text_are_wrong_usage(folder: Path) -> None:
    for arguments in ([b"sources", b"rotate", b"\xff\xfe"], [b"\xed\xa0\x80"]):
        ended = subprocess.run([COMMAND, *arguments], capture_output=True, timeout=60)
        assert ended.returncode == 2
        assert "UTF-8" in ended.stderr.decode()


def test_who_reads_no_further_is_no_fault(folder: Path) -> None:
    """`connector … | head`: the other end of the pipe is closed."""
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(
        [COMMAND, "plugins", "list", "--json"], stdout=writing, stderr=subprocess.PIPE, timeout=60
    )
    os.close(writing)
    assert b"Traceback" not in ended.stderr
    assert ended.returncode in (0, 120)
