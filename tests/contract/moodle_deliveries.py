"""The recorded requests of the three public plugins, as they were sent."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MOODLE = Path(__file__).parent / "moodle"

JSON_TOKEN = "wh-token-JSON-7f3a"
FORM_TOKEN = "wh-token-FORM-9b1c"
BEARER = "tt-secret-5d2e"
BASIC = "lrs-user:lrs-secret-пароль"
BASIC_HEADER = "Basic bHJzLXVzZXI6bHJzLXNlY3JldC3Qv9Cw0YDQvtC70Yw="


@dataclass(frozen=True)
class Recorded:
    """One request. raw is its body to the byte where the recording kept it."""

    plugin: str
    origin: str
    body: Any
    raw: bytes
    content_type: str
    headers: dict[str, str] = field(default_factory=dict)
    note: str | None = None


def captured(plugin: str) -> Iterator[Recorded]:
    """captures/<plugin>/*.json, one file an event."""
    folder = MOODLE / "captures" / plugin
    for file in sorted(folder.glob("*.json")):
        if file.name == "_actors.json":
            continue
        kept = json.loads(file.read_text("utf-8"))
        for number, one in enumerate(
            kept.get("deliveries", [kept]) if isinstance(kept, dict) else kept
        ):
            yield _recorded(plugin.partition("-")[0], f"{file.name}#{number}", one)


def sequence(name: str) -> Iterator[Recorded]:
    """The requests of sequences/<name>.jsonl in order of arrival."""
    file = MOODLE / "sequences" / f"{name}.jsonl"
    for number, line in enumerate(file.read_text("utf-8").splitlines()[1:]):
        one = json.loads(line)
        yield _recorded(_plugin(one["path"]), f"{file.name}#{number}", one)


def sequence_names() -> list[str]:
    files = (MOODLE / "sequences").glob("*.jsonl")
    return sorted(file.stem for file in files if not file.name.endswith(".rest.jsonl"))


def everything() -> Iterator[Recorded]:
    """Every recorded request there is."""
    for plugin in ("local_webhooks", "local_webhooks-3.0.5", "tool_trigger", "logstore_xapi"):
        yield from captured(plugin)
    for name in sequence_names():
        yield from sequence(name)


def _plugin(path: str) -> str:
    return {"hook": "local_webhooks", "trigger": "tool_trigger", "xapi": "logstore_xapi"}[
        path.split("/")[1]
    ]


def _recorded(plugin: str, origin: str, one: dict[str, Any]) -> Recorded:
    raw = one.get("raw")
    if raw is None:
        # PHP writes JSON so: no spaces, slashes and letters escaped.
        raw = json.dumps(one["body"], separators=(",", ":")).replace("/", "\\/")
    headers = one.get("headers", {})
    secret = {"tool_trigger": f"Bearer {BEARER}", "logstore_xapi": BASIC_HEADER}.get(plugin)
    if secret and "Authorization" not in headers:
        headers = {**headers, "Authorization": secret}
    content_type = one.get("content_type") or headers.get("Content-Type", "application/json")
    return Recorded(
        plugin, origin, one["body"], raw.encode("utf-8"), content_type, headers, one.get("note")
    )
