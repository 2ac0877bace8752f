"""The machine room: the inbox and every loop over one container, for both ways to run."""

from collections.abc import Callable, Sequence

from connector.bootstrap import Container
from connector.channels.webhook import WebhookPost
from connector.config import Config
from connector.domain.preferences import EMAIL
from connector.runtime.act import Actor
from connector.runtime.call import CALL_S, Caller
from connector.runtime.claims import release_everything
from connector.runtime.counting import COUNT_S, Counting, measured
from connector.runtime.courtesy import courteous
from connector.runtime.fold import Folder
from connector.runtime.keep_rules import RULES_S, RuleKeeper
from connector.runtime.link import LINK_S, max_linker
from connector.runtime.loops import Loop, Loops
from connector.runtime.propose import Proposer
from connector.runtime.publish import PUBLISH_S, EventPublisher, Publish
from connector.runtime.receive import Inbox
from connector.runtime.reconcile import Habit, Reconciler
from connector.runtime.reconcile_owners import Ground
from connector.runtime.resolve import Resolver
from connector.runtime.retain import Retainer
from connector.runtime.send import Sender
from connector.runtime.tick import Ticker
from connector.runtime.watch import WATCH_S, Watcher
from connector.services.cases.subjects import mark_all_dirty
from connector.services.notices.pace import Pace
from connector.services.notices.post_offices import PostOffices
from connector.services.notices.readers import Readers
from connector.services.upkeep.retention import Keep

TICK_S = 20.0
SWEEP_S = 5.0
RETAIN_S = 60.0
RECONCILE_S = 30.0
PROPOSE_S = 5.0
ACT_S = 10.0
LOOK_S = 1.5
"""Events of foreign senders become due seconds after they came; no nudge says so."""


def caller(container: Container) -> Caller:
    c = container
    return Caller(c.db, c.box, WebhookPost(c.config.allow_private), c.clock, c.tallies)


def reconciler(container: Container) -> Reconciler:
    c = container
    ground = Ground(c.db, c.rulebook, c.settings, c.clock)
    return Reconciler(ground, c.box, c.moodles, Habit.of(c.config))


def watcher(container: Container) -> Watcher:
    c = container
    compares = c.config.reconcile_night is not None
    has_broker = c.config.is_distributed
    return Watcher(c.db, c.rulebook, c.settings, c.clock, c.tallies, compares, has_broker)


def paces(config: Config) -> dict[str, Pace]:
    """Of mail servers only: a mailbox that the pages show is spared nothing."""
    limit = config.letters_per_minute
    return {EMAIL: Pace(limit)} if limit and config.smtp_url else {}


class Engine:
    """Builds each part once. arrived: called when something was stored that should be worked on.
    publish: hands domain events to a broker, if there is one."""

    def __init__(
        self,
        container: Container,
        arrived: Callable[[], None] | None = None,
        publish: Publish | None = None,
    ) -> None:
        self.container = container
        c = container
        self.inbox = Inbox(c.db, c.box, c.clock, arrived or self.nudge)
        self.folder = Folder(c.db, c.rulebook, c.settings, c.clock)
        self.resolver = Resolver(c.db, c.box, c.moodles, c.clock)
        self.reconciler = reconciler(c)
        self.proposer = Proposer(c.db, c.rulebook, c.settings, c.clock)
        self.ticker = Ticker(c.db, c.rulebook, c.settings, c.clock)
        self.sender = Sender(
            c.db,
            PostOffices(c.rulebook, c.settings),
            c.channels[EMAIL],
            c.clock,
            c.config.public_url,
            c.config.mail_from.rpartition("@")[2] or "localhost",
            tallies=c.tallies,
            links=c.links,
            others=c.channels,
            paces=paces(c.config),
            readers=Readers(c.rulebook),
        )
        self.publisher = EventPublisher(c.db, c.clock, publish, c.tallies)
        self.actor = Actor(c.db, c.rulebook, c.box, c.moodles, c.clock, c.tallies)
        self.caller = caller(c)
        self.counting = Counting(c.db, c.tallies)
        self.keeper = RuleKeeper(c)
        self.watcher = watcher(c)
        self.retainer = Retainer(c.db, Keep.of(c.config), c.clock)
        self._loops: Loops | None = None

    def start(self) -> None:
        """Starts every loop as a thread of this process (the embedded way to run)."""
        if self.container.db.is_sqlite:
            # Nobody else works on this file: what a killed process was at need not wait.
            with self.container.db.writing() as session:
                release_everything(session)
        self.keeper.begin(self.keeper.keep)
        self._loops = Loops(
            Loop("rules", self.keeper.keep, RULES_S),
            Loop("resolve", self._resolve, LOOK_S),
            Loop("fold", courteous(self.fold, self.inbox.crowd), SWEEP_S),
            Loop("send", self.send, SWEEP_S),
            Loop("publish", self.publisher.run_once, PUBLISH_S),
            # Each action asks a Moodle that may take half a minute to answer.
            Loop("act", self.act, ACT_S, patience_s=900),
            Loop("call", self.caller.run_once, CALL_S),
            # Waits for news at MAX, half a minute at a time.
            Loop("link", max_linker(self.container).run_once, LINK_S, patience_s=600),
            Loop("tick", self._tick, TICK_S),
            Loop("watch", self.watcher.run_once, WATCH_S),
            Loop("retain", self.retainer.run_once, RETAIN_S),
            # A large site is searched through in one look, before anything of it can be kept.
            Loop("reconcile", self.reconciler.run_once, RECONCILE_S, patience_s=7200),
            Loop("propose", self.proposer.run_once, PROPOSE_S),
            Loop("count", self.counting.flush, COUNT_S),
        )
        self._loops.start()

    def resolve(self) -> int:
        """One batch of pointers, counted and timed."""
        return measured(self.container.tallies, "resolve", self.resolver.run_once)

    def fold(self) -> int:
        """One batch of deliveries and one of subjects, counted and timed."""
        return measured(self.container.tallies, "fold", self.folder.run_once)

    def send(self) -> int:
        """One turn of sending, counted and timed."""
        return measured(self.container.tallies, "send", self.sender.run_once)

    def act(self) -> int:
        """One turn of acting in the Moodles, counted and timed."""
        return measured(self.container.tallies, "act", self.actor.run_once)

    def _resolve(self) -> int:
        count = self.resolve()
        if count:
            # What Moodle answered need not wait for the next sweep to show in the figures.
            self.nudge()
        return count

    def _tick(self) -> int:
        self.inbox.flush()
        now = self.container.clock.now()
        self.container.tallies.put("tick_timestamp_seconds", value=now.timestamp())
        return self.ticker.run_once()

    def nudge(self) -> None:
        if self._loops is not None:
            self._loops.nudge()

    def stop(self) -> None:
        if self._loops is not None:
            self._loops.stop()
            self._loops = None
        self.inbox.flush()
        self.counting.flush()

    def silent_loops(self) -> list[str]:
        return self._loops.silent() if self._loops is not None else []

    def recount(self, municipalities: Sequence[str], progress: Callable[[str], None]) -> None:
        """Has everybody judged anew and waits for it, batch by batch."""
        self.keeper.keep()
        self.ticker.run_once()
        for municipality in municipalities:
            with self.container.db.writing() as session:
                mark_all_dirty(session, municipality)
        done = 0
        while count := self.folder.run_once():
            done += count
            progress(f"пересчитано: {done}")
        self.ticker.run_once()

    def settle(self, most_rounds: int = 10_000) -> None:
        """Works in the calling thread until nothing is due any more; for commands and tests."""
        for _ in range(most_rounds):
            marked = self.ticker.run_once()
            if not self._work_off(most_rounds) and not marked:
                return

    def _work_off(self, most_rounds: int) -> int:
        """Resolves and folds until neither finds anything; how much that was."""
        whole = 0
        for _ in range(most_rounds):
            done = self.resolver.run_once() + self.folder.run_once()
            if not done:
                break
            whole += done
        return whole
