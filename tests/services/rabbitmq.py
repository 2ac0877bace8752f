"""A real RabbitMQ for tests: the one that runs here, else one started for them.

Tests get a virtual host of their own, so whatever queues others have are neither seen nor touched.
In this order:

1. `CONNECTOR_TEST_BROKER_URL`: taken as it is, for tests only, by whoever set it;
2. the broker on 127.0.0.1:5672 (guest), if `rabbitmqctl` may add a virtual host to it;
3. an own `rabbitmq-server`, on free ports and a temporary folder, with its own epmd.

`make test` installs rabbitmq-server where it is missing (install-rabbitmq.sh).
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from kombu import Connection
from kombu.exceptions import OperationalError

from tests.services.missing import ServiceMissing
from tests.services.ports import answers, free_port, wait_until

START_SECONDS = 90
# The scripts behind Debian's wrappers: those insist on the system's user, folders and node.
PROGRAMS = Path("/usr/lib/rabbitmq/bin")


@contextmanager
def rabbitmq() -> Iterator[str]:
    """The address of a broker whose virtual host is ours alone.

    Raises ServiceMissing.
    """
    given = os.environ.get("CONNECTOR_TEST_BROKER_URL")
    if given:
        if not _accepts(given):
            raise ServiceMissing("No broker answers at CONNECTOR_TEST_BROKER_URL.")
        yield given
        return
    vhost = _add_vhost() if answers("127.0.0.1", 5672) else None
    if vhost is not None:
        try:
            yield f"amqp://guest:guest@127.0.0.1:5672/{vhost}"
        finally:
            _rabbitmqctl("delete_vhost", vhost)
        return
    with _own_server() as url:
        yield url


def _accepts(url: str) -> bool:
    try:
        with Connection(url, connect_timeout=5) as connection:
            connection.connect()
    except (OperationalError, OSError):
        return False
    return True


def _rabbitmqctl(*arguments: str) -> bool:
    program = shutil.which("rabbitmqctl") or shutil.which("rabbitmqctl", path="/usr/sbin:/sbin")
    if program is None:
        return False
    try:
        done = subprocess.run(
            [program, "--quiet", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _add_vhost() -> str | None:
    vhost = f"connector-test-{uuid4().hex[:12]}"
    if not _rabbitmqctl("add_vhost", vhost):
        return None
    granted = _rabbitmqctl("set_permissions", "--vhost", vhost, "guest", ".*", ".*", ".*")
    if granted and _accepts(f"amqp://guest:guest@127.0.0.1:5672/{vhost}"):
        return vhost
    _rabbitmqctl("delete_vhost", vhost)
    return None


@contextmanager
def _own_server() -> Iterator[str]:
    program = PROGRAMS / "rabbitmq-server"
    if not program.exists():
        raise ServiceMissing(
            "No RabbitMQ: none on 127.0.0.1:5672 lets us add a virtual host and rabbitmq-server "
            "is not installed; run `make test` as root, or `apt install rabbitmq-server`, or set "
            "CONNECTOR_TEST_BROKER_URL."
        )
    folder = Path(tempfile.mkdtemp(prefix="connector-mq-"))
    port, epmd_port = free_port(), free_port()
    env = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),  # the Erlang cookie
        "LC_ALL": "C.UTF-8",
        "ERL_EPMD_PORT": str(epmd_port),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"connector-test-{uuid4().hex[:12]}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
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
    url = f"amqp://guest:guest@127.0.0.1:{port}//"
    server = subprocess.Popen(
        [str(program)],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: server.poll() is not None or _accepts(url), START_SECONDS)
        if not _accepts(url):
            raise ServiceMissing(
                f"rabbitmq-server does not start within {START_SECONDS} seconds; start one "
                "yourself and set CONNECTOR_TEST_BROKER_URL."
            )
        yield url
    finally:
        # The launcher hands signals on to the Erlang machine and waits for it.
        server.terminate()
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(10)
        epmd = shutil.which("epmd")
        if epmd is not None:
            subprocess.run([epmd, "-kill"], env=env, capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)
