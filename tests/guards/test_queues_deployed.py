"""Kinds of hints, queues, Celery's settings and what is deployed say the same."""

import ast
import re
from configparser import RawConfigParser
from pathlib import Path

import pytest
import yaml
from celery.app.defaults import DEFAULTS

from connector import config
from connector.runtime import fold, resolve, send
from connector.runtime.hints import ARRIVED, FOLLOWS, SWEPT, Hint
from connector.tasks.app import make_celery
from connector.tasks.drain import BUDGET_S
from connector.tasks.queues import queue_name, queues
from connector.tasks.settings import HARD_LIMIT_S, SOFT_LIMIT_S, settings
from tests.guards.tree import ROOT, none_of, parse, place, python_files

DELAYED = {"eta", "countdown"}
CONSUMER_TIMEOUT_S = 1800
"""RabbitMQ's default."""


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> config.Config:
    monkeypatch.setenv("CONNECTOR_BROKER_URL", "amqp://guest:guest@127.0.0.1//")
    return config.load()


def commands() -> dict[str, list[str]]:
    """Every `connector …` that deploy/ starts, by where it stands."""
    found = {}
    for unit in sorted((ROOT / "deploy/systemd").glob("*.service")):
        line = service(unit).get("Service", "ExecStart")
        found[unit.name] = line.split()[1:]
    for name, container in compose().items():
        if container.get("command"):
            found[f"compose: {name}"] = [str(word) for word in container["command"][1:]]
    return found


def service(unit: Path) -> RawConfigParser:
    parsed = RawConfigParser(strict=False)
    # Type matters: systemd tells ExecStart from execstart.
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read(unit, encoding="utf-8")
    return parsed


def compose() -> dict[str, dict[str, object]]:
    text = (ROOT / "deploy/compose.yaml").read_text(encoding="utf-8")
    services: dict[str, dict[str, object]] = yaml.safe_load(text)["services"]
    return services


def delayed(tree: ast.AST) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg in DELAYED
    ]


def test_each_kind_of_hint_has_its_queue(settled: config.Config) -> None:
    names = [queue.name for queue in queues("p")]
    assert names == [queue_name("p", hint) for hint in Hint]
    assert {*ARRIVED, *FOLLOWS.values(), *SWEPT} == {*Hint}, "a kind that nobody hints"
    app = make_celery(settled)
    assert {*app.amqp.queues.consume_from} == {f"connector.{hint}" for hint in Hint}


def test_every_queue_survives_a_node_and_stays_small(settled: config.Config) -> None:
    for queue in make_celery(settled).amqp.queues.values():
        assert queue.durable
        assert queue.queue_arguments["x-queue-type"] == "quorum"
        assert queue.queue_arguments["x-delivery-limit"] > 0
        assert queue.queue_arguments["x-max-length"] > 0


def test_deploy_runs_all_three_in_both_forms() -> None:
    for form in ("connector-", "compose: "):
        started = {words[0] for place, words in commands().items() if place.startswith(form)}
        assert {"web", "worker", "tick"} <= started, form


def test_a_deployed_worker_takes_every_queue() -> None:
    none_of(
        (
            f"{place}: {' '.join(words)}"
            for place, words in commands().items()
            if words[0] == "worker" and {"-Q", "--queues", "-X"} & {*words}
        ),
        "a worker that takes some queues only leaves the others to nobody:",
    )


def test_a_worker_is_given_the_time_to_finish() -> None:
    unit = service(ROOT / "deploy/systemd/connector-worker.service")
    assert unit.getint("Service", "TimeoutStopSec") > 2 * BUDGET_S
    # Signals go to the main process only: it lets the others finish.
    assert unit.get("Service", "KillMode") == "mixed"
    grace = str(compose()["worker"]["stop_grace_period"])
    assert grace == f"{unit.get('Service', 'TimeoutStopSec')}s"


def test_the_limits_stand_in_their_order() -> None:
    longest = max(term.total_seconds() for term in (fold.TERM, resolve.TERM, send.TERM))
    assert BUDGET_S < longest < SOFT_LIMIT_S < HARD_LIMIT_S < CONSUMER_TIMEOUT_S


def test_celery_takes_every_setting(settled: config.Config) -> None:
    app = make_celery(settled)
    unknown = {*settings(settled)} - {*DEFAULTS}
    assert not unknown, "Celery keeps a misspelt setting and never reads it"
    assert {name: app.conf[name] for name in settings(settled)} == settings(settled)
    assert not app.conf.result_backend


def test_the_one_task_is_bounded_and_not_delayed(settled: config.Config) -> None:
    app = make_celery(settled)
    own = [task for name, task in app.tasks.items() if name.startswith("connector.")]
    assert [task.name for task in own] == ["connector.drain"]
    assert own[0].max_retries == 3
    # A delay would be a countdown, which a quorum queue cannot wait for.
    assert own[0].default_retry_delay == 0
    assert own[0].retry_on_worker_lost
    assert own[0].acks_late


def test_nothing_is_delayed_in_the_broker() -> None:
    none_of(
        (place(path, line) for path in python_files("connector") for line in delayed(parse(path))),
        "schedule in the database; the broker forgets:",
    )


def test_only_the_tasks_speak_to_the_broker() -> None:
    speaks = re.compile(r"^\s*(from|import) (celery|kombu|amqp)\b", re.MULTILINE)
    none_of(
        (
            place(path, 1)
            for path in python_files("connector")
            if speaks.search(path.read_text(encoding="utf-8"))
            and path.parent != ROOT / "connector/tasks"
        ),
        "publishing outside connector/tasks may end up inside a web request:",
    )


def test_a_delay_is_seen() -> None:
    assert delayed(ast.parse("task.apply_async(args, countdown=5)")) == [1]
