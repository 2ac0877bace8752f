"""Many rows in one statement: as one JSON text on PostgreSQL, one row after the other on SQLite.

Each statement is put together once and kept. SQLAlchemy compiles `INSERT … ON CONFLICT` anew at
every call, and a driver that is handed row after row, or one array a column, spends three to eight
times the processor time of this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import JSON as JsonType
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    Table,
    TextClause,
    bindparam,
    text,
)
from sqlalchemy.orm import Session

from connector.models.base import Base, UtcDateTime

Row = Mapping[str, Any]


def insert_many(session: Session, model: type[Base], rows: Sequence[Row], tail: str = "") -> int:
    """Inserts rows, which must all have the same columns, in their order; how many were written.

    tail: what follows, such as `ON CONFLICT (id) DO NOTHING`, in words that both databases know.
    PostgreSQL refuses a conflict of two rows of one statement with each other.
    """
    if not rows:
        return 0
    names = tuple(rows[0])
    if _is_postgres(session):
        return _execute(session, _postgres_insert(model, names, tail), {"rows": _as_json(rows)})
    return _execute(session, _sqlite_insert(model, names, tail), [dict(row) for row in rows])


def update_many(
    session: Session,
    model: type[Base],
    keys: Sequence[Row],
    values: Sequence[Row],
    condition: str = "",
    are_added: bool = False,
) -> int:
    """Writes `values` on the rows that have the `keys`, pair by pair; how many rows there were.

    Rows are locked in no order: whoever may meet others locks them before. condition: further SQL
    that a row must meet, the same for all. are_added: to what stands there, instead of it.
    """
    if not keys:
        return 0
    shape = _Update(model, tuple(keys[0]), tuple(values[0]), condition, are_added)
    rows = [
        {**{f"k_{n}": k[n] for n in shape.keys}, **{f"v_{n}": v[n] for n in shape.values}}
        for k, v in zip(keys, values, strict=True)
    ]
    if _is_postgres(session):
        return _execute(session, _postgres_update(shape), {"rows": _as_json(rows)})
    return _execute(session, _sqlite_update(shape), rows)


@dataclass(frozen=True, slots=True)
class _Update:
    """What statements of update_many differ in."""

    model: type[Base]
    keys: tuple[str, ...]
    values: tuple[str, ...]
    condition: str
    are_added: bool

    @property
    def ending(self) -> str:
        return f" AND ({self.condition})" if self.condition else ""

    def change(self, name: str, value: str) -> str:
        former = f"{_table(self.model).name}.{_quoted(name)} + " if self.are_added else ""
        return f"{_quoted(name)} = {former}{value}"


def as_parameter(value: Any) -> Any:
    """A value as the JSON text of a statement holds it: instants as ISO 8601, bytes as hex."""
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} cannot be written")


def _is_postgres(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def _execute(session: Session, statement: TextClause, parameters: Any) -> int:
    done = session.connection().execute(statement, parameters)
    return int(done.rowcount)


def _as_json(rows: Sequence[Row]) -> str:
    return orjson.dumps(rows, as_parameter, orjson.OPT_PASSTHROUGH_DATETIME).decode()


@cache
def _postgres_insert(model: type[Base], names: tuple[str, ...], tail: str) -> TextClause:
    table = _table(model)
    chosen = ", ".join(_read(table.c[name], f"r.{_quoted(name)}") for name in names)
    columns = ", ".join(_quoted(name) for name in names)
    record = ", ".join(f"{_quoted(name)} {_type(table.c[name])}" for name in names)
    return _kept(
        f"INSERT INTO {table.name} ({columns}) SELECT {chosen} "
        f"FROM json_to_recordset(CAST(:rows AS json)) AS r({record}) {tail}"
    )


@cache
def _sqlite_insert(model: type[Base], names: tuple[str, ...], tail: str) -> TextClause:
    table = _table(model)
    columns = ", ".join(_quoted(name) for name in names)
    values = ", ".join(f":{name}" for name in names)
    statement = text(f"INSERT INTO {table.name} ({columns}) VALUES ({values}) {tail}")
    return statement.bindparams(*(bindparam(n, type_=table.c[n].type) for n in names))


@cache
def _postgres_update(shape: _Update) -> TextClause:
    table = _table(shape.model)
    columns = [(f"k_{n}", table.c[n]) for n in shape.keys]
    columns += [(f"v_{n}", table.c[n]) for n in shape.values]
    record = ", ".join(f"{name} {_type(column)}" for name, column in columns)
    changes = ", ".join(shape.change(n, _read(table.c[n], f"r.v_{n}")) for n in shape.values)
    alike = " AND ".join(
        f"{table.name}.{_quoted(n)} = {_read(table.c[n], f'r.k_{n}')}" for n in shape.keys
    )
    return _kept(
        f"UPDATE {table.name} SET {changes} "
        f"FROM json_to_recordset(CAST(:rows AS json)) AS r({record}) WHERE {alike}{shape.ending}"
    )


@cache
def _sqlite_update(shape: _Update) -> TextClause:
    table = _table(shape.model)
    changes = ", ".join(shape.change(n, f":v_{n}") for n in shape.values)
    alike = " AND ".join(f"{_quoted(name)} = :k_{name}" for name in shape.keys)
    statement = text(f"UPDATE {table.name} SET {changes} WHERE {alike}{shape.ending}")
    return statement.bindparams(
        *(bindparam(f"k_{n}", type_=table.c[n].type) for n in shape.keys),
        *(bindparam(f"v_{n}", type_=table.c[n].type) for n in shape.values),
    )


def _kept(sql: str) -> TextClause:
    return text(sql).execution_options(preserve_rowcount=True)


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _quoted(name: str) -> str:
    return f'"{name}"'


def _type(column: Column[Any]) -> str:
    """As the JSON text holds it. Texts are taken whole: a cast to a length would cut them."""
    match column.type:
        case UtcDateTime():
            return "timestamptz"
        case Date():
            return "date"
        case Boolean():
            return "boolean"
        case JsonType():
            return "jsonb"
        case BigInteger() | Integer():
            return "bigint"
        case _:
            return "text"


def _read(column: Column[Any], value: str) -> str:
    return f"decode({value}, 'hex')" if isinstance(column.type, LargeBinary) else value
