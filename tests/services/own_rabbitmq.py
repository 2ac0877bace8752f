"""A RabbitMQ of a test's own, which it may kill, freeze and restart."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from tests.services.missing import ServiceMissing
from tests.services.ports import free_port, wait_until
from tests.services.process_tree import freeze_tree, kill_tree, thaw_tree
from tests.services.rabbitmq import accepts

START_SECONDS = 90
# The scripts behind Debian's wrappers: those insist on the system's user, folders and node.
PROGRAMS = Path("/usr/lib/rabbitmq/bin")


class OwnRabbit:
    """A node in a folder. It keeps its port and its queues over `stop` or `kill` and `start`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self._environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(folder),  # the Erlang cookie
            "LC_ALL": "C.UTF-8",
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"connector-test-{uuid4().hex[:12]}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_LOGS": str(folder / "server.log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        }
        # A small disk would block every publisher; what the tests keep is small too.
        (folder / "rabbitmq.conf").write_text("disk_free_limit.absolute = 1MB\n", encoding="ascii")
        (folder / "enabled_plugins").write_text("[].\n", encoding="ascii")

    def start(self) -> None:
        """Returns when it takes connections. Raises ServiceMissing."""
        program = PROGRAMS / "rabbitmq-server"
        if not program.exists():
            raise ServiceMissing(
                "No RabbitMQ: none on 127.0.0.1:5672 lets us add a virtual host and "
                "rabbitmq-server is not installed; run `make test` as root, or `apt install "
                "rabbitmq-server`, or set CONNECTOR_TEST_BROKER_URL."
            )
        started = self._server = subprocess.Popen(
            [str(program)],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: started.poll() is not None or accepts(self.url), START_SECONDS)
        if not accepts(self.url):
            raise ServiceMissing(
                f"rabbitmq-server does not start within {START_SECONDS} seconds; start one "
                "yourself and set CONNECTOR_TEST_BROKER_URL."
            )

    def stop(self) -> None:
        if self._server is None:
            return
        # The launcher hands signals on to the Erlang machine and waits for it.
        self._server.terminate()
        try:
            self._server.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
        self._server = None

    def kill(self) -> None:
        assert self._server is not None
        kill_tree(self._server.pid)
        self._server.wait(10)
        self._server = None

    def freeze(self) -> None:
        assert self._server is not None
        freeze_tree(self._server.pid)

    def thaw(self) -> None:
        assert self._server is not None
        thaw_tree(self._server.pid)

    def close(self) -> None:
        if self._server is not None:
            self.thaw()
        self.stop()
        epmd = shutil.which("epmd")
        if epmd is not None:
            subprocess.run([epmd, "-kill"], env=self._environment, capture_output=True, check=False)


@contextmanager
def own_rabbitmq() -> Iterator[OwnRabbit]:
    """Started, on free ports, with its own epmd. Raises ServiceMissing."""
    folder = Path(tempfile.mkdtemp(prefix="connector-mq-"))
    try:
        server = OwnRabbit(folder)
        try:
            server.start()
            yield server
        finally:
            server.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
