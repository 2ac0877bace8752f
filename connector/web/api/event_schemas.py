"""Domain events as other systems get them, over whichever way; docs/events is made from this.

Within a version of a type fields may be added, and nothing else: whoever reads events must let pass
what it does not know.
"""

from typing import Any

from marshmallow import INCLUDE, Schema, fields, validate

from connector.domain.events import VERSIONS, EventType
from connector.domain.levels import Level
from connector.web.api.schemas import Instant, PageQuery
from connector.web.numbers import LARGEST


def told(text: str, **more: object) -> dict[str, object]:
    return {"description": text, **more}


EVIDENCE = "Key of the evidence this follows from, as in the API"


class Growing(Schema):
    """A schema that later fields do not break."""

    class Meta:
        unknown = INCLUDE


class DeficitFound(Growing):
    competency = fields.String(required=True, metadata=told("Code of the competency"))
    evidence = fields.String(required=True, metadata=told(EVIDENCE))
    level = fields.String(
        required=True,
        validate=validate.OneOf([str(level) for level in Level]),
        metadata=told("What the result says of the competency"),
    )


class DeficitAddressed(Growing):
    competency = fields.String(required=True, metadata=told("Code of the competency"))
    evidence = fields.String(required=True, metadata=told(EVIDENCE))


class RouteMoved(Growing):
    route = fields.String(required=True, metadata=told("Number of the route, unique for a person"))


class RouteApproved(RouteMoved):
    starts_on = fields.Date(required=True, metadata=told("Local day"))
    steps = fields.Integer(required=True, metadata=told("How many steps the route has"))


class RouteStepDone(RouteMoved):
    order = fields.Integer(required=True, metadata=told("Which step"))
    target = fields.String(
        required=True, metadata=told("What the step asks for", example="quiz:DIAG>=60")
    )
    required = fields.Boolean(required=True, metadata=told("Whether the route waits for it"))
    evidence = fields.String(required=True, metadata=told(EVIDENCE))


class RouteStalled(RouteMoved):
    stalled_since = fields.Date(required=True, metadata=told("First stalled day of the episode"))


class SliceNamed(Growing):
    kind = fields.String(
        required=True,
        validate=validate.OneOf(["whole", "association"]),
        metadata=told("The whole municipality, or one association"),
    )
    code = fields.String(
        required=True, allow_none=True, metadata=told("Of the association, null for the whole")
    )


class PlanJudged(Growing):
    indicator = fields.String(required=True, metadata=told("Code of the indicator"))
    period = fields.String(required=True, metadata=told("`2026` or `2026/2027`"))
    slice = fields.Nested(SliceNamed, required=True)
    population = fields.Integer(required=True)
    achieved = fields.Integer(required=True)
    share = fields.Float(
        required=True, allow_none=True, metadata=told("0..1 rounded to 4 places; null for a count")
    )
    plan = fields.Float(required=True, metadata=told("The least that was planned"))
    missing = fields.Integer(
        required=True, allow_none=True, metadata=told("How many more are needed")
    )


PAYLOADS: dict[EventType, type[Schema]] = {
    EventType.DEFICIT_OPENED: DeficitFound,
    EventType.DEFICIT_ADDRESSED: DeficitAddressed,
    EventType.DEFICIT_CLOSED: DeficitFound,
    EventType.ROUTE_APPROVED: RouteApproved,
    EventType.ROUTE_STEP_DONE: RouteStepDone,
    EventType.ROUTE_COMPLETED: RouteMoved,
    EventType.ROUTE_CANCELLED: RouteMoved,
    EventType.ROUTE_STALLED: RouteStalled,
    EventType.ROUTE_RESUMED: RouteStalled,
    EventType.SHARE_PLAN_MET: PlanJudged,
    EventType.SHARE_PLAN_LOST: PlanJudged,
}

MEANINGS: dict[EventType, str] = {
    EventType.DEFICIT_OPENED: "A result below base opened a deficit, for the first time or again.",
    EventType.DEFICIT_ADDRESSED: "A programme or route step that covers an open deficit was done.",
    EventType.DEFICIT_CLOSED: "A later result of base or above closed a deficit.",
    EventType.ROUTE_APPROVED: "A methodist approved a route.",
    EventType.ROUTE_STEP_DONE: "A step of an approved route was done.",
    EventType.ROUTE_COMPLETED: "All required steps of a route are done.",
    EventType.ROUTE_CANCELLED: "An approved route was cancelled.",
    EventType.ROUTE_STALLED: "A route has not moved for too long, or a step is overdue.",
    EventType.ROUTE_RESUMED: "A step that was done ended a stall, and the route goes on.",
    EventType.SHARE_PLAN_MET: "At the closing hour an indicator met its plan.",
    EventType.SHARE_PLAN_LOST: "At the closing hour an indicator no longer met its plan.",
}


class Envelope(Growing):
    """What all events have in common."""

    id = fields.String(
        required=True,
        metadata=told(
            "The same each time this event is told: by it doubles are known", format="uuid"
        ),
    )
    type = fields.String(required=True, validate=validate.OneOf([str(one) for one in EventType]))
    version = fields.Integer(required=True, metadata=told("Of the payload of this type"))
    municipality = fields.String(required=True, metadata=told("Code of the municipality"))
    subject = fields.String(
        required=True,
        allow_none=True,
        metadata=told("Personnel number of the person meant; null where no single person is"),
    )
    occurred_on = fields.Date(required=True, metadata=told("Local day on which it happened"))
    recorded_at = Instant(
        required=True,
        metadata=told("When the connector found it out, UTC", type="string", format="date-time"),
    )


def document_schema(kind: EventType) -> type[Schema]:
    """The whole event of one type, its payload included."""
    own: dict[str, fields.Field[Any]] = {
        "type": fields.String(required=True, validate=validate.OneOf([str(kind)])),
        "version": fields.Integer(
            required=True,
            validate=validate.OneOf([VERSIONS[kind]]),
            metadata=told("Of the payload of this type"),
        ),
        "payload": fields.Nested(PAYLOADS[kind], required=True),
    }
    if kind.is_about_a_person:
        own["subject"] = fields.String(
            required=True, metadata=told("Personnel number of the person meant")
        )
    return Envelope.from_dict(own, name=f"Event_{kind.replace('.', '_')}")


class ListedEvent(Envelope):
    payload = fields.Dict(keys=fields.String(), metadata=told("See docs/events"))
    number = fields.Integer(metadata=told("Place in line: `after` goes on behind it"))


class Events(Schema):
    """next: `after` of the next question; the same as asked where nothing new came."""

    municipality = fields.String()
    events = fields.List(fields.Nested(ListedEvent))
    next = fields.Integer()


class EventsQuery(PageQuery):
    class Meta:
        exclude = ("before",)

    after = fields.Integer(load_default=0, validate=validate.Range(0, LARGEST))
    type = fields.String(validate=validate.OneOf([str(one) for one in EventType]))
