"""A connector beside a replayed Moodle, hearing one of its three senders over the real hooks."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from connector.domain.facts import Attempt
from connector.domain.signals import Dialect
from connector.hooks.blueprint import create_blueprint
from connector.models import Delivery, Source, Subject
from connector.moodle.client import MoodleClient
from connector.replay import Recording
from connector.runtime.engine import Engine
from connector.services.cases.casefiles import CaseFiles
from connector.services.sources.moodles import Moodles
from connector.services.sources.sources import SourceDetails, SourceService
from tests.contract.fake_moodle import TOKEN, Site, client_of, site
from tests.contract.moodle_deliveries import (
    BASIC,
    BEARER,
    FORM_TOKEN,
    JSON_TOKEN,
    MOODLE,
    Recorded,
    sequence,
)
from tests.contract.recorded import ORDER, Step, recording, steps
from tests.integration.spine.spine_town import Spine, open_spine

BEGINNING = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
SECRETS = {
    Dialect.LOCAL_WEBHOOKS: (JSON_TOKEN, FORM_TOKEN),
    Dialect.TOOL_TRIGGER: (BEARER,),
    Dialect.XAPI: (BASIC,),
}
_PLUGINS = {
    "local_webhooks": Dialect.LOCAL_WEBHOOKS,
    "tool_trigger": Dialect.TOOL_TRIGGER,
    "logstore_xapi": Dialect.XAPI,
}
LEARNERS = {"ST-000001": "19", "ST-000002": "20"}

STAFF = (
    "personnel_no,last_name,first_name,email,role,school,associations,employed_from\n"
    "ST-000001,Первая,Анна,,teacher,S1,,2020-01-01\n"
    "ST-000002,Второй,Пётр,,teacher,S1,,2020-01-01\n"
)
SCHOOLS = "code,name,kind\nS1,Гимназия № 9,school\n"


def catalogue() -> dict[str, str]:
    """The diagnostic's first four questions are algebra, the other four geometry."""
    questions = "".join(f"lms,DIAG-MATH-IN,{n},{'ALG' if n < 5 else 'GEO'}\n" for n in range(1, 9))
    return {
        "competencies": "code,title,area\nALG,Алгебра,subject\nGEO,Геометрия,subject\n",
        "diagnostics": "source,quiz,title,policy\nlms,DIAG-MATH-IN,Входная диагностика,last\n",
        "questions": "source,quiz,slot,competency\n" + questions,
        "programmes": "source,course,title,register_no,register_from,hours,audience,competencies,"
        "final\nlms,FRDPP-2023-0417,Школа учителя,0417,2023-01-01,36,staff,ALG,"
        "quiz:FRDPP-2023-0417-FINAL>=60\n"
        "lms,FRDPP-2023-0588,Эссе,0588,2023-01-01,36,staff,GEO,\n",
        # Quizzes of the courses that no sheet of the catalogue maps are a route's steps.
        "routes": "personnel_no,number,based_on,starts_on,approved_by,approved_on\n"
        "ST-000001,1,DIAG-MATH-IN,2026-11-22,ST-000002,2026-11-22\n",
        "steps": "personnel_no,number,order,target,competencies,due_on,required\n"
        "ST-000001,1,1,quiz:FRDPP-2023-0417-FINAL>=60,,,да\n"
        "ST-000001,1,2,quiz:5>=60,,,нет\nST-000001,1,3,quiz:3>=60,,,нет\n",
    }


class OneMoodle(Moodles):
    """Hands out a client that does not wait its turn."""

    def __init__(self, client: MoodleClient) -> None:
        self._one = client

    def client(self, source: SourceDetails) -> MoodleClient | None:
        return self._one


@dataclass
class ForeignTown:
    spine: Spine
    engine: Engine
    recorded: Recording
    moodle: Site
    web: FlaskClient
    sender: Dialect

    def live_through(self, when: Step) -> None:
        """Moodle is as right after the step, and it is a little later than its end."""
        self.recorded.go_to(when.sequence, when.number)
        self.moodle.now = when.ended_at
        self._not_before(when.ended_at)

    def _not_before(self, at: datetime) -> None:
        self.spine.clock.move_to(max(self.spine.clock.now(), at))

    def send(self, request: Recorded) -> None:
        kept = {k: v for k, v in request.headers.items() if k not in ("Host", "Content-Length")}
        kept["Content-Type"] = request.content_type
        path = "/hooks/lms" + ("/statements" if self.sender is Dialect.XAPI else "")
        assert self.web.post(path, data=request.raw, headers=kept).status_code == 200

    def later(self, seconds: float) -> None:
        self.spine.clock.move_to(self.spine.clock.now() + timedelta(seconds=seconds))

    def settle(self, after: float = 4) -> None:
        self.later(after)
        self.engine.settle()

    def import_all(self) -> None:
        self.spine.import_sheets("korolev", {"schools": SCHOOLS, "staff": STAFF, **catalogue()})

    def states(self) -> dict[str, set[str]]:
        """Reasons of the learners' deliveries, by state."""
        found: dict[str, set[str]] = {}
        with self.spine.container.db.reading() as session:
            rows = session.execute(
                select(Delivery.state, Delivery.reason).where(
                    Delivery.user_id.in_(LEARNERS.values()) | Delivery.user_id.is_(None)
                )
            )
            for state, reason in rows:
                found.setdefault(state, set()).add(str(reason))
        return found

    def evidence(self) -> dict[str, object]:
        """What stands of the two learners, by short names; attempts by grade, else by second."""
        c = self.spine.container
        found: dict[str, object] = {}
        with c.db.reading() as session:
            today = self.spine.clock.now().date()
            setting = c.settings.get(session, "korolev", today)
            for case in CaseFiles(session, setting).staff(list(LEARNERS)).values():
                for one in case.folded.dossier.evidence:
                    value: object = int(one.happened_at.timestamp())
                    if one.kind == "attempt":
                        attempt = Attempt.from_body(one.body)
                        value = float(attempt.grade or 0) if attempt.is_final else "provisional"
                    found[one.key.replace(":lms:", ":")] = value
        return found

    def profiles(self) -> dict[str, object]:
        with self.spine.container.db.reading() as session:
            rows = session.execute(
                select(Subject.code, Subject.state).where(Subject.code.in_(LEARNERS))
            )
            return dict(rows.all())


@contextmanager
def foreign_town(folder: Path, sender: Dialect) -> Iterator[ForeignTown]:
    """Nothing has happened yet, and nobody is imported."""
    recorded = recording()
    spine = open_spine(folder, now=BEGINNING)
    with site(recorded) as moodle:
        container = replace(spine.container, moodles=OneMoodle(client_of(moodle.server.url)))
        with container.db.writing() as session:
            service = SourceService(session, container.box)
            service.add("lms", sender, ("korolev",), BEGINNING, moodle.server.url, TOKEN)
            source = session.get(Source, "lms")
            assert source is not None
            source.secrets = [container.box.seal(s).decode() for s in SECRETS[sender]]
        engine = Engine(container)
        app = Flask("hooks")
        app.register_blueprint(create_blueprint(engine.inbox, spine.clock))
        with app.test_client() as web:
            yield ForeignTown(spine, engine, recorded, moodle, web, sender)
    spine.close()


def history(sender: Dialect) -> list[tuple[Step, list[Recorded]]]:
    """Every step in the order recorded, with the requests that this sender made in it."""
    requests: dict[tuple[str, int], list[Recorded]] = {}
    for name in ORDER:
        lines = (MOODLE / "sequences" / f"{name}.jsonl").read_text("utf-8").splitlines()[1:]
        for line, request in zip(lines, sequence(name), strict=True):
            if _PLUGINS[request.plugin] is sender:
                requests.setdefault((name, int(json.loads(line)["step"])), []).append(request)
    return [(step, requests.get((step.sequence, step.number), [])) for step in steps()]
