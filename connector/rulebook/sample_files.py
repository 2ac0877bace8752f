"""samples.yaml: invented values for the letters that a plugin's Python has sent.

What a letter is about only the Python that owes it knows; so its author says here what the page of
samples is to show, who gets it and when.
"""

from datetime import date
from typing import Any

from marshmallow import fields

from connector.domain.letter_kinds import KINDS
from connector.domain.letter_samples import LetterSample
from connector.domain.owed import Recipient
from connector.rulebook.documents import Node
from connector.rulebook.faults import RuleFileFault
from connector.rulebook.fields import MESSAGES, Choice, RuleSchema, Text
from connector.rulebook.schemas import load


class SampleSchema(RuleSchema):
    """items: params of the notices in the letter, as the Python gives them."""

    kind = Text(required=True)
    tell = fields.List(Choice([str(role) for role in Recipient]), required=True,
                       error_messages=MESSAGES)  # fmt: skip
    when = Text(required=True)
    items = fields.List(fields.Raw(), required=True, error_messages=MESSAGES)


class SamplesFileSchema(RuleSchema):
    samples = fields.List(fields.Nested(SampleSchema), required=True, error_messages=MESSAGES)


def samples_in(node: Node, faults: list[RuleFileFault]) -> tuple[LetterSample, ...]:
    """Nothing, with every fault noted, where the file is faulty."""
    loaded = load(SamplesFileSchema(), node, faults)
    if loaded is None:
        return ()
    found: dict[str, LetterSample] = {}
    for one, given in zip(node.entries["samples"].items, loaded["samples"], strict=True):
        kind, items = given["kind"], given["items"]
        if kind in KINDS:
            faults.append(one.at(("kind",)).fault(f"kind: «{kind}» - сообщение самого коннектора"))
        elif kind in found:
            faults.append(one.at(("kind",)).fault(f"kind: «{kind}» повторён"))
        elif not items or not all(isinstance(item, dict) for item in items):
            faults.append(one.at(("items",)).fault("items: ожидался список значений по именам"))
        else:
            shown = tuple(_as_told(item) for item in items)
            found[kind] = LetterSample(kind, tuple(given["tell"]), given["when"], shown)
    return tuple(found.values())


def _as_told(item: Any) -> Any:
    """Params are JSON: a date is its text there."""
    if isinstance(item, date):
        return item.isoformat()
    if isinstance(item, dict):
        return {key: _as_told(value) for key, value in item.items()}
    return [_as_told(one) for one in item] if isinstance(item, list) else item
