"""Where people are written to: the address in their staff record, or of their log-in."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.models import Login, Record
from connector.services.stored_rows import chunks

LOGIN = "login:"
"""Begins a recipient who signs in but is in no staff record of the municipality."""


def addresses(session: Session, municipality: str, recipients: Iterable[str]) -> dict[str, str]:
    """E-mail addresses by recipient; who has none is left out.

    A staff record counts in its latest form: an address is put right, not dated.
    """
    wanted = set(recipients)
    found: dict[str, str] = {}
    for chunk in chunks([r for r in wanted if not r.startswith(LOGIN)]):
        rows = session.execute(
            select(Record.person, Record.body)
            .where(
                Record.municipality == municipality,
                Record.sheet == "staff",
                Record.person.in_(chunk),
            )
            .order_by(Record.person, Record.valid_from)
        )
        for person, body in rows:
            found[person or ""] = body.get("email") or ""
    for chunk in chunks([r.removeprefix(LOGIN) for r in wanted if r.startswith(LOGIN)]):
        logins = session.execute(
            select(Login.name, Login.email).where(
                Login.municipality == municipality, Login.name.in_(chunk)
            )
        )
        found.update((f"{LOGIN}{name}", email or "") for name, email in logins)
    return {recipient: address for recipient, address in found.items() if address}
