"""documents.yaml and roadmap.yaml: what a municipality's document says there ought to be."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from marshmallow import fields

from connector.domain.records import Document, RoadmapItem
from connector.domain.roadmaps import PlannedItem, Recurrence
from connector.rulebook.documents import Node
from connector.rulebook.faults import RuleFileFault
from connector.rulebook.fields import MESSAGES, Choice, Day, RuleSchema, Text
from connector.rulebook.schemas import load

LEVELS = ("municipal", "regional", "federal", "school")


class DocumentSchema(RuleSchema):
    code = Text(required=True)
    title = Text(required=True)


class DocumentsFileSchema(RuleSchema):
    documents = fields.List(fields.Nested(DocumentSchema), required=True, error_messages=MESSAGES)


class PlannedItemSchema(RuleSchema):
    """term: the document's words. due_on: once; every, from, until: again and again; none of them:
    without a due date."""

    number = Text(required=True)
    title = Text(required=True)
    scope = Text(load_default="municipality")
    level = Choice(LEVELS, load_default="municipal")
    term = Text(load_default=None)
    owner = Text(load_default=None)
    expected_result = Text(load_default=None)
    due_on = Day(load_default=None)
    every = Choice([str(one) for one in Recurrence], load_default=None)
    first = Day(data_key="from", load_default=None)
    last = Day(data_key="until", load_default=None)


class RoadmapFileSchema(RuleSchema):
    roadmap = fields.List(fields.Nested(PlannedItemSchema), required=True, error_messages=MESSAGES)


def documents_in(node: Node, faults: list[RuleFileFault]) -> tuple[Document, ...]:
    """Nothing, with every fault noted, where the file is faulty."""
    loaded = load(DocumentsFileSchema(), node, faults)
    if loaded is None:
        return ()
    _check_twins(node.entries["documents"], "code", faults)
    return tuple(Document(**document) for document in loaded["documents"])


def roadmap_in(node: Node, faults: list[RuleFileFault]) -> tuple[PlannedItem, ...]:
    """Nothing, with every fault noted, where the file is faulty."""
    loaded = load(RoadmapFileSchema(), node, faults)
    if loaded is None:
        return ()
    whole = node.entries["roadmap"]
    _check_twins(whole, "number", faults)
    for place, given in zip(whole.items, loaded["roadmap"], strict=True):
        _check_term(place, given, faults)
    return tuple(_planned(given) for given in loaded["roadmap"])


def _check_twins(nodes: Node, key: str, faults: list[RuleFileFault]) -> None:
    first: dict[str, Node] = {}
    for node in nodes.items:
        name = str(node.at((key,)).value)
        if name in first:
            faults.append(node.fault(f"{key}: «{name}» уже есть в строке {first[name].line}"))
        first.setdefault(name, node)


def _check_term(node: Node, given: Mapping[str, Any], faults: list[RuleFileFault]) -> None:
    every, first, last = given["every"], given["first"], given["last"]
    if every is None:
        if first is not None or last is not None:
            faults.append(node.fault("from, until: пишут вместе с every: month, quarter, year"))
        return
    if given["due_on"] is not None:
        faults.append(node.fault("due_on: у повторяющегося (every) срок считается сам"))
    if first is None:
        faults.append(node.fault("from: для every нужно первое число, с которого считать"))
    elif last is not None and last < first:
        faults.append(node.fault("until: раньше, чем from"))


def _planned(given: Mapping[str, Any]) -> PlannedItem:
    names = ("scope", "number", "title", "level", "term", "owner", "expected_result", "due_on")
    item = RoadmapItem(**{name: given[name] for name in names})
    if given["every"] is None:
        return PlannedItem(item)
    return PlannedItem(
        replace(item, due_on=None), Recurrence(given["every"]), given["first"], given["last"]
    )
