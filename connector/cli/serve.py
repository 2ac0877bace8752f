"""connector run, web, worker, tick, demo."""

import argparse
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from connector import __version__, tracing
from connector.bootstrap import Container
from connector.cli.output import Output
from connector.cli.session import container
from connector.log import set_up_logging


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    run = commands.add_parser("run", parents=[common], help="всё в одном процессе")
    _listens(run)
    run.set_defaults(run=_run)
    web = commands.add_parser("web", parents=[common], help="приём и страницы")
    _listens(web)
    web.add_argument(
        "--processes", type=_count, default=1, metavar="N", help="сколько процессов, по ядрам"
    )
    web.set_defaults(run=_web)
    worker = commands.add_parser("worker", parents=[common], help="обработчик очереди")
    worker.add_argument(
        "--concurrency", type=_count, default=2, metavar="N", help="сколько процессов; обычно 2"
    )
    worker.set_defaults(run=_worker)
    tick = commands.add_parser("tick", parents=[common], help="то, что меняет время")
    tick.set_defaults(run=_tick)
    demo = commands.add_parser("demo", parents=[common], help="показ на готовых данных")
    _listens(demo)
    demo.add_argument("--keep", action="store_true", help="не останавливаться после показа")
    demo.set_defaults(run=_demo)


def _listens(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="АДРЕС",
        help="откуда открывается; обычно только с этой машины, 127.0.0.1",
    )
    parser.add_argument("--port", type=_port, default=8080, metavar="ПОРТ", help="обычно 8080")


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text, re.ASCII) or int(text) > 65_535:
        # A larger one would be taken modulo 65536, and answered where nobody looks for it.
        raise argparse.ArgumentTypeError(f"порт — число от 0 до 65535, не «{text}»")
    return int(text)


def _count(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]?", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"ожидалось число от 1 до 99, не «{text}»")
    return int(text)


@contextmanager
def _serving(arguments: argparse.Namespace) -> Iterator[Container]:
    """Whoever serves says in the log what it does, as much as the settings want; a command that
    ends by itself only what went wrong."""
    with container() as made:
        set_up_logging(arguments.log_level or made.config.log_level)
        if arguments.command != "worker":
            # A worker's processes set their own up, once they are forked.
            tracing.set_up(made.config.otlp_endpoint, __version__)
        try:
            yield made
        finally:
            tracing.shut_down()


def _run(arguments: argparse.Namespace, output: Output) -> int:
    from connector.cli.serving import run_all

    with _serving(arguments) as made:
        return run_all(made, arguments.host, arguments.port)


def _web(arguments: argparse.Namespace, output: Output) -> int:
    from connector.cli.serving import serve_web

    if arguments.processes > 1:
        return _web_crew(arguments)
    with _serving(arguments) as made:
        return serve_web(made, arguments.host, arguments.port)


def _web_crew(arguments: argparse.Namespace) -> int:
    from connector.cli.crew import Crew, listening
    from connector.cli.serving import announce, serve_web

    # Settings and tables are looked at once, by the one who can say what is wrong with them.
    with _serving(arguments):
        sockets = listening(arguments.host, arguments.port, arguments.processes)

    def serve(sock: socket.socket) -> int:
        with _serving(arguments) as made:
            return serve_web(made, arguments.host, arguments.port, sock)

    announce(arguments.host, sockets[0].getsockname()[1])
    return Crew(sockets, serve).run()


def _worker(arguments: argparse.Namespace, output: Output) -> int:
    from connector.cli.serving import run_worker

    with _serving(arguments) as made:
        config = made.config
    return run_worker(config, arguments.concurrency)


def _tick(arguments: argparse.Namespace, output: Output) -> int:
    from connector.cli.serving import run_tick

    with _serving(arguments) as made:
        return run_tick(made)


def _demo(arguments: argparse.Namespace, output: Output) -> int:
    from connector.demo import run_demo

    return run_demo(arguments.host, arguments.port, arguments.keep, output)
