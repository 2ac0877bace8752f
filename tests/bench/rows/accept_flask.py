"""Accepted deliveries a second, against a plain Flask handler under gunicorn, the same load."""

import sys
from pathlib import Path

from sqlalchemy import create_engine

from tests.bench import flask_handler, side_by_side, town
from tests.bench.context import Context
from tests.bench.figures import Result
from tests.bench.installation import Installation
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
    with context.database(context.town(town.BLOCK)) as name, context.installation(name) as product:
        with product.container() as container:
            secret = town.secret_of(container)
        process, port = product.serve()
        other = plain(product, secret)
        side_by_side.measure(context, result, (process.pid, port), other, secret, 3.5)
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
