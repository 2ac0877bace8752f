"""Writes docs/events anew: `.venv/bin/python -m tests.guards.event_schema_files`."""

import json
from typing import Any

from connector.domain.events import EventType
from tests.guards.event_documents import documents
from tests.guards.tree import ROOT

FOLDER = ROOT / "docs/events"


def file_name(kind: EventType) -> str:
    return f"{kind}.json"


def text_of(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def texts() -> dict[str, str]:
    return {file_name(kind): text_of(document) for kind, document in documents().items()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
