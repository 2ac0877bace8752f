"""`INSERT … ON CONFLICT`, which both databases have and SQLAlchemy spells per dialect."""

from typing import Any

from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.orm import Session

from connector.models.base import Base


def insert_into(session: Session, model: type[Base]) -> Any:
    """An insert that knows on_conflict_do_nothing and on_conflict_do_update."""
    if session.get_bind().dialect.name == "postgresql":
        return postgres_insert(model)
    # Not loaded where the other one is used.
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert(model)
