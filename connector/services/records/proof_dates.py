"""Until when documents behind rows of `evidence` are valid, where an accepted file wrote them."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.models import ProofFile
from connector.models.among import among

PREFIX = "proof-"
"""Ids of rows that an accepted file has written; the file's number follows."""


def expiries(session: Session, municipality: str, ids: Collection[str]) -> Mapping[str, date]:
    """Until when the documents behind accepted files are valid, by the row of `evidence`; those
    that do not expire are left out."""
    numbers = [int(one.removeprefix(PREFIX)) for one in ids if is_proof(one)]
    if not numbers:
        return {}
    rows = session.execute(
        select(ProofFile.id, ProofFile.valid_until).where(
            ProofFile.municipality == municipality,
            ProofFile.valid_until.is_not(None),
            ProofFile.state == "accepted",
            among(session, ProofFile.id, sorted(numbers)),
        )
    )
    return {f"{PREFIX}{number}": until for number, until in rows if until is not None}


def is_proof(id_: str) -> bool:
    """Whether a row of `evidence` was written by an accepted file."""
    number = id_.removeprefix(PREFIX)
    return id_.startswith(PREFIX) and number.isascii() and number.isdigit() and len(number) < 19
