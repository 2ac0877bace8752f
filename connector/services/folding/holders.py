"""Whose evidence it was: attempts change hands when Moodle merges two accounts."""

from collections.abc import Collection, Iterable

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from connector.models import Account, Record, Subject
from connector.models.among import among
from connector.services.cases.subjects import mark_dirty


def mark_holders(session: Session, holders: Iterable[tuple[str, str]]) -> None:
    """Has those judged again from or to whom an attempt went."""
    wanted = [
        and_(Account.source == source, Account.user_id == user_id)
        for source, user_id in sorted(holders)
        if user_id
    ]
    if not wanted:
        return
    rows = session.execute(
        select(Subject.municipality, Subject.code)
        .join(Account, Account.subject_id == Subject.id)
        .where(or_(*wanted), Account.match.in_(("matched", "confirmed")))
    ).all()
    for municipality in sorted({municipality for municipality, _ in rows}):
        mark_learners(session, municipality, {c for m, c in rows if m == municipality})


def mark_learners(session: Session, municipality: str, numbers: Collection[str]) -> None:
    """Has people judged again whose evidence has changed, and the teams they are in."""
    mark_dirty(session, municipality, "staff", numbers)
    mark_teams(session, municipality, numbers)


def mark_teams(session: Session, municipality: str, learners: Collection[str]) -> None:
    """Teams are judged by what their members have learnt."""
    schools = session.scalars(
        select(Record.related).where(
            Record.municipality == municipality,
            Record.sheet == "teams",
            among(session, Record.person, sorted(learners)),
        )
    ).all()
    mark_dirty(session, municipality, "team", {school for school in schools if school})
