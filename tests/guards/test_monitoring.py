"""Metrics are exported, documented, drawn and alerted on under the same names."""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from connector.web.metric_names import METRICS, OF_THE_PROCESS
from tests.guards.tree import ROOT, none_of

FOLDER = ROOT / "deploy/monitoring"
NAME = re.compile(r"\b(?:connector|process|python)_[a-z_]+\b")
EXPORTED = {name for one in METRICS for name in one.exported} | set(OF_THE_PROCESS)
SELECTED = re.compile(r"(connector_[a-z_]+)\{([^}]*)\}")
BY = re.compile(r"\bby \(([^)]*)\)")
ENDINGS = ("_total", "_bucket", "_sum", "_count")


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    board = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    for rule in rules():
        yield f"alerts.yml: {rule['alert']}", rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield f"dashboard.json: {panel['title']}", target["expr"]


def labels_of(name: str) -> set[str]:
    for one in METRICS:
        if name in one.exported:
            return {*one.labels, *(("le",) if name.endswith("_bucket") else ())}
    return set()


def test_rules_and_dashboard_name_metrics_that_are_exported() -> None:
    none_of(
        (
            f"{where}: {name}"
            for where, text in expressions()
            for name in NAME.findall(text)
            if name not in EXPORTED
        ),
        "no such metric is exported:",
    )


def test_rules_and_dashboard_name_labels_that_metrics_have() -> None:
    def wrong() -> Iterator[str]:
        for where, text in expressions():
            known = set().union(*(labels_of(name) for name in NAME.findall(text)))
            known |= {"instance", "job"}
            for name, selectors in SELECTED.findall(text):
                for label in re.findall(r"(\w+)\s*[=!]~?=?", selectors):
                    if label not in labels_of(name) | {"job"}:
                        yield f"{where}: {name} has no label {label}"
            for names in BY.findall(text):
                for label in names.split(","):
                    if label.strip() not in known:
                        yield f"{where}: by {label.strip()}"

    none_of(wrong(), "labels that are not there:")


def test_every_metric_is_documented_and_no_other() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    told = set(NAME.findall(page))
    for one in METRICS:
        names = {one.name} if one.kind == "histogram" else set(one.exported)
        assert names <= told, f"deploy/monitoring/README.md does not tell of {names}"
        line = next(text for text in page.splitlines() if f"`{next(iter(names))}`" in text)
        assert line.split("|")[2].replace(" ", "") == ",".join(one.labels), line
    strange = {name for name in told if name not in EXPORTED | {one.name for one in METRICS}}
    assert not strange


def test_every_metric_is_drawn() -> None:
    drawn = {name for where, text in expressions() for name in NAME.findall(text)}
    none_of(
        (one.name for one in METRICS if not drawn.intersection(one.exported)),
        "neither in the dashboard nor in a rule:",
    )


def test_every_alert_says_what_to_do() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}, rule["alert"]
        for part in ("summary", "description"):
            assert rule["annotations"][part].strip().endswith("."), (rule["alert"], part)
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names)) >= 15


def test_brackets_of_expressions_close() -> None:
    for where, text in expressions():
        for opening, closing in ("()", "{}", "[]"):
            assert text.count(opening) == text.count(closing), where
