"""Where people are written to: the address in their staff record, or of their log-in."""

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from connector.models import Login, Record
from connector.models.among import among
from connector.services.imports.stored_rows import chunks

LOGIN = "login:"
"""Begins a recipient who signs in but is in no staff record of the municipality."""

INSTALLATION = ""
"""Stands where a notice names its municipality, if it is for those who look after all of them. No
municipality is called so, and no page of a municipality can be asked for its letters."""


def addresses(session: Session, municipality: str, recipients: Iterable[str]) -> dict[str, str]:
    """E-mail addresses by recipient; who has none is left out.

    A staff record counts in its latest form: an address is put right, not dated. Who has none there
    is written to at the address of a log-in.
    """
    wanted = set(recipients)
    found: dict[str, str] = {}
    for chunk in chunks([r for r in wanted if not r.startswith(LOGIN)]):
        own = session.execute(
            select(Login.person, Login.email)
            .where(Login.municipality == municipality, among(session, Login.person, chunk))
            .order_by(Login.name.desc())
        )
        found.update((person or "", email) for person, email in own if email)
        rows = session.execute(
            select(Record.person, Record.body)
            .where(
                Record.municipality == municipality,
                Record.sheet == "staff",
                among(session, Record.person, chunk),
            )
            .order_by(Record.person, Record.valid_from)
        )
        for person, body in rows:
            if body.get("email"):
                found[person or ""] = body["email"]
    for chunk in chunks([r.removeprefix(LOGIN) for r in wanted if r.startswith(LOGIN)]):
        logins = session.execute(
            select(Login.name, Login.email).where(_is_of(municipality), Login.name.in_(chunk))
        )
        found.update((f"{LOGIN}{name}", email) for name, email in logins if email)
    return found


def administrators(session: Session, municipalities: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Log-ins of administrators that can be written to, as recipients: of the installation, and of
    each of the municipalities that has any."""
    rows = session.execute(
        select(Login.municipality, Login.name)
        .where(
            Login.role == "administrator",
            Login.email.is_not(None),
            or_(Login.municipality.is_(None), Login.municipality.in_(municipalities)),
        )
        .order_by(Login.name)
    )
    found: dict[str, list[str]] = {}
    for municipality, name in rows:
        found.setdefault(municipality or INSTALLATION, []).append(f"{LOGIN}{name}")
    return {municipality: tuple(names) for municipality, names in found.items()}


def _is_of(municipality: str) -> ColumnElement[bool]:
    if municipality == INSTALLATION:
        return Login.municipality.is_(None)
    is_own: ColumnElement[bool] = Login.municipality == municipality
    return is_own
