"""`column IN values` with one parameter, however many values there are.

An IN list is another statement for each number of values: SQLAlchemy puts it together, psycopg
takes it apart and PostgreSQL plans it, anew for every batch.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, any_, literal
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeEngine, UserDefinedType


def among(
    session: Session, column: InstrumentedAttribute[Any], values: Collection[str] | Collection[int]
) -> ColumnElement[bool]:
    """Whether the column is one of the values, whose number SQLite limits to some 30,000."""
    if session.get_bind().dialect.name != "postgresql":
        return column.in_(values)
    array = literal(array_text(values), _ArrayText(_element_of(column.type, session)))
    is_one: ColumnElement[bool] = column == any_(array)
    return is_one


class _ArrayText(UserDefinedType[str]):
    """An array handed over as text, already of its type when it is planned for: cast from a text,
    its values would be unknown to the planner and compared one by one with every row."""

    cache_ok = True
    render_bind_cast = True

    def __init__(self, element: str) -> None:
        self.element = element

    def get_col_spec(self, **kw: Any) -> str:
        return f"{self.element}[]"


_names: dict[type[TypeEngine[Any]], str] = {}
"""To have a type spelt costs more than to ask the question."""


def _element_of(kind: TypeEngine[Any], session: Session) -> str:
    name = _names.get(type(kind))
    if name is None:
        # Without a length: a value that is too long is asked for whole, and is not there.
        name = kind.compile(dialect=session.get_bind().dialect).partition("(")[0]
        _names[type(kind)] = name
    return name


def array_text(values: Collection[str] | Collection[int]) -> str:
    """As PostgreSQL writes arrays; psycopg's own writing takes ten microseconds a value."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
