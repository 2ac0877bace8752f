"""What the API takes and gives, field by field (contract 4). Nothing else ever leaves it."""

from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_dump, validate

from connector.domain.because import SliceKind
from connector.domain.periods import NotAPeriod, Period, parse_period
from connector.models.delivery import STATES
from connector.models.notice import NOTICE_STATES
from connector.web.numbers import LARGEST


class PeriodField(fields.Field[Period]):
    """`2026` or `2026/2027`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Period:
        try:
            return parse_period(value)
        except (NotAPeriod, TypeError):
            raise ValidationError("2026 or 2026/2027 is expected.") from None


class Instant(fields.Field[datetime]):
    """ISO 8601 in UTC, with a Z."""

    def _serialize(self, value: datetime | None, attr: Any, obj: Any, **kwargs: Any) -> str | None:
        if value is None:
            return None
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def instant() -> Instant:
    return Instant(allow_none=True, metadata={"type": "string", "format": "date-time"})


def period() -> PeriodField:
    return PeriodField(
        metadata={"type": "string", "pattern": "^[0-9]{4}(/[0-9]{4})?$", "example": "2026"}
    )


class MomentQuery(Schema):
    period = period()
    as_of = fields.Date(format="iso")


class FiguresQuery(MomentQuery):
    by = fields.String(validate=validate.OneOf([SliceKind.SCHOOL, SliceKind.ASSOCIATION]))


class PageQuery(Schema):
    before = fields.Integer(strict=False, validate=validate.Range(1, LARGEST))
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class DeliveriesQuery(PageQuery):
    state = fields.String(validate=validate.OneOf(STATES))
    source = fields.String(validate=validate.Regexp(r"\A[a-z0-9-]{1,40}\Z"))


class NoticesQuery(PageQuery):
    state = fields.String(validate=validate.OneOf(NOTICE_STATES))


class RoutesQuery(Schema):
    state = fields.String(
        validate=validate.OneOf(["draft", "active", "completed", "cancelled", "stalled"])
    )


class Slice(Schema):
    kind = fields.String()
    code = fields.String()
    name = fields.String()
    population = fields.Integer(allow_none=True)
    achieved = fields.Integer(allow_none=True)
    share = fields.Float(allow_none=True)
    hidden = fields.Boolean()

    @post_dump
    def _only_when_hidden(self, dumped: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        if not dumped.get("hidden"):
            dumped.pop("hidden", None)
        return dumped


class Previous(Schema):
    period = fields.String()
    share = fields.Float(allow_none=True)


class Plan(Schema):
    at_least = fields.Float()
    met = fields.Boolean(allow_none=True)
    missing = fields.Integer(allow_none=True)
    source = fields.String(allow_none=True)


class Basis(Schema):
    document = fields.String()
    clause = fields.String()


class Indicator(Schema):
    code = fields.String()
    title = fields.String()
    kind = fields.String()
    subject = fields.String()
    population = fields.Integer()
    achieved = fields.Integer()
    share = fields.Float(allow_none=True)
    previous = fields.Nested(Previous)
    plan = fields.Nested(Plan, allow_none=True)
    basis = fields.Nested(Basis)
    slices = fields.List(fields.Nested(Slice))


class Changeover(Schema):
    """remaining: of `total` people, schools and so on those that are not judged anew yet."""

    since = instant()
    total = fields.Integer()
    remaining = fields.Integer()


class Indicators(Schema):
    """changing: while other rules are coming into force; figures are those of the former ones."""

    municipality = fields.String()
    period = fields.String()
    as_of = fields.Date()
    indicators = fields.List(fields.Nested(Indicator))
    changing = fields.Nested(Changeover)

    @post_dump
    def _only_while_changing(self, dumped: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        if dumped.get("changing") is None:
            dumped.pop("changing", None)
        return dumped


class BecauseText(Schema):
    code = fields.String()
    text = fields.String()


class Evidence(Schema):
    key = fields.String()
    happened_at = instant()
    delivery = fields.Integer(allow_none=True)


class Subject(Schema):
    subject = fields.String()
    name = fields.String()
    in_population = fields.Boolean()
    achieved = fields.Boolean()
    because = fields.List(fields.Nested(BecauseText))
    evidence = fields.List(fields.Nested(Evidence))


class Notice(Schema):
    id = fields.Integer()
    key = fields.String()
    kind = fields.String()
    role = fields.String()
    recipient = fields.String(allow_none=True)
    about = fields.String(allow_none=True)
    state = fields.String()
    reason = fields.String(allow_none=True)
    created_at = instant()
    sent_at = instant()
    params = fields.Dict(keys=fields.String())


class Notices(Schema):
    municipality = fields.String()
    notices = fields.List(fields.Nested(Notice))


class Delivery(Schema):
    """person: the personnel number of whoever it is about, where that is known."""

    id = fields.Integer()
    source = fields.String()
    type = fields.String()
    state = fields.String()
    reason = fields.String(allow_none=True)
    detail = fields.Dict(keys=fields.String(), allow_none=True)
    received_at = instant()
    next_try_at = instant()
    attempts = fields.Integer()
    conflict = fields.Boolean()
    municipality = fields.String(allow_none=True)
    person = fields.String(attribute="number", allow_none=True)


class Deliveries(Schema):
    deliveries = fields.List(fields.Nested(Delivery))
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())


class ReadingSchema(Schema):
    function = fields.String()
    params = fields.Dict(keys=fields.String())
    status = fields.String()
    answer = fields.Raw(attribute="body", allow_none=True)
    read_at = instant()


class GivenEvidence(Schema):
    """What a delivery said. says: so, not_so or only (see connector.domain.evidence)."""

    key = fields.String(attribute="register")
    kind = fields.String()
    says = fields.String()
    happened_at = instant()
    body = fields.Dict(keys=fields.String())


class DeliveryDetails(Delivery):
    """key: of the event at its source; conflicts: deliveries of the same key, another body."""

    key = fields.String()
    body = fields.Raw(allow_none=True)
    readings = fields.List(fields.Nested(ReadingSchema))
    evidence = fields.List(fields.Nested(GivenEvidence))
    conflicts = fields.List(fields.Integer(), attribute="twins")


class Problem(Schema):
    """RFC 9457."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    errors = fields.Dict(keys=fields.String())
