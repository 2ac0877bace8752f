"""Who stands behind the name that an act was recorded under."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.models import Login
from connector.services.records.names import RecordNames

LINK = "link:"
"""Begins the name of whoever came by a letter's link; the personnel number follows."""


def name_behind(session: Session, municipality: str, actor: str) -> str:
    """The full name of the person, where a staff record of the municipality has it; else the name
    as it was recorded: a log-in without a person, a command, a token."""
    is_link = actor.startswith(LINK)
    number = actor.removeprefix(LINK) if is_link else _person(session, municipality, actor)
    titles = RecordNames(session, municipality).titles("staff", [number] if number else [])
    return titles.get(number or "", actor)


def _person(session: Session, municipality: str, login: str) -> str | None:
    # Elsewhere the same number is somebody else's.
    return session.scalar(
        select(Login.person).where(Login.name == login, Login.municipality == municipality)
    )
