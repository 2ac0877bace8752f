"""A town on one small server: `connector run` alone, over one folder with an SQLite file.

Everything else is as in the town of many processes: senders, Moodle, mail, clock, marked points,
and what must hold afterwards.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import cache, cached_property
from itertools import count
from pathlib import Path

from connector.clock import AdjustableClock
from connector.runtime.engine import Engine
from tests.contract.fake_moodle import site
from tests.contract.recorded import recording
from tests.faults import audit, founding
from tests.faults.cases import case
from tests.faults.decisions import decide
from tests.faults.enrolling import Enrolling
from tests.faults.founding import Founding, connect, container
from tests.faults.ground import Trial
from tests.faults.listening import subscribe
from tests.faults.outcome import Outcome
from tests.faults.points import Points
from tests.faults.process import FOLDER
from tests.faults.processes import Started
from tests.faults.senders import Senders
from tests.faults.stream import last_step
from tests.faults.town import Town
from tests.faults.town_case import lived_through
from tests.faults.town_clock import BEGINNING, TownClock
from tests.integration.distributed_town import found, import_sheets
from tests.integration.hook_receiver import receiver
from tests.services.ports import free_port
from tests.services.smtp import SmtpServer, smtp


class FileFounding(Founding):
    """The template of a town, as an SQLite file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        folder.mkdir(parents=True)

    @cached_property
    def _template(self) -> tuple[str, str]:
        file = self._folder / "template.sqlite3"
        clock = AdjustableClock(BEGINNING - timedelta(hours=1))
        made = container(self._folder, f"sqlite:///{file}", clock)
        secret = found(made, self._folder / "register", founding._register())
        founding._add_foreign(made)
        import_sheets(made, self._folder / "foreign", founding._foreign_catalogue())
        Engine(made).settle()
        decide(made, self._folder / "decisions")
        # The last to leave writes the log back, so that the file alone is the whole.
        made.close()
        return str(file), secret

    @contextmanager
    def database(self) -> Iterator[str]:
        file = self._folder / f"calm-{next(self._numbers)}.sqlite3"
        self.copy_to(file)
        yield f"sqlite:///{file}"

    def copy_to(self, file: Path) -> None:
        shutil.copy(self._template[0], file)


class Alone(Town):
    """`web` is the one process there is. data: its folder, which a case may put elsewhere."""

    @property
    def data(self) -> Path:
        return Path(self.environment["CONNECTOR_DATA_DIR"])

    @property
    def file(self) -> Path:
        return self.data / "connector.sqlite3"

    def start_web(self) -> None:
        self.web = self.start("run", str(self.senders.port))

    def start_everything(self) -> None:
        self.start_web()
        self.wait_for(self.web_answers)

    def mend(self) -> None:
        if self.web.code is not None:
            self.start_everything()

    def kill(self, victim: Started) -> None:
        self.crashes += 1
        victim.kill()

    def leave_alone(self) -> None:
        """Closes the harness's own connections: the last to leave would write the log back."""
        self.container.db.close()


Trouble = Callable[[Alone], None]


@cache
def _founding(folder: Path) -> FileFounding:
    """One for all trials on a ground, and gone with it."""
    return FileFounding(folder)


@contextmanager
def alone(trial: Trial) -> Iterator[Alone]:
    """A town in which nothing has happened yet and nobody works."""
    recorded, step = recording(), last_step()
    template = _founding(trial.ground.folder / "alone")
    with ExitStack() as stack:
        mail = stack.enter_context(smtp())
        enrolling = Enrolling(recorded)
        moodle = stack.enter_context(site(enrolling))
        receiver_ = stack.enter_context(receiver())
        recorded.go_to(step.sequence, step.number)
        moodle.now = step.ended_at
        data = trial.folder / "data"
        data.mkdir()
        template.copy_to(data / "connector.sqlite3")
        url = f"sqlite:///{data / 'connector.sqlite3'}"
        clock = TownClock.begin(trial.folder / "clock")
        made = container(trial.folder / "harness", url, clock)
        connect(made, moodle.server.url)
        subscribe(made, receiver_.url)
        audit.install(made)
        running = Alone(
            trial,
            clock,
            Points(trial.folder / "points"),
            made,
            _environment(trial.folder, data, mail),
            None,  # type: ignore[arg-type]
            None,  # type: ignore[arg-type]
            mail,
            moodle,
            enrolling,
            receiver_,
            None,
            Senders(free_port(), clock),
            template,
        )
        try:
            yield running
        finally:
            running.close()


def _environment(folder: Path, data: Path, mail: SmtpServer) -> dict[str, str]:
    usual = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **usual,
        FOLDER: str(folder),
        "CONNECTOR_DATA_DIR": str(data),
        "CONNECTOR_SECRET_KEY": founding.SECRET_KEY,
        "CONNECTOR_SMTP_URL": f"smtp://{mail.host}:{mail.port}",
        "CONNECTOR_MAIL_FROM": "connector@town.example",
        "CONNECTOR_ALLOW_PRIVATE": "true",
    }


def alone_case(
    name: str, *, short: bool = False, pace_s: float = 0.02
) -> Callable[[Trouble], Trouble]:
    """As tests/faults/town_case.town_case, with the one process."""

    def add(trouble: Trouble) -> Trouble:
        def run(trial: Trial) -> Outcome:
            with alone(trial) as made:
                return lived_through(made, trouble, pace_s)  # type: ignore[arg-type]

        case(f"embedded: {name}", short=short)(run)
        return trouble

    return add
