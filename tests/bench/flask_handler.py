"""The baseline of accept-flask: what a careful developer writes in an afternoon.

Flask, a marshmallow schema of the whole envelope, SQLAlchemy's ORM, one transaction a request. Run
by gunicorn: `gunicorn tests.bench.flask_handler:app`, with the database's address and the secret in
BENCH_DATABASE_URL and BENCH_SECRET.
"""

import base64
import hashlib
import hmac
import json
import os
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, abort, jsonify, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from sqlalchemy import LargeBinary, String, UniqueConstraint, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

TOLERANCE_S = 300


class Lenient(Schema):
    class Meta:
        unknown = EXCLUDE


class UserSchema(Lenient):
    id = fields.Integer(required=True, strict=True)
    idnumber = fields.String(allow_none=True)
    email = fields.String(allow_none=True)


class CourseSchema(Lenient):
    id = fields.Integer(required=True, strict=True)
    idnumber = fields.String(allow_none=True)
    shortname = fields.String(allow_none=True)
    fullname = fields.String(allow_none=True)


class QuestionSchema(Lenient):
    slot = fields.Integer(required=True)
    mark = fields.Float(allow_none=True)
    max_mark = fields.Float(required=True)
    category = fields.String(allow_none=True)
    tags = fields.List(fields.String())


class AttemptSchema(Lenient):
    id = fields.Integer(required=True)
    number = fields.Integer()
    state = fields.String(required=True)
    started_at = fields.AwareDateTime()
    finished_at = fields.AwareDateTime(allow_none=True)
    grade = fields.Float(allow_none=True)
    max_grade = fields.Float()
    provisional = fields.Boolean()
    questions = fields.List(fields.Nested(QuestionSchema))


class QuizSchema(Lenient):
    id = fields.Integer(required=True)
    cmid = fields.Integer()
    idnumber = fields.String(allow_none=True)
    name = fields.String()


class EventSchema(Lenient):
    id = fields.String(required=True, validate=validate.Length(1, 200))
    seq = fields.Integer(required=True)
    type = fields.String(required=True, validate=validate.Length(1, 120))
    version = fields.Integer(required=True)
    occurred_at = fields.AwareDateTime(required=True)
    user = fields.Nested(UserSchema, required=True)
    course = fields.Nested(CourseSchema, required=True)
    quiz = fields.Nested(QuizSchema)
    attempt = fields.Nested(AttemptSchema)
    completed_at = fields.AwareDateTime()


class EnvelopeSchema(Lenient):
    events = fields.List(
        fields.Nested(EventSchema), required=True, validate=validate.Length(1, 100)
    )


class Base(DeclarativeBase):
    pass


class Event(Base):
    __tablename__ = "plain_events"
    __table_args__ = (UniqueConstraint("source", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    type: Mapped[str] = mapped_column(String(120))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))


def create_app(database_url: str, secret: str) -> Flask:
    engine = create_engine(database_url, pool_size=10)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    schema = EnvelopeSchema()
    flask = Flask(__name__)

    @flask.post("/hooks/<source>")
    def receive(source: str) -> Response:
        raw = request.get_data()
        if not _is_signed(raw, key):
            abort(401)
        try:
            document = schema.load(json.loads(raw))
        except (ValueError, ValidationError):
            abort(400)
        with Session(engine) as session, session.begin():
            accepted = _store(session, source, document["events"])
        return jsonify(accepted=accepted, duplicate=len(document["events"]) - accepted, ignored=0)

    return flask


def _is_signed(raw: bytes, key: bytes) -> bool:
    message = request.headers.get("webhook-id", "")
    stamp = request.headers.get("webhook-timestamp", "")
    if not stamp.isdigit() or abs(int(stamp) - datetime.now(UTC).timestamp()) > TOLERANCE_S:
        return False
    expected = hmac.digest(key, f"{message}.{stamp}.".encode() + raw, hashlib.sha256)
    signature = "v1," + base64.b64encode(expected).decode()
    return hmac.compare_digest(signature, request.headers.get("webhook-signature", ""))


def _store(session: Session, source: str, events: list[dict[str, Any]]) -> int:
    keys = [event["id"] for event in events]
    known = set(
        session.scalars(select(Event.key).where(Event.source == source, Event.key.in_(keys)))
    )
    fresh = {event["id"]: event for event in events if event["id"] not in known}
    for event in fresh.values():
        body = json.dumps(event, default=str, ensure_ascii=False).encode()
        session.add(
            Event(
                source=source,
                key=event["id"],
                digest=hashlib.sha256(body).hexdigest(),
                type=event["type"],
                body=body,
                received_at=datetime.now(UTC).replace(tzinfo=None),
                state="ready",
            )
        )
    return len(fresh)


def app(environ: dict[str, Any], start_response: Any) -> Any:
    """For gunicorn: built at the first request, in the process that serves it."""
    global _app
    if _app is None:
        _app = create_app(os.environ["BENCH_DATABASE_URL"], os.environ["BENCH_SECRET"])
    return _app(environ, start_response)


_app: Flask | None = None
