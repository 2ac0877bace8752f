"""JSON Schemas of the domain events, made from the marshmallow schemas that the API uses."""

from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from connector.domain.events import EventType
from connector.web.api.event_schemas import MEANINGS, document_schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def documents() -> dict[EventType, dict[str, Any]]:
    """One self-contained schema for each type."""
    return {kind: _document(kind) for kind in EventType}


def _document(kind: EventType) -> dict[str, Any]:
    plugin = MarshmallowPlugin()
    # The one version of OpenAPI whose schemas are JSON Schemas.
    spec = APISpec("Events", "1", "3.1.0", plugins=[plugin])
    converter: Any = plugin.converter
    whole = converter.schema2jsonschema(document_schema(kind)())
    parts = spec.to_dict().get("components", {}).get("schemas", {})
    document = {"$schema": DIALECT, "title": str(kind), "description": MEANINGS[kind], **whole}
    found: dict[str, Any] = _within(document, parts)
    return found


def _within(value: Any, parts: dict[str, Any]) -> Any:
    """References replaced by what they name: a schema that is copied alone must still hold."""
    if isinstance(value, list):
        return [_within(one, parts) for one in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        return _within(parts[value["$ref"].rpartition("/")[2]], parts)
    return {key: _within(one, parts) for key, one in value.items()}
