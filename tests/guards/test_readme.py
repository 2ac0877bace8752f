"""Both READMEs say what is so: commands, settings, functions, events, links, the template."""

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.cli import parser
from connector.dialects.moodle_events import CONCERNS
from connector.dialects.tool_trigger import TEMPLATE
from connector.domain.signals import Dialect
from connector.moodle.questions import Function
from connector.moodle.rights import RIGHTS, every_right
from tests.guards.tree import ROOT, none_of

PAGES = [ROOT / "README.md", ROOT / "README.ru.md"]
INDENTED = re.compile(r"(?:^    .*\n)+", re.MULTILINE)
CALL = re.compile(r"(?:\.venv/bin/)?connector (.+)")
INLINE = re.compile(r"`connector ([a-z][^`]*)`")
SETTING = re.compile(r"\bCONNECTOR_[A-Z_]+")
LINK = re.compile(r"\]\(([^)#]+)\)")


@pytest.fixture(params=PAGES, ids=lambda page: page.name)
def page(request: pytest.FixtureRequest) -> str:
    path: Path = request.param
    return path.read_text(encoding="utf-8")


def calls(text: str) -> Iterator[list[str]]:
    """What follows `connector` in code blocks and in code within a sentence."""
    for block in INDENTED.findall(text):
        for line in block.replace("\\\n", " ").splitlines():
            if match := CALL.match(line.strip()):
                yield shlex.split(match[1], comments=True)
    for code in INLINE.findall(text.replace("\n", " ")):
        yield shlex.split(code)


def usable(words: list[str]) -> bool:
    """Whether the command takes these words, placeholders of a plain form included."""
    try:
        parser().parse_args(words)
    except (SystemExit, argparse.ArgumentError):
        return False
    return True


def test_every_command_is_one(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = list(calls(page))
    assert len(found) > 20
    none_of(
        (" ".join(words) for words in found if not usable(words)),
        "connector takes no such command:",
    )


def test_a_wrong_command_is_seen(capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "    .venv/bin/connector frobnicate\n\nSee `connector sources add` and `connector run`.\n"
    )
    assert [usable(words) for words in calls(text)] == [False, False, True]


def test_every_setting_is_one(page: str) -> None:
    known = set(SETTING.findall((ROOT / "deploy/env.example").read_text(encoding="utf-8")))
    assert {name.removesuffix("_FILE") for name in SETTING.findall(page)} <= known


def test_the_template_to_paste_is_the_one_that_is_read(page: str) -> None:
    blocks = re.findall(r"   ```json\n(.*?)\n   ```", page, re.DOTALL)
    assert [re.sub(r"^   ", "", block, flags=re.MULTILINE) for block in blocks] == [TEMPLATE]


def test_the_functions_are_those_that_are_called(page: str) -> None:
    named = set(re.findall(r"^    ((?:core|mod|gradereport)_[a-z_]+)$", page, re.MULTILINE))
    assert named == {str(function) for function in Function}


def test_the_rights_are_those_of_the_role_file(page: str) -> None:
    parts = "webservice|moodle|mod|report|gradereport"
    named = set(re.findall(rf"`((?:{parts})/?[a-z]+:[a-z]+)`", page))
    assert named == set(every_right())
    assert set(RIGHTS) == set(Function)


def test_the_events_are_those_that_matter(page: str) -> None:
    for event in CONCERNS:
        assert f"`{event}`" in page or f"`{event.rpartition(chr(92))[2]}`" in page, event


def test_every_sender_has_five_steps(page: str) -> None:
    chapters = re.split(r"^#{2,3} ", page, flags=re.MULTILINE)
    titles = {**{str(d): str(d) for d in Dialect}, "xapi": "logstore_xapi"}
    for title in titles.values():
        (chapter,) = [one for one in chapters if one.startswith(title)]
        assert re.findall(r"^(\d)\.", chapter, re.MULTILINE) == list("12345"), title


def test_every_link_leads_somewhere(page: str) -> None:
    local = [link for link in LINK.findall(page) if not link.startswith("http")]
    assert local
    none_of((link for link in local if not (ROOT / link).exists()), "no such file:")


def test_the_picture_is_small() -> None:
    assert (ROOT / "docs/overview.png").stat().st_size <= 150_000


def test_both_languages_show_the_same_commands() -> None:
    english, russian = (page.read_text(encoding="utf-8") for page in PAGES)

    def plain(text: str) -> list[list[str]]:
        words = {"TOKEN", "КЛЮЧ", "T", "CODE", "КОД"}
        return [["…" if word in words else word for word in call] for call in calls(text)]

    assert plain(english) == plain(russian)
