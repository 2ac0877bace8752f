"""What waits for a methodist's decision about routes, as numbers for the digest (domain 6).

Drafts come by the dozen after a diagnosis, so each methodist is told once a day at most, at the
closing hour: on a day that brought something new, and on Sundays, for Monday's digest, as long as
anything waits. Requests are told one by one besides (domain.request_notices).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.dates import local_day
from connector.domain.owed import Owed, Recipient
from connector.models import Draft, ProofFile, Record, RouteRequest
from connector.services.cases.setting import Ground
from connector.services.routes.in_charge import in_charge

DECISIONS_WAITING = "decisions_waiting"

_SUNDAY = 6
_TWO_DAYS = timedelta(days=2)
"""Longer than a local day, wherever the clock stands."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """One thing that waits. fresh: it came on the day that closes."""

    person: str
    what: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class UndecidedService:
    """Takes a session, never commits. Reads only."""

    session: Session

    def owed(self, municipality: str, ground: Ground, day: date, now: datetime) -> list[Owed]:
        """One notice to each methodist in whose charge anything waits and is to be told of today.

        Whoever looks after whom is found as for every notice; who has left is not waited for.
        """
        if day.weekday() != _SUNDAY and not self._has_news(municipality, now):
            # Nobody's circle is looked for on the many days on which nothing came.
            return []
        waiting = self._waiting(municipality, ground, day)
        around = in_charge(self.session, ground, {w.person for w in waiting}, day).methodists
        told: dict[str, Counter[str]] = {}
        for one in waiting:
            for number in around.get(one.person, ()):
                counts = told.setdefault(number, Counter())
                counts[one.what] += 1
                counts["news"] += one.fresh
                counts["fresh"] += one.fresh and one.what == "drafts"
        return [
            _notice(number, counts, day)
            for number, counts in sorted(told.items())
            if counts["news"] or day.weekday() == _SUNDAY
        ]

    def _has_news(self, municipality: str, now: datetime) -> bool:
        """Whether anything came lately at all."""
        return any(
            self.session.execute(
                select(model.person)
                .where(model.municipality == municipality, model.state == state)
                .where(at > now - _TWO_DAYS)
                .limit(1)
            ).first()
            for model, state, at in _NEWS
        )

    def _waiting(self, municipality: str, ground: Ground, day: date) -> list[_Waiting]:
        zone = ground.setting.zone
        files = self.session.execute(
            select(ProofFile.person, ProofFile.uploaded_at).where(
                ProofFile.municipality == municipality, ProofFile.state == "waiting"
            )
        )
        found = [_Waiting(one, "files", local_day(at, zone) == day) for one, at in files]
        requests = self.session.scalars(
            select(RouteRequest.person).where(
                RouteRequest.municipality == municipality, RouteRequest.state == "waiting"
            )
        )
        # A request has been told by itself: it is no news once more.
        found += [_Waiting(person, "requests", False) for person in requests]
        return found + self._drafts(municipality, zone, day)

    def _drafts(self, municipality: str, zone: tzinfo, day: date) -> list[_Waiting]:
        """Routes that nobody approved, whoever entered them; fresh: proposed that day."""
        composed = self.session.execute(
            select(Draft.person, Draft.number, Draft.proposed_at).where(
                Draft.municipality == municipality, Draft.state == "proposed"
            )
        )
        fresh = {(person, n) for person, n, at in composed if local_day(at, zone) == day}
        number = Record.body["number"].as_string()
        rows = self.session.execute(
            select(Record.person, number).where(
                Record.municipality == municipality,
                Record.sheet == "routes",
                Record.body["approved_by"].as_string().is_(None),
                Record.body["cancelled_on"].as_string().is_(None),
            )
        )
        return [_Waiting(one or "", "drafts", (one, n) in fresh) for one, n in rows]


_NEWS: tuple[tuple[Any, str, Any], ...] = (
    (Draft, "proposed", Draft.proposed_at),
    (ProofFile, "waiting", ProofFile.uploaded_at),
)
"""What is news when it comes, the state it is then in, and when it came."""


def _notice(number: str, counts: Counter[str], day: date) -> Owed:
    params = {name: counts[name] for name in ("drafts", "fresh", "files", "requests")}
    key = f"{DECISIONS_WAITING}:{day.isoformat()}:{Recipient.METHODIST}:{number}"
    told = {**params, "on": day.isoformat()}
    return Owed(key, DECISIONS_WAITING, Recipient.METHODIST, number, told, day)
