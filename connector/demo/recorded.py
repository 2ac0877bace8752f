"""The recorded part: requests that a real Moodle sent, and what it answered when asked back.

Each sequence is told by one of the three senders, as it is where a Moodle is connected by one; told
by all three, every attempt would stand in the profile three times, once for each source.
"""

import base64
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from connector.demo.catalogue import TRIGGER, WEBHOOKS, XAPI
from connector.demo.native import Post
from connector.replay import Recording

STORY = (
    ("02_attempt_failed", WEBHOOKS),
    ("03_reattempt_better", WEBHOOKS),
    ("05_course_completed_by_final_quiz", TRIGGER),
    ("06_final_quiz_failed_then_passed", XAPI),
)
"""Sequences in the order of their recording, and the sender that tells each."""

TOLD = {
    "02_attempt_failed": "входная диагностика, 31 из 100",
    "03_reattempt_better": "она же ещё раз, 84 из 100",
    "05_course_completed_by_final_quiz": "итоговый тест сдан, курс завершён",
    "06_final_quiz_failed_then_passed": "итоговый тест провален, потом сдан",
}
_PATHS = {WEBHOOKS: "/hook/", TRIGGER: "/trigger/", XAPI: "/xapi"}
_AGENTS = {WEBHOOKS: "MoodleBot/4.4 (+http://127.0.0.1:8099)", TRIGGER: "GuzzleHttp/7", XAPI: None}


@dataclass(frozen=True, slots=True)
class Step:
    """The requests of one step of a sequence, in their order; what REST then says is `number`'s."""

    sequence: str
    number: int
    posts: tuple[Post, ...]


def unpack(folder: Path) -> None:
    """Puts the recordings into `folder` as they were recorded."""
    folder.mkdir(parents=True, exist_ok=True)
    for packed in files("connector.demo").joinpath("recordings").iterdir():
        if packed.name.endswith(".gz"):
            plain = gzip.decompress(packed.read_bytes())
            (folder / packed.name.removesuffix(".gz")).write_bytes(plain)


def recording(folder: Path) -> Recording:
    """A Moodle that answers as it did, before the first step."""
    return Recording.from_sequences(folder / f"{name}.rest.jsonl" for name, _ in STORY)


def steps(folder: Path, name: str, source: str, secret: str) -> Iterator[Step]:
    """What the sender of `source` sent in each step of a sequence, with its secret of today."""
    with (folder / f"{name}.jsonl").open(encoding="utf-8") as lines:
        head = json.loads(next(lines))
        requests = [json.loads(line) for line in lines]
    mine = [one for one in requests if one["path"].startswith(_PATHS[source])]
    for number, _ in enumerate(head["steps"], start=1):
        of_step = [one for one in mine if one["step"] == number]
        yield Step(name, number, tuple(_post(one, source, secret) for one in of_step))


def _post(request: dict[str, Any], source: str, secret: str) -> Post:
    body = request["body"]
    headers = {"Content-Type": request["content_type"], "Accept": "*/*"}
    if _AGENTS[source]:
        headers["User-Agent"] = str(_AGENTS[source])
    path = f"/hooks/{source}"
    if source == WEBHOOKS:
        body = {**body, "token": secret}
    elif source == TRIGGER:
        headers["Authorization"] = f"Bearer {secret}"
    else:
        pair = base64.b64encode(secret.encode()).decode()
        headers |= {"Authorization": f"Basic {pair}", "X-Experience-API-Version": "1.0.3"}
        path += "/statements"
    # PHP writes JSON so: no spaces, slashes and letters escaped.
    text = json.dumps(body, separators=(",", ":")).replace("/", "\\/")
    return Post(path, headers, text.encode())
