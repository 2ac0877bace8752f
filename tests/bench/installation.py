"""An installation of the product: a database, settings, the real commands as processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from uuid import uuid4

import psycopg

from connector.bootstrap import Container, build
from connector.config import Config
from tests.guards.tree import ROOT
from tests.services.ports import answers, free_port, wait_until

COMMAND = Path(sys.executable).with_name("connector")
KEY = "a key of the bench"


@dataclass
class Installation:
    """Processes are ended when it is closed; the database belongs to whoever made it."""

    folder: Path
    database_url: str
    broker_url: str = ""
    rules_dir: Path | None = None
    prefix: str = field(default_factory=lambda: f"bench-{uuid4().hex[:8]}")
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    logs: list[IO[bytes]] = field(default_factory=list)

    def config(self) -> Config:
        """The settings as the processes have them, for what the bench does by itself."""
        return Config(
            data_dir=self.folder / "data",
            database_url=self.database_url,
            broker_url=self.broker_url,
            secret_key=KEY,
            rules_dir=self.rules_dir,
            public_url="http://127.0.0.1:8080",
            smtp_url="",
            mail_from="connector@localhost",
            allow_private=True,
            web_threads=8,
            log_level="INFO",
            clock=None,
            queue_prefix=self.prefix,
        )

    @contextmanager
    def container(self) -> Iterator[Container]:
        made = build(self.config())
        try:
            yield made
        finally:
            made.close()

    def environment(self, prefix: str | None = None) -> dict[str, str]:
        """As a deployment sets it: everything that has a default keeps it."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith("CONNECTOR_")}
        return {
            **clean,
            "CONNECTOR_DATA_DIR": str(self.folder / "data"),
            "CONNECTOR_DATABASE_URL": self.database_url,
            "CONNECTOR_BROKER_URL": self.broker_url,
            "CONNECTOR_SECRET_KEY": KEY,
            "CONNECTOR_RULES_DIR": str(self.rules_dir or ""),
            "CONNECTOR_QUEUE_PREFIX": prefix or self.prefix,
            "CONNECTOR_ALLOW_PRIVATE": "1",
        }

    def start(self, *command: str, prefix: str | None = None) -> subprocess.Popen[bytes]:
        """A process of its own group, its log in the folder."""
        log = (self.folder / f"{len(self.logs)}.log").open("wb")
        started = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment(prefix),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self.running.append(started)
        self.logs.append(log)
        return started

    def serve(self, kind: str = "web") -> tuple[subprocess.Popen[bytes], int]:
        """`connector web` (or run), and its port once it answers."""
        port = free_port()
        process = self.start(str(COMMAND), kind, "--port", str(port))
        self.await_port(process, port)
        return process, port

    def await_port(self, process: subprocess.Popen[bytes], port: int, seconds: float = 90) -> None:
        wait_until(lambda: process.poll() is not None or answers("127.0.0.1", port), seconds)
        if process.poll() is not None or not answers("127.0.0.1", port):
            raise RuntimeError(f"a server does not start:\n{self.told()}")

    def worker(self, concurrency: int = 2) -> subprocess.Popen[bytes]:
        return self.start(str(COMMAND), "worker", "--concurrency", str(concurrency))

    def start_tick(self) -> subprocess.Popen[bytes]:
        return self.start(str(COMMAND), "tick")

    def end(self, process: subprocess.Popen[bytes], seconds: float = 30) -> None:
        """As an administrator would; what does not end in time is killed with its children."""
        self.running.remove(process)
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)

    def told(self) -> str:
        """The ends of the logs, for whoever looks for a fault."""
        return "\n".join(
            Path(log.name).read_text(encoding="utf-8", errors="replace")[-1500:]
            for log in self.logs
        )

    def close(self) -> None:
        for process in list(self.running):
            self.end(process)
        for log in self.logs:
            log.close()


def is_busy(connection: psycopg.Connection) -> bool:
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM deliveries WHERE state IN ('new', 'ready'))"
        " OR EXISTS (SELECT FROM subjects WHERE dirty)"
    ).fetchone()
    return row is not None and bool(row[0])


def counted(connection: psycopg.Connection, statement: str) -> int:
    row = connection.execute(statement).fetchone()  # type: ignore[call-overload]
    return int(row[0]) if row else 0
