"""Domain events: types, schemas, files in docs/events and both guides say the same."""

import re
from pathlib import Path

import pytest

from connector.domain.events import VERSIONS, EventType
from connector.web.api.event_schemas import MEANINGS, PAYLOADS
from tests.guards.event_schema_files import FOLDER, texts
from tests.guards.tree import ROOT

NAME = re.compile(r"[a-z]+\.[a-z]+(?:_[a-z]+)*")
GUIDES = [ROOT / "docs" / language / "events.md" for language in ("ru", "en")]


def test_every_type_is_a_noun_and_a_verb_with_version_schema_and_meaning() -> None:
    for kind in EventType:
        assert NAME.fullmatch(kind), kind
    assert set(VERSIONS) == set(PAYLOADS) == set(MEANINGS) == set(EventType)


def test_the_files_are_what_the_schemas_make() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    told = ".venv/bin/python -m tests.guards.event_schema_files writes them anew"
    assert written == texts(), told


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.parent.name)
def test_each_guide_tells_of_every_type(guide: Path) -> None:
    rows = set(re.findall(r"^\| `([a-z_.]+)` \|", guide.read_text("utf-8"), re.MULTILINE))
    assert rows == set(EventType), guide
