"""Accepted deliveries a second, against a plain Flask handler under gunicorn, the same load."""

import sys
from pathlib import Path

from sqlalchemy import create_engine

from tests.bench import flask_handler, town
from tests.bench.context import Context
from tests.bench.figures import Check, Goal, Pair, Result
from tests.bench.installation import Installation
from tests.bench.load import generator
from tests.bench.profile import sampled
from tests.bench.rows.accept_pg import CONNECTIONS, post, rates
from tests.bench.stream import Stream
from tests.services.ports import free_port

WORKERS, THREADS = 2, 8
GUNICORN = Path(sys.executable).with_name("gunicorn")


def measure(context: Context) -> Result:
    result = Result(
        "accept-flask",
        "accepted signed native deliveries a second, 16 connections, PostgreSQL",
        "plain Flask + marshmallow + SQLAlchemy, one transaction a request, gunicorn "
        f"({WORKERS} processes of {THREADS} threads)",
        "deliveries/s",
    )
    seconds, turns = context.choose(10, 3), context.choose(5, 2)
    with context.database(context.town(town.BLOCK)) as name, context.installation(name) as product:
        with product.container() as container:
            secret = town.secret_of(container)
        process, port = product.serve()
        plain_port = plain(product, secret)
        stream = Stream(town.learner, town.BLOCK)
        with generator(port, CONNECTIONS) as ours, generator(plain_port, CONNECTIONS) as theirs:
            post(ours, stream, secret, seconds / 2)
            post(theirs, stream, secret, seconds / 2)
            for _ in range(turns):
                mine = post(ours, stream, secret, seconds)
                other = post(theirs, stream, secret, seconds)
                result.pairs.append(Pair(mine.rate, other.rate))
                if mine.errors or other.errors:
                    result.notes.append(f"not 200: ours {mine.refused}, plain {other.refused}")
            with sampled(process.pid, seconds / 2) as sampling:
                post(ours, stream, secret, seconds / 2)
    result.where["web"] = sampling.shares
    result.absolute = rates(result)
    assert result.ratios is not None
    result.checks = [Check("ratio", result.ratios.middle, Goal("≥", 3.5))]
    return result


def plain(product: Installation, secret: str) -> int:
    """The baseline's port once it serves, with a table of its own in the same database."""
    url = product.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(url)
    flask_handler.Base.metadata.create_all(engine)
    engine.dispose()
    port = free_port()
    process = product.start(
        "env", f"BENCH_DATABASE_URL={url}", f"BENCH_SECRET={secret}",
        str(GUNICORN), "--workers", str(WORKERS), "--worker-class", "gthread",
        "--threads", str(THREADS), "--keep-alive", "75", "--bind", f"127.0.0.1:{port}",
        "--log-level", "warning", "tests.bench.flask_handler:app",
    )  # fmt: skip
    product.await_port(process, port)
    return port
