"""The demonstration's recordings are the contract tests' own, to the byte, and stay small."""

import gzip

from connector.demo.recorded import STORY
from tests.guards.tree import ROOT

PACKED = ROOT / "connector/demo/recordings"
SEQUENCES = ROOT / "tests/contract/moodle/sequences"


def test_the_demonstration_plays_what_was_recorded() -> None:
    for file in sorted(PACKED.iterdir()):
        recorded = (SEQUENCES / file.name.removesuffix(".gz")).read_bytes()
        assert gzip.decompress(file.read_bytes()) == recorded, file.name


def test_it_has_the_recordings_of_its_story_and_no_other() -> None:
    names = {f"{name}{kind}" for name, _ in STORY for kind in (".jsonl.gz", ".rest.jsonl.gz")}
    assert {file.name for file in PACKED.iterdir()} == names
    assert sum(file.stat().st_size for file in PACKED.iterdir()) < 2**20
