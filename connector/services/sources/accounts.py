"""Moodle accounts that belong to nobody yet, as somebody must look at them (domain 2, "Whose").

An account of a source that serves several municipalities belongs to none of them until it is
matched, so only the administrator sees it; one that was proposed is seen where its person works.
"""

from dataclasses import dataclass

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from connector.models import Account, Delivery, SourceMunicipality, Subject

MOST = 200


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """An account nobody is known to own. waiting: deliveries parked for it.

    municipalities: those of its source. proposed, name, municipality: the person its e-mail fits.
    """

    source: str
    user_id: str
    idnumber: str | None
    email: str | None
    waiting: int
    municipalities: tuple[str, ...]
    proposed: str | None
    name: str | None
    municipality: str | None


class AccountService:
    """Reads only."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def open_ones(self, municipalities: frozenset[str] | None) -> list[OpenAccount]:
        """Proposed ones first, then by how much waits for them; None: of the installation."""
        waiting = (
            select(Delivery.source, Delivery.user_id, func.count().label("count"))
            .where(Delivery.state == "parked", Delivery.user_id.is_not(None))
            .group_by(Delivery.source, Delivery.user_id)
            .subquery()
        )
        count = func.coalesce(waiting.c.count, 0)
        query = (
            select(Account, Subject.code, Subject.title, Subject.municipality, count)
            .outerjoin(Subject, Subject.id == Account.subject_id)
            .outerjoin(
                waiting,
                and_(waiting.c.source == Account.source, waiting.c.user_id == Account.user_id),
            )
            .where(
                or_(
                    Account.match == "proposed",
                    and_(Account.match == "none", Account.deleted.is_(False), count > 0),
                )
            )
            .order_by(Account.match.desc(), count.desc(), Account.source, Account.user_id)
            .limit(MOST)
        )
        if municipalities is not None:
            query = query.where(
                or_(
                    Subject.municipality.in_(municipalities),
                    and_(
                        Account.subject_id.is_(None),
                        Account.source.in_(_only_of(municipalities)),
                    ),
                )
            )
        served = self._served()
        return [
            OpenAccount(
                source=account.source,
                user_id=account.user_id,
                idnumber=account.idnumber,
                email=account.email_key,
                waiting=number,
                municipalities=served.get(account.source, ()),
                proposed=code,
                name=title,
                municipality=municipality,
            )
            for account, code, title, municipality, number in self._session.execute(query)
        ]

    def _served(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        rows = self._session.execute(
            select(SourceMunicipality.source, SourceMunicipality.municipality).order_by(
                SourceMunicipality.source, SourceMunicipality.municipality
            )
        )
        for source, municipality in rows:
            found[source] = (*found.get(source, ()), municipality)
        return found


def _only_of(municipalities: frozenset[str]) -> Select[str]:
    """Sources that serve these municipalities and no other."""
    others = select(SourceMunicipality.source).where(
        SourceMunicipality.municipality.not_in(municipalities)
    )
    return select(SourceMunicipality.source).where(
        SourceMunicipality.municipality.in_(municipalities),
        SourceMunicipality.source.not_in(others),
    )
