"""Every letter has a sample: whoever writes a template, the core's or a plugin's, shows it too."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from connector.domain.letter_kinds import KINDS
from connector.rulebook import Rulebook
from connector.secretbox import SecretBox, key_for
from connector.services.access.letter_links import LetterLinks
from connector.services.notices.sample_post import PREFACE
from connector.services.notices.samples import Sample, Samples
from connector.texts.letters import letter_names
from connector.texts.mail_failures import mail_failure
from connector.web.sample_words import GROUPS, WHEN
from tests.guards.tree import ROOT, none_of

DAY = date(2026, 3, 10)
BOOK = Rulebook.open()
GLUED = re.compile(r"[а-яё][А-ЯЁ]|[.,;:!?»][а-яёА-ЯЁ]|\d- |[а-яё]\d\d\.\d\d\.\d{4}|\S  +\S|\( | \)")
MADE_UP = ("образ", "Образц", "пример", "Пример", "Пробин", "Эскизов", "obrazec", "000")


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> LetterLinks:
    folder: Path = tmp_path_factory.mktemp("samples")
    return LetterLinks(SecretBox(key_for("key", folder)), "https://c.example", timedelta(hours=24))


def samples(links: LetterLinks) -> Iterator[tuple[Samples, Sample]]:
    """Of every municipality; those that differ in nothing once."""
    for number, code in enumerate(BOOK.municipalities()):
        made = Samples(BOOK.rules(code), links, DAY)
        yield from ((made, one) for one in made.all() if one.is_own or not number)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from strings(one)


def test_every_kind_and_role_has_a_sample(links: LetterLinks) -> None:
    none_of(
        (
            f"{made.rules.code}: {one.kind} {one.role}"
            for made, one in samples(links)
            if not one.told
        ),
        "add invented values: connector/texts/sample_*.py, or the plugin's samples.yaml:",
    )
    shown = {(one.kind, one.role) for _, one in samples(links)}
    assert shown >= {(kind, str(role)) for kind, roles in KINDS.items() for role in roles}


def test_every_template_of_a_plugin_is_shown(links: LetterLinks) -> None:
    shown = {(one.kind, one.role) for _, one in samples(links)}
    for code in BOOK.municipalities():
        words = BOOK.rules(code).letters
        for kind, roles in letter_names(words).items():
            named = {role for role in roles if f"{kind}.{role}.txt" in words}
            assert {(kind, role) for role in named} <= shown
            assert any(one == kind for one, _ in shown)


def test_every_sample_becomes_a_whole_letter(links: LetterLinks) -> None:
    for made, one in samples(links):
        shown = made.show(one, "/here", PREFACE)
        letter, where = shown.letter, f"{one.kind} {one.role}"
        assert letter.text.startswith(PREFACE), where
        assert PREFACE in letter.html, where
        for text in (letter.text, letter.html, shown.short):
            assert "None" not in text, where
            assert "undefined" not in text.lower(), where
        found = [GLUED.search(line) for line in letter.text.splitlines() if "://" not in line]
        assert not any(found), (where, found)


def test_nothing_personal_lights_up_on_a_screen(links: LetterLinks) -> None:
    for made, one in samples(links):
        shown = made.show(one, "/here")
        own = [text for told in one.told for text in strings(dict(told.params)) if len(text) > 1]
        seen = (shown.letter.subject, shown.short)
        assert not [text for text in own if any(text in line for line in seen)], one.kind


def test_nobody_takes_a_sample_for_news(links: LetterLinks) -> None:
    for _, one in samples(links):
        own = [text for told in one.told for text in strings(dict(told.params))]
        people = [text for text in own if re.fullmatch(r"[А-ЯЁ][а-яё]+( [А-ЯЁ][а-яё]+){2}", text)]
        assert all(any(mark in name for mark in MADE_UP) for name in people), people


def test_no_link_of_a_sample_signs_in_or_switches_off(links: LetterLinks) -> None:
    for made, one in samples(links):
        letter = made.show(one, "/here").letter
        assert "/enter/" not in letter.text + letter.html
        assert "/unsubscribe/" not in letter.text + letter.html
        assert "https://c.example/here" in letter.html


def test_every_failure_of_the_mail_server_has_words() -> None:
    source = (ROOT / "connector/channels/smtp.py").read_text(encoding="utf-8")
    said = r'(?:ChannelDown|TryLater|Refused|_verdict)\((?:[a-z_.]+, )?"([a-z_]+)"'
    reasons = set(re.findall(said, source))
    assert len(reasons) >= 6, "the guard looks at the wrong place"
    none_of(
        (one for one in sorted(reasons) if f"({one})" in mail_failure(one)),
        "connector.texts.mail_failures has no words for:",
    )


def test_the_page_says_when_each_comes() -> None:
    grouped = [kind for kinds in GROUPS.values() for kind in kinds]
    assert sorted(grouped) == sorted(KINDS)
    assert {kind for kind in KINDS if kind not in WHEN} == set()
    roles = {(kind, str(role)) for kind, told in KINDS.items() for role in told}
    assert {tuple(key.split(".")) for key in WHEN if "." in key} <= roles
