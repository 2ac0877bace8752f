"""Answers of a child, which a broken plugin may have filled with anything: JSON → domain values."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate

from connector.domain.because import SubjectKind
from connector.domain.catalogue import NotATarget, parse_target
from connector.domain.owed import Owed, Recipient
from connector.domain.proposals import ProposedRoute
from connector.domain.routes import RouteStep
from connector.isolation.asker import PROPOSE, Description
from connector.isolation.said import Failure, Said

KNOWN_API = 1
"""The version of the hooks; it grows when a plugin written for the former ones would be misled."""


class Nonsense(Exception):
    """What came is no answer."""


class Refused(Exception):
    """The plugin cannot be used; says why, in Russian."""


class OwedSchema(Schema):
    """Lengths are those of the outbox's columns."""

    key = fields.Str(required=True, validate=validate.Length(1, 300))
    kind = fields.Str(required=True, validate=validate.Regexp(r"^[a-z][a-z0-9_]{0,39}\Z"))
    role = fields.Enum(Recipient, by_value=True, required=True)
    recipient = fields.Str(required=True, allow_none=True, validate=validate.Length(1, 60))
    params = fields.Dict(keys=fields.Str(), required=True)
    happened_on = fields.Date(format="iso", required=True)
    urgent = fields.Bool(required=True, truthy={True}, falsy={False})

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> Owed:
        return Owed(**data)


def _is_target(text: str) -> None:
    try:
        parse_target(text)
    except NotATarget as err:
        raise ValidationError("not a target") from err


class ProposedStepSchema(Schema):
    """Lengths are those of the sheet `steps`."""

    target = fields.Str(required=True, validate=[validate.Length(1, 250), _is_target])
    competencies = fields.List(
        fields.Str(validate=validate.Length(1, 60)), required=True, validate=validate.Length(0, 100)
    )
    due_on = fields.Date(format="iso", required=True, allow_none=True)
    required = fields.Bool(required=True, truthy={True}, falsy={False})


class ProposedSchema(Schema):
    starts_on = fields.Date(format="iso", required=True)
    note = fields.Str(required=True, validate=validate.Length(0, 500))
    steps = fields.List(
        fields.Nested(ProposedStepSchema), required=True, validate=validate.Length(1, 50)
    )

    @post_load
    def _made(self, data: dict[str, Any], **_: Any) -> ProposedRoute:
        steps = tuple(
            RouteStep(
                order,
                parse_target(step["target"]),
                tuple(step["competencies"]),
                step["due_on"],
                step["required"],
            )
            for order, step in enumerate(data["steps"], 1)
        )
        if any(step.due_on and step.due_on < data["starts_on"] for step in steps):
            raise ValidationError("a step is due before the route begins", "steps")
        return ProposedRoute(data["starts_on"], steps, data["note"])


class SaidSchema(Schema):
    owed = fields.List(fields.Nested(OwedSchema), load_default=())
    turn = fields.Date(format="iso", allow_none=True, load_default=None)
    proposed = fields.Raw(allow_none=True, load_default=None)
    faults = fields.Dict(fields.Str(), fields.Str(), load_default=dict)
    used = fields.Int(strict=True, required=True)
    spent = fields.Bool(load_default=False)


class DescriptionSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    api = fields.Int(strict=True, required=True)
    hooks = fields.List(fields.Str(), required=True)
    folders = fields.List(fields.Str(), required=True)
    subjects = fields.List(fields.Enum(SubjectKind, by_value=True), required=True)


@dataclass(frozen=True, slots=True)
class Answered:
    """One frame. used: bytes of memory. spent: its process must not be asked again."""

    said: Said
    used: int
    spent: bool


_SAID = SaidSchema()
_DESCRIPTION = DescriptionSchema()


def read_said(frame: bytes, hooks: Collection[str]) -> Answered:
    """Raises Nonsense where the frame is none of ours; what a plugin said wrongly is its fault."""
    document = _json(frame)
    if not any(document.get(name) for name in ("owed", "turn", "proposed", "faults", "spent")):
        # Most say nothing, and a schema takes longer than all the rest.
        return Answered(Said(), _used(document), False)
    _check_text(document)
    try:
        loaded: dict[str, Any] = _SAID.load({**document, "owed": ()})
    except ValidationError as err:
        raise Nonsense(_first(err)) from err
    faults = {hook: Failure(message[:1000]) for hook, message in loaded["faults"].items()}
    if not faults.keys() <= set(hooks):
        raise Nonsense("faults")
    owed: tuple[Owed, ...] = ()
    if document.get("owed"):
        try:
            owed = tuple(OwedSchema(many=True).load(document["owed"]))
        except ValidationError as err:
            faults["connector_notices"] = Failure(f"Owed: {_first(err)}")
    proposed: ProposedRoute | None = None
    if document.get("proposed"):
        try:
            proposed = ProposedSchema().load(document["proposed"])
        except ValidationError as err:
            faults[PROPOSE] = Failure(f"ProposedRoute: {_first(err)}")
    said = Said(owed, loaded["turn"], faults, proposed=proposed)
    return Answered(said, loaded["used"], loaded["spent"])


def read_description(frame: bytes) -> Description:
    """Raises Nonsense; Refused where the plugin was not taken, or is of another version."""
    document = _json(frame)
    _check_text(document)
    if isinstance(refused := document.get("refused"), str):
        raise Refused(refused[:1000])
    try:
        loaded = _DESCRIPTION.load(document)
    except ValidationError as err:
        raise Nonsense(_first(err)) from err
    if loaded["api"] != KNOWN_API:
        raise Refused(
            f"написан для версии {loaded['api']} хуков, а эта программа знает версию {KNOWN_API}"
        )
    return Description(
        frozenset(loaded["hooks"]), tuple(loaded["folders"]), frozenset(loaded["subjects"])
    )


def _json(frame: bytes) -> dict[str, Any]:
    try:
        document = json.loads(frame)
    except (ValueError, RecursionError) as err:
        raise Nonsense("json") from err
    if not isinstance(document, dict):
        raise Nonsense("json")
    return document


def _check_text(document: dict[str, Any]) -> None:
    """Lone surrogates, NUL and NaN are nothing that a database takes."""
    try:
        written = json.dumps(document, ensure_ascii=False, allow_nan=False)
        written.encode("utf-8")
    except ValueError as err:
        raise Nonsense("text") from err
    if "\\u0000" in written:
        raise Nonsense("text")


def _used(document: dict[str, Any]) -> int:
    used = document.get("used")
    if not isinstance(used, int):
        raise Nonsense("used")
    return used


def _first(err: ValidationError) -> str:
    """The first place and what is wrong there, without the value, which may name a person."""
    messages: Any = err.messages
    path = []
    while isinstance(messages, dict) and messages:
        key, messages = next(iter(messages.items()))
        path.append(str(key))
    told = messages[0] if isinstance(messages, list) and messages else messages
    return f"{'.'.join(path)}: {told}"[:300]
