"""The guides for methodists name doors, buttons and states as the pages spell them."""

import re
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDES = ("pages", "routes", "stalls", "queues", "channels", "letters", "admin")
SPOKEN = frozenset(
    {
        # Examples with their numbers, case forms, thoughts, a path, and a column of a workbook.
        "не хватает: N", "14 работников завершили этот курс, он нигде не учтён", "Убранных записях",
        "Последних решениях", "вижу, занимаюсь", "12 черновиков маршрутов", "Отправленных",
        "почему учтён", "Письма → Образцы",
    }
)  # fmt: skip
"""Quoted in a guide, and on no page."""


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).casefold().replace("ё", "е")


def _shown() -> str:
    places = ("web", "texts", "spreadsheets", "services")
    files = chain.from_iterable((ROOT / "connector" / place).rglob("*") for place in places)
    return _folded(
        "\n".join(
            one.read_text(encoding="utf-8")
            for one in files
            if one.suffix in (".html", ".py", ".po", ".txt", ".yaml")
        )
    )


@pytest.mark.parametrize("guide", GUIDES)
def test_what_a_guide_quotes_is_on_a_page(guide: str) -> None:
    text = (ROOT / "docs" / "ru" / f"{guide}.md").read_text(encoding="utf-8")
    quoted = set(re.findall(r"«([^«»]{2,80})»", re.sub(r"\s+", " ", text))) - SPOKEN
    shown = _shown()
    assert quoted, "the guide quotes nothing any more"
    assert sorted(one for one in quoted if _folded(one).rstrip("….:") not in shown) == []
