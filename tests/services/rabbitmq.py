"""A real RabbitMQ for tests: the one that runs here, else one started for them.

Tests get a virtual host of their own, so whatever queues others have are neither seen nor touched.
In this order:

1. `CONNECTOR_TEST_BROKER_URL`: taken as it is, for tests only, by whoever set it;
2. the broker on 127.0.0.1:5672 (guest), if `rabbitmqctl` may add a virtual host to it;
3. an own `rabbitmq-server`, on free ports and a temporary folder (own_rabbitmq.py).

`make test` installs rabbitmq-server where it is missing (install-rabbitmq.sh).
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from kombu import Connection
from kombu.exceptions import OperationalError

from tests.services.missing import ServiceMissing
from tests.services.ports import answers


@contextmanager
def rabbitmq() -> Iterator[str]:
    """The address of a broker whose virtual host is ours alone.

    Raises ServiceMissing.
    """
    given = os.environ.get("CONNECTOR_TEST_BROKER_URL")
    if given:
        if not accepts(given):
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
    # Here, because that module builds on this one.
    from tests.services.own_rabbitmq import own_rabbitmq

    with own_rabbitmq() as server:
        yield server.url


def accepts(url: str) -> bool:
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
    if granted and accepts(f"amqp://guest:guest@127.0.0.1:5672/{vhost}"):
        return vhost
    _rabbitmqctl("delete_vhost", vhost)
    return None
