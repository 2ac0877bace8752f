"""One connector that hears all four senders; the Moodle behind it knows no forged number."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from connector.domain.signals import Dialect
from connector.models import Delivery, Source
from connector.replay import Params, Recording, Replied
from connector.runtime.engine import Engine
from connector.services.folding.rebuilding import Rebuild
from connector.services.folding.recounting import Recount
from connector.services.sources.sources import SourceService
from connector.web.app import create_app
from tests.contract.fake_moodle import TOKEN, client_of, site
from tests.contract.moodle_deliveries import BASIC, BASIC_HEADER, BEARER, FORM_TOKEN, JSON_TOKEN
from tests.contract.native_events import signed_bytes
from tests.contract.recorded import recording
from tests.integration.spine.foreign_town import OneMoodle
from tests.integration.spine.spine_town import MUNICIPALITIES, NOW, SOURCE, Spine, open_spine

CODES = {
    Dialect.NATIVE: SOURCE,
    Dialect.LOCAL_WEBHOOKS: "webhooks",
    Dialect.TOOL_TRIGGER: "trigger",
    Dialect.XAPI: "lrs",
}
_SECRETS = {
    Dialect.LOCAL_WEBHOOKS: (JSON_TOKEN, FORM_TOKEN),
    Dialect.TOOL_TRIGGER: (BEARER,),
    Dialect.XAPI: (BASIC,),
}
_NOBODY_IS_FOUND: dict[str, Any] = {
    "core_user_get_users_by_field": [],
    "core_enrol_get_users_courses": [],
    "mod_quiz_get_quizzes_by_courses": {"quizzes": [], "warnings": []},
}
_NO_RECORD = {
    "exception": "dml_missing_record_exception",
    "errorcode": "invalidrecord",
    "message": "Can't find data record in database table quiz_attempts.",
}
ENDS = frozenset({"done", "parked", "set_aside"})
"""Where a delivery may rest; anything else is still being worked at."""


def _like_moodle(recorded: Recording) -> Any:
    """A recording, and for numbers that were never asked for what Moodle says of such."""

    def answer(function: str, params: Params) -> Replied:
        told = recorded(function, params)
        body = told.body if isinstance(told.body, dict) else {}
        if body.get("errorcode") != "invalidrecord" or "external_functions" not in str(body):
            return told
        return Replied(200, _NOBODY_IS_FOUND.get(function, _NO_RECORD))

    return answer


@dataclass
class HostileTown:
    """Whoever stores something here must see it end somewhere."""

    spine: Spine
    engine: Engine
    app: Flask
    secret: str

    def path(self, sender: Dialect) -> str:
        return f"/hooks/{CODES[sender]}" + ("/statements" if sender is Dialect.XAPI else "")

    def headers(self, sender: Dialect, body: bytes) -> dict[str, str]:
        """What lets `body` in: signature or token, and a content type."""
        json = {"Content-Type": "application/json"}
        match sender:
            case Dialect.NATIVE:
                return json | signed_bytes(body, self.secret, self.spine.clock.now())
            case Dialect.TOOL_TRIGGER:
                return json | {"Authorization": f"Bearer {BEARER}"}
            case Dialect.XAPI:
                return json | {"Authorization": BASIC_HEADER}
            case _:
                return json

    def send(self, sender: Dialect, body: bytes) -> Any:
        return self.app.test_client().post(
            self.path(sender), data=body, headers=self.headers(sender, body)
        )

    def stored(self) -> Counter[str]:
        """How many deliveries each source has."""
        with self.spine.container.db.reading() as session:
            rows = session.execute(select(Delivery.source, func.count()).group_by(Delivery.source))
            return Counter(dict(rows.all()))

    def latest(self) -> int:
        with self.spine.container.db.reading() as session:
            return session.scalar(select(func.max(Delivery.id))) or 0

    def ends(self, after: int) -> list[tuple[str, str | None]]:
        """State and reason of what was stored after delivery `after`, in the order of arrival."""
        with self.spine.container.db.reading() as session:
            rows = session.execute(
                select(Delivery.state, Delivery.reason)
                .where(Delivery.id > after)
                .order_by(Delivery.id)
            )
            return [(state, reason) for state, reason in rows]

    def work_off(self, looks: int = 12) -> None:
        """Until nothing is due any more, however long the pauses between looks."""
        for _ in range(looks):
            self.spine.clock.move_to(self.spine.clock.now() + timedelta(hours=2))
            self.engine.settle(200)
            with self.spine.container.db.reading() as session:
                states = set(session.scalars(select(Delivery.state).distinct()))
            if states <= ENDS:
                return

    def assert_proven(self, municipalities: Sequence[str] = MUNICIPALITIES) -> None:
        """What is kept equals what the deliveries say."""
        c = self.spine.container
        with c.db.snapshot() as session:
            for one in municipalities:
                today = self.spine.clock.now().astimezone(c.rulebook.rules(one).zone).date()
                setting = c.settings.get(session, one, today)
                assert Recount(session, c.rulebook, setting).differences(today) == []
                assert Rebuild(session, c.rulebook, one).differences() == []


@contextmanager
def hostile_town(folder: Path) -> Iterator[HostileTown]:
    """Both municipalities are imported; Moodle is as at the end of the recording."""
    recorded = recording()
    recorded.go_to_end()
    spine = open_spine(folder)
    spine.import_everything()
    with site(_like_moodle(recorded)) as moodle:
        moodle.now = NOW
        container = replace(spine.container, moodles=OneMoodle(client_of(moodle.server.url)))
        with container.db.writing() as session:
            service = SourceService(session, container.box)
            for sender, secrets in _SECRETS.items():
                code = CODES[sender]
                service.add(code, sender, MUNICIPALITIES, NOW, moodle.server.url, TOKEN)
                source = session.get_one(Source, code)
                source.secrets = [container.box.seal(secret).decode() for secret in secrets]
            secret = service.get(SOURCE).secrets[0]
        engine = Engine(container)
        spine.container, spine.engine = container, engine
        try:
            app = create_app(container, engine.nudge, inbox=engine.inbox)
            yield HostileTown(spine, engine, app, secret)
        finally:
            spine.close()
