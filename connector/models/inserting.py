"""`INSERT … ON CONFLICT`, which both databases have and SQLAlchemy spells per dialect."""

from typing import Any

from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from connector.models.base import Base


def insert_into(session: Session, model: type[Base]) -> Any:
    """An insert that knows on_conflict_do_nothing and on_conflict_do_update."""
    statement: PostgresInsert | SqliteInsert
    if session.get_bind().dialect.name == "postgresql":
        statement = postgres_insert(model)
    else:
        statement = sqlite_insert(model)
    return statement
