"""Copies of a block of rows with another mark in every code, made inside PostgreSQL."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg

MARK = "b0000000"
STRIDE = 1_000
"""Between the ids of a subject and of its copy in the next block."""
AT_ONCE = 100


def copy(address: str, copies: int, tables: Mapping[str, str]) -> None:
    """Copies the block so often. tables: a condition for each, with {mark} where the mark stands;
    the rows that fulfil it are the block's.
    """
    with psycopg.connect(address, autocommit=True) as connection:
        for table, which in tables.items():
            # Apart, so that no copy has to look for its original in a table that grows.
            connection.execute(
                f"CREATE TABLE block_{table} AS SELECT * FROM {table}"  # type: ignore[call-overload]
                f" WHERE {which.replace('{mark}', MARK)}"
            )
        statements = [_insert(connection, table) for table in tables]
    indexes = _drop_indexes(address, tables)
    spans = [(at, min(at + AT_ONCE, copies + 1)) for at in range(1, copies + 1, AT_ONCE)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda span: _copy_span(address, statements, span), spans))
        list(pool.map(lambda index: _execute(address, index), indexes))
    with psycopg.connect(address, autocommit=True) as connection:
        for table in tables:
            connection.execute(f"DROP TABLE block_{table}")  # type: ignore[call-overload]


_MOVED = {("subjects", "id"), ("memberships", "subject_id"), ("notices", "about_subject")}
_MARKED = {"character varying", "text", "jsonb"}


def _drop_indexes(address: str, tables: Iterable[str]) -> list[str]:
    """Those that no constraint needs: made anew at the end they cost a fraction. How to make
    them."""
    with psycopg.connect(address, autocommit=True) as connection:
        found = connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
            " AND tablename = ANY(%s) AND indexdef NOT LIKE 'CREATE UNIQUE%%'",
            (list(tables),),
        ).fetchall()
        for name, _ in found:
            connection.execute(f"DROP INDEX {name}")
    return [definition for _, definition in found]


def _execute(address: str, statement: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET maintenance_work_mem = '512MB'")
        connection.execute(statement)  # type: ignore[call-overload]


def _copy_span(address: str, statements: Sequence[str], span: tuple[int, int]) -> None:
    with psycopg.connect(address) as connection:
        # Foreign keys hold because those of the original do; to ask of each row takes minutes.
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        for statement in statements:
            connection.execute(statement, {"first": span[0], "past": span[1]})  # type: ignore[call-overload]


def _insert(connection: psycopg.Connection, table: str) -> str:
    columns = connection.execute(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_name = %s AND table_schema = 'public' ORDER BY ordinal_position",
        (table,),
    ).fetchall()
    names, values = [], []
    for name, kind in columns:
        if (table, name) == ("notices", "id"):
            # No order is promised for them, and the sequence gives them.
            continue
        names.append(name)
        if (table, name) in _MOVED:
            values.append(f"base.{name} + k * {STRIDE}")
        elif kind in _MARKED and _has_mark(connection, table, name):
            cast = "::jsonb" if kind == "jsonb" else ""
            values.append(
                f"replace(base.{name}::text, '{MARK}', 'b' || lpad(k::text, 7, '0')){cast}"
            )
        else:
            values.append(f"base.{name}")
    return (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)}"
        f" FROM generate_series(%(first)s::int, %(past)s::int - 1) k, block_{table} base"
        " ORDER BY k"
    )


def _has_mark(connection: psycopg.Connection, table: str, column: str) -> bool:
    """Whether any row of the block bears the mark there; most columns never do."""
    query = f"SELECT EXISTS (SELECT FROM block_{table} WHERE {column}::text LIKE '%{MARK}%')"
    row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    return row is not None and bool(row[0])
