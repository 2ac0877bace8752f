"""`column IN values` with one parameter, however many values there are.

An IN list is another statement for each number of values: SQLAlchemy puts it together, psycopg
takes it apart and PostgreSQL plans it, anew for every batch.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Text, any_, cast, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session


def among(
    session: Session, column: InstrumentedAttribute[Any], values: Collection[str] | Collection[int]
) -> ColumnElement[bool]:
    """Whether the column is one of the values, whose number SQLite limits to some 30,000."""
    if session.get_bind().dialect.name != "postgresql":
        return column.in_(values)
    array: ColumnElement[Any] = cast(literal(array_text(values), Text), ARRAY(column.type))
    is_one: ColumnElement[bool] = column == any_(array)
    return is_one


def array_text(values: Collection[str] | Collection[int]) -> str:
    """As PostgreSQL writes arrays; psycopg's own writing takes ten microseconds a value."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
