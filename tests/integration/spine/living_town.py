"""A connector beside a living Moodle, and what a careful person would write down of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from connector.domain.facts import Attempt
from connector.domain.signals import Dialect
from connector.models import Delivery, SourceCount
from connector.moodle.answers import Reading
from connector.moodle.client import MoodleClient
from connector.moodle.errors import MoodleSays
from connector.moodle.questions import Question
from connector.moodle.replies import check_error, check_status, parse
from connector.runtime.engine import Engine
from connector.runtime.reconcile import Habit, Reconciler
from connector.runtime.reconcile_owners import Ground
from connector.runtime.reconcile_pass import Progress
from connector.services.cases.casefiles import CaseFiles
from connector.services.sources.moodles import Moodles
from connector.services.sources.reconciliations import Kind, ReconciliationService
from connector.services.sources.sources import SourceDetails, SourceService
from tests.contract.living_moodle import Activity, Course, LivingMoodle, Quiz
from tests.contract.living_rest import LivingRest
from tests.integration.spine.spine_town import Spine, open_spine

SOURCE = "lms"
PEOPLE = ("ST-1", "ST-2", "ST-3")
NIGHT = Habit(night=(1, 5), every=timedelta(hours=1))

SHEETS = {
    "schools": "code,name,kind\nS1,Гимназия № 9,school\n",
    "staff": "personnel_no,last_name,first_name,email,role,school,employed_from\n"
    "ST-1,Первая,Анна,,teacher,S1,2020-01-01\nST-2,Второй,Пётр,,teacher,S1,2020-01-01\n"
    "ST-3,Третья,Инна,,teacher,S1,2020-01-01\n",
    "competencies": "code,title,area\nALG,Алгебра,subject\nGEO,Геометрия,subject\n",
    "diagnostics": f"source,quiz,title,policy\n{SOURCE},DIAG,Диагностика,last\n",
    "questions": f"source,quiz,slot,competency\n{SOURCE},DIAG,1,ALG\n{SOURCE},DIAG,2,GEO\n",
    "programmes": "source,course,title,register_no,register_from,hours,audience,competencies,"
    f"final\n{SOURCE},KPK,Курс,0417,2023-01-01,36,staff,ALG,quiz:FINAL>=60\n",
    "routes": "personnel_no,number,based_on,starts_on,approved_by,approved_on\n"
    "ST-1,1,DIAG,2026-11-01,ST-2,2026-11-01\n",
    "steps": "personnel_no,number,order,target,competencies,due_on,required\n"
    "ST-1,1,1,activity:31,,,да\nST-1,1,2,quiz:4>=60,,,нет\n",
}
"""The essay is wanted by its number, the others by idnumber."""


def moodle_of_the_town() -> LivingMoodle:
    """Two courses that matter and one that does not; nobody is in them yet."""
    moodle = LivingMoodle()
    for course in (
        Course("2", "DIAG-C", "Диагностика"),
        Course("3", "KPK", "Курс", ("31", "32")),
        Course("5", "CHESS", "Шахматы", ("51",)),
    ):
        moodle.courses[course.id] = course
    for quiz in (
        Quiz("1", "21", "2", "Входная", "DIAG", (5.0, 5.0)),
        Quiz("2", "32", "3", "Итоговая", "FINAL", (10.0,)),
        Quiz("4", "22", "2", "Эссе", "", (2.0, 8.0), essay=True),
        Quiz("9", "51", "5", "Мат в два хода", "MATE", (1.0,)),
    ):
        moodle.quizzes[quiz.id] = quiz
        moodle.activities[quiz.cmid] = Activity(quiz.cmid, quiz.course, quiz.idnumber, quiz.id)
    moodle.activities["31"] = Activity("31", "3")
    return moodle


class DirectClient:
    """Asks without a network; what comes is judged by the same code as over HTTP."""

    def __init__(self, rest: LivingRest) -> None:
        self.rest = rest

    def call(self, question: Question) -> Reading:
        params = dict(question.params)
        reply = self.rest(question.function.value, params)
        moment = datetime.fromtimestamp(self.rest.moodle.now, UTC)
        text = json.dumps(reply.body) if reply.text is None else reply.text
        check_status(reply.status, reply.headers, text.encode(), moment)
        parsed = parse(text.encode())
        try:
            check_error(parsed)
        except MoodleSays as says:
            error = {"errorcode": says.reason, "table": says.table}
            return Reading(question.function.value, params, "error", error, moment)
        return Reading(question.function.value, params, "answer", parsed, moment)

    act = call


class TheMoodle(Moodles):
    def __init__(self, client: DirectClient) -> None:
        self._one = client

    def client(self, source: SourceDetails) -> MoodleClient | None:
        return self._one  # type: ignore[return-value]


@dataclass
class LivingTown:
    spine: Spine
    engine: Engine
    moodle: LivingMoodle
    rest: LivingRest
    reconciler: Reconciler
    users: dict[str, str]
    """Moodle's numbers by personnel number."""

    @property
    def source(self) -> SourceDetails:
        c = self.spine.container
        with c.db.reading() as session:
            return SourceService(session, c.box).get(SOURCE)

    def later(self, seconds: int = 60) -> None:
        """Both clocks go on."""
        self.moodle.later(seconds)
        self.spine.clock.move_to(datetime.fromtimestamp(self.moodle.now, UTC))

    def reconcile(self, since: datetime | None = None) -> dict[str, int]:
        """A whole pass, and everything that follows; what was found, by kind."""
        self.later()
        told: list[Progress] = []
        row = self.reconciler.run(self.source, since, told.append, self.engine.fold)
        self.engine.settle()
        assert told
        return dict((row.last or {})["found"])

    def evidence(self) -> dict[str, object]:
        """What stands of everybody, by short names."""
        c = self.spine.container
        found: dict[str, object] = {}
        with c.db.reading() as session:
            setting = c.settings.get(session, "korolev", self.spine.clock.now().date())
            for case in CaseFiles(session, setting).staff(list(PEOPLE)).values():
                for one in case.folded.dossier.evidence:
                    value: object = int(one.happened_at.timestamp())
                    if one.kind == "attempt":
                        value = told_attempt(Attempt.from_body(one.body))
                    key = one.key.removesuffix("Z") if one.kind == "completion" else one.key
                    found[key.replace(f":{SOURCE}:", ":")] = value
        return found

    def missed(self) -> dict[str, int]:
        with self.spine.container.db.reading() as session:
            rows = session.execute(
                select(SourceCount.reason, SourceCount.count).where(SourceCount.what == "missed")
            )
            return {reason: count for reason, count in rows}  # noqa: C416  (rows are no tuples)

    def own_deliveries(self) -> list[tuple[str, str, str | None]]:
        with self.spine.container.db.reading() as session:
            rows = session.execute(
                select(Delivery.type, Delivery.state, Delivery.reason)
                .where(Delivery.origin == "reconcile")
                .order_by(Delivery.id)
            )
            return [(type_, state, reason) for type_, state, reason in rows]

    def pass_of(self, kind: Kind = Kind.FULL) -> object:
        with self.spine.container.db.reading() as session:
            row = ReconciliationService(session).row(SOURCE, kind)
            assert row is not None
            return row


def told_attempt(attempt: Attempt) -> object:
    """Its percent and its marks; whatever is not final counts nowhere."""
    if not attempt.is_final:
        return "provisional"
    assert attempt.grade is not None
    return round(float(attempt.grade), 3), tuple(float(m.mark or 0) for m in attempt.marks)


def truth(moodle: LivingMoodle, users: dict[str, str]) -> dict[str, object]:
    """What stands in Moodle of these people's mapped quizzes, courses and activities."""
    found: dict[str, object] = {}
    ids = {id_ for id_ in users.values() if not moodle.users[id_].deleted}
    for attempt in moodle.attempts.values():
        quiz = moodle.quizzes[attempt.quiz]
        if attempt.user in ids and quiz.course != "5" and attempt.state == "finished":
            value: object = "provisional"
            if attempt.sumgrades is not None:
                percent = round(attempt.sumgrades / quiz.sumgrades * 100, 3)
                value = percent, tuple(round(mark or 0, 2) for mark in attempt.marks)
            found[f"attempt:{attempt.id}"] = value
    for (course, user), one in moodle.completions.items():
        if one.completed and course == "3" and user in ids:
            second = max((one.criteria or {}).values())
            moment = datetime.fromtimestamp(second, UTC)
            found[f"completion:3:{user}:{moment:%Y-%m-%dT%H:%M:%S}"] = second
    for (cmid, user), (state, at) in moodle.states.items():
        is_wanted = moodle.activities[cmid].course != "5"
        if is_wanted and user in ids and state in (1, 2):
            year = datetime.fromtimestamp(at, UTC).year
            found[f"activity:{cmid}:{user}:{year}"] = at
    return found


@contextmanager
def living_town(
    folder: Path, dialect: Dialect = Dialect.LOCAL_WEBHOOKS, url: str | None = None
) -> Iterator[LivingTown]:
    """The people are in Moodle and in both courses; nothing else has happened, nobody was told."""
    moodle = moodle_of_the_town()
    spine = open_spine(folder, url, now=datetime.fromtimestamp(moodle.now, UTC))
    rest = LivingRest(moodle)
    client = DirectClient(rest)
    container = replace(spine.container, moodles=TheMoodle(client))
    with container.db.writing() as session:
        SourceService(session, container.box).add(
            SOURCE, dialect, ("korolev",), spine.clock.now(), "http://lms.example", "token"
        )
    spine.import_sheets("korolev", SHEETS)
    users: dict[str, str] = {}
    for number in PEOPLE:
        moodle.create_user(number, f"{number}@school.example")
        users[number] = list(moodle.users)[-1]
        for course in ("2", "3", "5"):
            moodle.enrol(users[number], course)
    ground = Ground(container.db, container.rulebook, container.settings, container.clock)
    reconciler = Reconciler(
        ground, container.box, container.moodles, NIGHT, sleep=lambda seconds: None
    )
    engine = Engine(container)
    engine.settle()
    try:
        yield LivingTown(spine, engine, moodle, rest, reconciler, users)
    finally:
        spine.close()
