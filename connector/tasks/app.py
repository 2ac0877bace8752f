"""The Celery application: one thin task, whose messages are hints that there is work.

Nothing is scheduled here: no ETA, no countdown, no beat. When something is due stands in the
database, where it survives whatever happens to the broker.
"""

import os
from collections.abc import Callable
from functools import partial

from celery import Celery

from connector import __version__, tracing
from connector.bootstrap import build
from connector.config import Config
from connector.errors import BadSettings
from connector.runtime.counting import COUNT_S
from connector.runtime.engine import Engine
from connector.runtime.keep_rules import RULES_S
from connector.runtime.loops import Loop
from connector.tasks.drain import drain
from connector.tasks.publish import TASK, send_hint
from connector.tasks.settings import settings

MOST_RETRIES = 3
"""How often a hint is sent anew whose process was killed; afterwards the sweep sends new ones."""


def make_celery(config: Config) -> Celery:
    """The application, for workers and for publishers. Opens no connection. Raises BadSettings."""
    if not config.broker_url:
        raise BadSettings(
            "Не задан CONNECTOR_BROKER_URL: для работы по частям нужен RabbitMQ. "
            "В одном процессе, без него: connector run"
        )
    app = Celery("connector", broker=config.broker_url, set_as_current=False)
    app.conf.update(settings(config))
    workshop = Workshop(config)

    def work_off(kind: str) -> None:
        drain(kind, workshop.engine(), partial(send_hint, app, config.queue_prefix))

    # No delay: a countdown cannot wait in a quorum queue, it would wait in a worker's memory.
    # Not shared: a second application in the process would run this one's function.
    app.task(name=TASK, shared=False, max_retries=MOST_RETRIES, default_retry_delay=0)(work_off)
    return app


def hint_publisher(config: Config) -> Callable[[str], None]:
    """What a web process or a tick sends hints with. Opens no connection. Raises BadSettings.

    The publisher raises BrokerUnavailable, after some seconds at most.
    """
    return partial(send_hint, make_celery(config), config.queue_prefix)


class Workshop:
    """The engine of this process, built at the first task.

    Not before the fork: two processes on one database connection read each other's answers. Nor
    while the process starts: Celery kills a process that is not up within four seconds.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._pid = 0
        self._engine: Engine | None = None

    def engine(self) -> Engine:
        if self._engine is None or self._pid != os.getpid():
            # Here as well: its thread would not survive the fork.
            tracing.set_up(self._config.otlp_endpoint, __version__)
            self._engine = Engine(build(self._config))
            self._pid = os.getpid()
            keeper = self._engine.keeper
            keeper.begin(keeper.follow)
            Loop("rules", keeper.follow, RULES_S).start()
            # A thread of the child's own, so that what was counted last is told while it idles.
            Loop("count", self._engine.counting.flush, COUNT_S).start()
        return self._engine
