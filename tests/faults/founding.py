"""A town as it is before anything happens: tables, register, sources; and what a calm run makes.

Both are made once for each PostgreSQL and copied for each trial.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property, partial
from pathlib import Path
from uuid import uuid4

from sqlalchemy import make_url, select

from connector.bootstrap import Container, build
from connector.clock import AdjustableClock, Clock
from connector.dialects import SENDERS
from connector.domain.events import EventType
from connector.domain.signals import Arrival
from connector.domain.stall_notices import ROUTE_STALLED
from connector.domain.wishes import MoodleWishes
from connector.models import Action, Draft, Event, Notice, Source
from connector.runtime.engine import Engine
from connector.services.sources import moodles
from connector.services.sources.sources import SourceService
from tests.contract.fake_moodle import TOKEN, site
from tests.contract.recorded import recording
from tests.faults.decisions import decide
from tests.faults.stream import DIALECTS, FOREIGN, last_step, parcels
from tests.faults.town_clock import BEGINNING
from tests.integration.distributed_town import MUNICIPALITY, found, import_sheets, sheets
from tests.integration.spine.acting_town import wish
from tests.integration.spine.foreign_town import LEARNERS, SECRETS, catalogue
from tests.integration.spine.spine_town import config_for
from tests.integration.spine.state_of import state_of
from tests.services.postgres import Postgres

SECRET_KEY = "a key of the tests"


@contextmanager
def asked_freely() -> Iterator[None]:
    """The fake Moodle is asked as fast as it answers; what a budget does is tried elsewhere."""
    usual = moodles.Budget
    moodles.Budget = partial(usual, rate=1000.0, burst=1000)  # type: ignore[misc, assignment]
    try:
        yield
    finally:
        moodles.Budget = usual  # type: ignore[misc]


def container(folder: Path, url: str, clock: Clock) -> Container:
    return eager(build(replace(config_for(folder, url), secret_key=SECRET_KEY), clock))


def eager(made: Container) -> Container:
    """The same, where the municipality wants its people enrolled."""
    wish(made.rulebook, MoodleWishes(enrol=True))
    return made


@dataclass(frozen=True)
class Calm:
    """What comes of the stream where nothing happens meanwhile. owed: keys of notices; actions: of
    what is to be done in the Moodle. stalls, drafts: as the functions of these names tell them."""

    tables: dict[str, list[str]]
    owed: frozenset[str]
    actions: frozenset[str]
    stalls: frozenset[str]
    drafts: frozenset[tuple[str, str]]


class Founding:
    """One PostgreSQL's template of a town."""

    def __init__(self, postgres: Postgres, folder: Path) -> None:
        self._postgres = postgres
        self._folder = folder
        folder.mkdir(parents=True)

    @cached_property
    def _template(self) -> tuple[str, str]:
        """The template's name, and the secret of the native source."""
        name = f"template_{uuid4().hex[:12]}"
        self._postgres.make(name)
        clock = AdjustableClock(BEGINNING - timedelta(hours=1))
        made = container(self._folder, _named(self._postgres, name), clock)
        secret = found(made, self._folder / "register", _register())
        _add_foreign(made)
        import_sheets(made, self._folder / "foreign", _foreign_catalogue())
        Engine(made).settle()
        decide(made, self._folder / "decisions")
        made.close()
        return name, secret

    @property
    def secret(self) -> str:
        return self._template[1]

    @contextmanager
    def database(self) -> Iterator[str]:
        """A town's database of its own, as an SQLAlchemy address."""
        template, _ = self._template
        with self._postgres.database(template) as url:
            yield url

    @cached_property
    def calm(self) -> Calm:
        recorded = recording()
        with self.database() as url, site(recorded) as moodle, asked_freely():
            step = last_step()
            recorded.go_to(step.sequence, step.number)
            moodle.now = step.ended_at
            clock = AdjustableClock(BEGINNING)
            made = container(self._folder, url, clock)
            connect(made, moodle.server.url)
            engine = Engine(made)
            arrivals: dict[str, list[Arrival]] = {}
            for parcel in parcels(self.secret, seed=0):
                code = parcel.path.split("/")[2]
                cut = SENDERS[DIALECTS[code]].cut(parcel.body)
                arrivals.setdefault(code, []).extend(cut.arrivals)
            for code, found_ in arrivals.items():
                source = engine.inbox.source(code)
                assert source is not None
                engine.inbox.receive(source, found_)
            for _ in range(3):
                clock.move_to(clock.now() + timedelta(seconds=60))
                engine.settle()
            while engine.proposer.run_once():
                engine.settle()
            calm = Calm(what_stands(made), owed(made), actions(made), stalls(made), drafts(made))
            made.close()
            return calm


def what_stands(made: Container) -> dict[str, list[str]]:
    """What must be the same after any trouble; row by row, as text."""
    everything = state_of(made)
    return {name: everything[name] for name in ("profiles", "memberships", "shares")} | {
        # Of what foreign senders pointed at, it is chance which of several deliveries looked first.
        "evidence": sorted(row.rpartition(", ")[0] for row in everything["evidence"])
    }


def owed(made: Container) -> frozenset[str]:
    with made.db.reading() as session:
        states = ("waiting", "sending", "sent", "held", "failed")
        return frozenset(session.scalars(select(Notice.key).where(Notice.state.in_(states))))


def actions(made: Container) -> frozenset[str]:
    with made.db.reading() as session:
        return frozenset(session.scalars(select(Action.key).where(Action.state != "withdrawn")))


def stalls(made: Container) -> frozenset[str]:
    """Alerts and events of episodes, by their keys, which name the episode's first day."""
    alerts = select(Notice.key).where(Notice.kind == ROUTE_STALLED)
    events = select(Event.key).where(Event.type == EventType.ROUTE_STALLED)
    with made.db.reading() as session:
        return frozenset(session.scalars(alerts)) | frozenset(session.scalars(events))


def drafts(made: Container) -> frozenset[tuple[str, str]]:
    """Whoever has a draft that waits for a decision, and the result that led to it."""
    proposed = select(Draft.person, Draft.result).where(Draft.state == "proposed")
    with made.db.reading() as session:
        return frozenset((person, result) for person, result in session.execute(proposed))


def connect(made: Container, moodle_url: str) -> None:
    """Tells the foreign sources where their Moodle is."""
    with made.db.writing() as session:
        for code in FOREIGN:
            SourceService(session, made.box).connect(code, moodle_url, TOKEN)


def _register() -> dict[str, str]:
    """The town's, with the learners of the recordings among its staff."""
    made = sheets()
    made["staff"] += "".join(
        f"{number},Слушатель,Анна,{number.lower()}@school.example,teacher,S0,,1985-05-05,2020-01-01\n"
        for number in LEARNERS
    )
    return made


def _foreign_catalogue() -> dict[str, str]:
    """The recorded one, once for each source: "lms" stands for all of them."""
    made = {}
    for name, text in catalogue().items():
        head, *lines = text.splitlines()
        told = [line for line in lines if not line.startswith("lms,")]
        for source in FOREIGN:
            told += [f"{source}{line[3:]}" for line in lines if line.startswith("lms,")]
        made[name] = "\n".join([head, *told]) + "\n"
    return made


def _add_foreign(made: Container) -> None:
    with made.db.writing() as session:
        for code, dialect in FOREIGN.items():
            SourceService(session, made.box).add(code, dialect, (MUNICIPALITY,), made.clock.now())
            row = session.get(Source, code)
            assert row is not None
            row.secrets = [made.box.seal(one).decode() for one in SECRETS[dialect]]


def _named(postgres: Postgres, name: str) -> str:
    return make_url(postgres.url).set(database=name).render_as_string(hide_password=False)
