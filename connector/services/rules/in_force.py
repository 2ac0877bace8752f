"""Whether this process judges by the rules that are in force (models.Tenant.rules_digest).

Another process may know other rules: while an installation is upgraded, machine by machine, or for
the seconds until everybody has read a file that was changed. Whoever is behind leaves the
municipality to the others.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.models import Tenant
from connector.rulebook import Rulebook


def by_our_rules(session: Session, rulebook: Rulebook) -> tuple[str, ...]:
    """The municipalities that this process may judge; where no rules are in force yet, too."""
    in_force = dict(session.execute(select(Tenant.municipality, Tenant.rules_digest)).all())
    return tuple(
        code
        for code in rulebook.municipalities()
        if in_force.get(code) in (None, rulebook.rules(code).digest)
    )
