"""Every kind of alarm has a letter, words for its end and a chapter of the guide; no other has."""

import re

from connector.domain.alarms import AlarmKind
from tests.guards.tree import ROOT

KINDS = {str(kind) for kind in AlarmKind}
LETTERS = ROOT / "connector/texts/letters"


def test_every_kind_has_its_letter_and_no_other() -> None:
    written = {path.stem.removeprefix("alarm_") for path in LETTERS.glob("alarm_*.txt")}
    assert written == KINDS | {"over"}


def test_every_kind_has_words_for_its_end() -> None:
    text = (LETTERS / "alarm_over.txt").read_text(encoding="utf-8")
    assert set(re.findall(r'^  "([a-z_]+)": ', text, re.MULTILINE)) == KINDS


def test_the_guide_has_a_chapter_for_every_kind_and_no_other() -> None:
    guide = (ROOT / "docs/ru/alarms.md").read_text(encoding="utf-8")
    chapters = dict(re.findall(r"^### .+ \(`([a-z_]+)`\)\n(.+)$", guide, re.MULTILINE))
    assert set(chapters) == KINDS
    assert all(len(text) > 100 for text in chapters.values())


def test_what_a_kind_is_alerted_by_is_a_kind() -> None:
    rules = (ROOT / "deploy/monitoring/alerts.yml").read_text(encoding="utf-8")
    named = re.findall(r'connector_alarms\{kind=~"([a-z_|]+)"\}', rules)
    kinds = {kind for group in named for kind in group.split("|")}
    # The others have alerts of their own (rules, what waits), or are settings to be mended.
    assert kinds == KINDS - {"rule_faulty", "deliveries_parked", "marks_rounded"}
