"""What the units and Compose start are commands that exist, with options they know."""

import re
import shlex
from collections.abc import Iterator

import pytest
import yaml

from connector.cli import parser
from tests.guards.tree import ROOT

STARTED = re.compile(r"^ExecStart=\S+/bin/connector (.+)$", re.MULTILINE)


def started() -> Iterator[tuple[str, list[str]]]:
    for unit in sorted((ROOT / "deploy/systemd").glob("*.service")):
        for line in STARTED.findall(unit.read_text(encoding="utf-8")):
            yield unit.name, shlex.split(line)
    compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))
    for name, service in compose["services"].items():
        if "command" in service:
            program, *arguments = service["command"]
            assert program == "connector"
            yield f"compose.yaml:{name}", arguments


COMMANDS = list(started())


@pytest.mark.parametrize(("where", "arguments"), COMMANDS, ids=[where for where, _ in COMMANDS])
def test_what_is_started_is_a_command(where: str, arguments: list[str]) -> None:
    assert parser().parse_args(arguments).run, where


def test_each_way_to_run_is_deployed() -> None:
    deployed = {arguments[0] for _, arguments in COMMANDS}
    assert deployed == {"run", "web", "worker", "tick", "db"}
