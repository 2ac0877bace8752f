"""Evidence of an account that goes to a municipality with another time zone.

The name of a retraction's slot holds the year in which it was made, as the municipality counts it:
around New Year two municipalities tell it differently.
"""

from datetime import datetime, tzinfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from connector.models import EvidenceSlot
from connector.services.folding import evidence as evidence_slots


def rename_slots(session: Session, source: str, user_id: str, zone: tzinfo, now: datetime) -> None:
    """Gives every slot of the account the name it has by `zone`; the greatest statement stays."""
    rows = session.scalars(
        select(EvidenceSlot)
        .where(
            EvidenceSlot.source == source,
            EvidenceSlot.user_id == user_id,
            EvidenceSlot.says != "so",
        )
        .order_by(EvidenceSlot.register, EvidenceSlot.slot)
    ).all()
    stored = [(row.register, row.slot, evidence_slots.statement_of(row)) for row in rows]
    misnamed = [one for one in stored if one[1] != one[2].slot(zone)]
    for register, slot, statement in misnamed:
        session.execute(
            delete(EvidenceSlot)
            .where(EvidenceSlot.register == register, EvidenceSlot.slot == slot)
            .execution_options(synchronize_session=False)
        )
        evidence_slots.write_greater(session, statement.slot(zone), statement, now)
