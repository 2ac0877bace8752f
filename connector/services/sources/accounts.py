"""Moodle accounts about which somebody must decide whose they are (domain 2, "Whose").

An account of a source that serves several municipalities belongs to none of them until it is
matched, so only the administrator sees it; one that was proposed is seen where its person works.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from connector.models import Account, Delivery, EvidenceSlot, SourceMunicipality, Subject
from connector.models.among import among
from connector.services.imports.gate import served
from connector.services.imports.stored_rows import chunks
from connector.services.sources.identity import HELD

MOST = 200
"""So many of a kind are listed; whoever has decided about them is shown the next ones."""


class Why(StrEnum):
    """What is unsure about an account."""

    BY_EMAIL = "by_email"
    EMAIL_OF_SEVERAL = "email_of_several"
    NUMBER_OF_SEVERAL = "number_of_several"
    PARTED = "parted"
    DELETED = "deleted"
    UNKNOWN = "unknown"
    NUMBER_OF_OTHER = "number_of_other"
    EMAIL_OF_OTHER = "email_of_other"
    NAMED_OTHERWISE = "named_otherwise"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person whose an account may be."""

    municipality: str
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """An account to decide about. waiting: deliveries parked for it; proved: evidence it has.

    municipalities: those of its source. candidates: whom its names fit, best first. holder: whose
    it is meanwhile, where its names have changed since.
    """

    source: str
    user_id: str
    idnumber: str | None
    email: str | None
    deleted: bool
    why: Why
    waiting: int
    proved: int
    municipalities: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    holder: Candidate | None = None


class AccountService:
    """Reads only. municipalities None: of the whole installation."""

    def __init__(self, session: Session, municipalities: frozenset[str] | None) -> None:
        self._session = session
        self._seen = municipalities

    def open_ones(self) -> list[OpenAccount]:
        """Accounts of nobody: proposed ones first, then by how much waits for them."""
        waiting = _waiting()
        count = func.coalesce(waiting.c.count, 0)
        query = (
            self._of_nobody(select(Account, count))
            .outerjoin(
                waiting,
                and_(waiting.c.source == Account.source, waiting.c.user_id == Account.user_id),
            )
            .where(_is_open(count))
            .order_by(
                Account.match.desc(), Account.deleted, count.desc(), Account.source, Account.user_id
            )
            .limit(MOST)
        )
        return self._told([(account, number, None) for account, number in self._run(query)])

    def conflicts(self) -> list[OpenAccount]:
        """Accounts that keep their person although Moodle calls them otherwise by now."""
        query = self._renamed(select(Account, Subject)).order_by(Account.source, Account.user_id)
        rows = self._run(query.limit(MOST))
        return self._told([(account, 0, holder) for account, holder in rows])

    def ignored(self) -> list[OpenAccount]:
        """Those of which somebody said that they are nobody's of ours."""
        query = self._of_nobody(select(Account)).where(Account.match == "ignored")
        rows = self._run(query.order_by(Account.source, Account.user_id).limit(MOST))
        return self._told([(account, 0, None) for (account,) in rows])

    def count(self) -> int:
        """How many accounts there are to decide about."""
        waiting = _waiting()
        open_ones = (
            self._of_nobody(select(func.count()).select_from(Account))
            .outerjoin(
                waiting,
                and_(waiting.c.source == Account.source, waiting.c.user_id == Account.user_id),
            )
            .where(_is_open(func.coalesce(waiting.c.count, 0)))
        )
        renamed = self._renamed(select(func.count()).select_from(Account))
        return sum(self._session.scalar(query) or 0 for query in (open_ones, renamed))

    def find(self, source: str, user_id: str) -> OpenAccount | None:
        """One account, if this viewer may decide about it at all."""
        account = self._session.get(Account, (source, user_id))
        if account is None:
            return None
        holder = None
        if account.match in HELD and account.subject_id is not None:
            holder = self._session.get(Subject, account.subject_id)
            if holder is None or not self._sees(holder.municipality):
                return None
        elif not self._run(
            self._of_nobody(select(Account.source)).where(
                Account.source == source, Account.user_id == user_id
            )
        ):
            return None
        return self._told([(account, 0, holder)])[0]

    def of_person(self, municipality: str, number: str) -> list[OpenAccount]:
        """Every account of one person, of all Moodles."""
        query = (
            select(Account, Subject)
            .join(Subject, Subject.id == Account.subject_id)
            .where(
                Subject.municipality == municipality,
                Subject.kind == "staff",
                Subject.code == number,
                Account.match.in_(HELD),
            )
            .order_by(Account.source, Account.user_id)
        )
        rows = self._run(query)
        return self._told([(account, 0, holder) for account, holder in rows])

    def _run(self, query: Any) -> Sequence[Any]:
        return self._session.execute(query).all()

    def _sees(self, municipality: str) -> bool:
        return self._seen is None or municipality in self._seen

    def _of_nobody(self, query: Any) -> Any:
        """Of nobody yet, as far as this viewer is concerned."""
        query = query.outerjoin(Subject, Subject.id == Account.subject_id).where(
            Account.match.not_in(HELD)
        )
        if self._seen is None:
            return query
        return query.where(
            or_(
                Subject.municipality.in_(self._seen),
                and_(Account.subject_id.is_(None), Account.source.in_(_only_of(self._seen))),
            )
        )

    def _renamed(self, query: Any) -> Any:
        """Held accounts whose idnumber or e-mail names somebody else, or nobody, by now.

        A person who decided about an account is not asked again while its names stay.
        """
        query = query.join(Subject, Subject.id == Account.subject_id).where(
            Account.match.in_(HELD),
            or_(Account.idnumber.is_(None), Account.idnumber != Subject.code),
            or_(Account.settled.is_(None), Account.settled != _names()),
            or_(self._is_others_number(), self._is_others_email(), _is_called_nothing_known()),
        )
        return query if self._seen is None else query.where(Subject.municipality.in_(self._seen))

    def _is_others_number(self) -> ColumnElement[bool]:
        other = Subject.__table__.alias("numbered")
        return (
            select(other.c.id)
            .where(
                other.c.municipality == Subject.municipality,
                other.c.kind == "staff",
                other.c.code == Account.idnumber,
            )
            .exists()
        )

    def _is_others_email(self) -> ColumnElement[bool]:
        other = Subject.__table__.alias("addressed")
        return (
            select(other.c.id)
            .where(
                other.c.municipality == Subject.municipality,
                other.c.kind == "staff",
                other.c.email_key == Account.email_key,
                other.c.id != Subject.id,
            )
            .exists()
        )

    def _told(self, rows: Sequence[tuple[Account, int, Subject | None]]) -> list[OpenAccount]:
        """A fixed number of queries, however many accounts."""
        towns = served(self._session) if rows else {}
        people = _Fitting(self._session, [account for account, _, _ in rows], self._seen)
        proved = self._proved([account for account, _, _ in rows])
        found = []
        for account, number, holder in rows:
            fitting = people.of(account, towns.get(account.source, ()))
            found.append(
                OpenAccount(
                    source=account.source,
                    user_id=account.user_id,
                    idnumber=account.idnumber,
                    email=account.email_key,
                    deleted=account.deleted,
                    why=_why(account, fitting, holder),
                    waiting=number,
                    proved=proved.get((account.source, account.user_id), 0),
                    municipalities=tuple(t for t in towns.get(account.source, ()) if self._sees(t)),
                    candidates=tuple(
                        one
                        for one in dict.fromkeys((*fitting.numbered, *fitting.addressed))
                        if holder is None
                        or (one.municipality, one.number) != (holder.municipality, holder.code)
                    ),
                    holder=_candidate(holder) if holder else None,
                )
            )
        return found

    def _proved(self, accounts: Sequence[Account]) -> dict[tuple[str, str], int]:
        """How much evidence each account has."""
        by_source: dict[str, list[str]] = {}
        for account in accounts:
            by_source.setdefault(account.source, []).append(account.user_id)
        found: dict[tuple[str, str], int] = {}
        for source, users in by_source.items():
            rows = self._session.execute(
                select(EvidenceSlot.user_id, func.count(EvidenceSlot.register.distinct()))
                .where(
                    EvidenceSlot.source == source,
                    among(self._session, EvidenceSlot.user_id, users),
                )
                .group_by(EvidenceSlot.user_id)
            )
            found |= {(source, user): count for user, count in rows}
        return found


@dataclass(frozen=True, slots=True)
class _Fits:
    """Whom an account's idnumber and its e-mail fit."""

    numbered: tuple[Candidate, ...]
    addressed: tuple[Candidate, ...]


class _Fitting:
    """People by personnel number and e-mail, of the accounts at hand."""

    def __init__(
        self, session: Session, accounts: Iterable[Account], seen: frozenset[str] | None
    ) -> None:
        accounts = list(accounts)
        self._numbers: dict[str, list[Candidate]] = {}
        self._emails: dict[str, list[Candidate]] = {}
        numbers = {one for account in accounts for one in _spellings(account.idnumber)}
        emails = {account.email_key for account in accounts if account.email_key}
        for found, column, values in (
            (self._numbers, Subject.code, numbers),
            (self._emails, Subject.email_key, emails),
        ):
            for subject, value in self._people(session, column, values, seen):
                found.setdefault(value, []).append(_candidate(subject))

    def of(self, account: Account, towns: Collection[str]) -> _Fits:
        numbered = [
            one for text in _spellings(account.idnumber) for one in self._numbers.get(text, ())
        ]
        addressed = self._emails.get(account.email_key or "", [])
        return _Fits(
            tuple(one for one in numbered if one.municipality in towns),
            tuple(one for one in addressed if one.municipality in towns),
        )

    def _people(
        self,
        session: Session,
        column: Any,
        values: Collection[str],
        seen: frozenset[str] | None,
    ) -> Iterable[Any]:
        for chunk in chunks(values):
            query = select(Subject, column).where(
                Subject.kind == "staff", among(session, column, chunk)
            )
            if seen is not None:
                query = query.where(Subject.municipality.in_(seen))
            yield from session.execute(query.order_by(Subject.municipality, Subject.sort_key))


def _why(account: Account, fits: _Fits, holder: Subject | None) -> Why:
    if holder is not None:
        own = _candidate(holder)
        if any(one != own for one in fits.numbered):
            return Why.NUMBER_OF_OTHER
        if any(one != own for one in fits.addressed):
            return Why.EMAIL_OF_OTHER
        return Why.NAMED_OTHERWISE
    if account.match == "ignored":
        return Why.IGNORED
    if account.match == "parted":
        return Why.PARTED
    if account.match == "proposed":
        return Why.BY_EMAIL
    if len(fits.numbered) > 1:
        return Why.NUMBER_OF_SEVERAL
    if len(fits.addressed) > 1:
        return Why.EMAIL_OF_SEVERAL
    return Why.DELETED if account.deleted else Why.UNKNOWN


def _spellings(idnumber: str | None) -> tuple[str, ...]:
    """The idnumber, then ways in which people write the same number; only people choose these."""
    if not idnumber:
        return ()
    plain = idnumber.strip()
    ways = (idnumber, plain, plain.upper(), plain.lower(), plain.lstrip("0"))
    return tuple(dict.fromkeys(way for way in ways if way))


def _candidate(subject: Subject) -> Candidate:
    return Candidate(subject.municipality, subject.code, subject.title)


def _waiting() -> Any:
    return (
        select(Delivery.source, Delivery.user_id, func.count().label("count"))
        .where(Delivery.state == "parked", Delivery.user_id.is_not(None))
        .group_by(Delivery.source, Delivery.user_id)
        .subquery()
    )


def _is_open(waiting: ColumnElement[int]) -> ColumnElement[bool]:
    return or_(
        Account.match.in_(("proposed", "parted")), and_(Account.match == "none", waiting > 0)
    )


def _names() -> ColumnElement[str]:
    """As connector.services.sources.matching.names_of."""
    return func.coalesce(Account.idnumber, "") + "|" + func.coalesce(Account.email_key, "")


def _is_called_nothing_known() -> ColumnElement[bool]:
    """It was found by its idnumber, and neither that nor the e-mail leads to its person now."""
    return and_(
        Account.match == "matched",
        Account.idnumber.is_not(None),
        or_(
            Account.email_key.is_(None),
            Subject.email_key.is_(None),
            Account.email_key != Subject.email_key,
        ),
    )


def _only_of(municipalities: frozenset[str]) -> Select[str]:
    """Sources that serve these municipalities and no other."""
    others = select(SourceMunicipality.source).where(
        SourceMunicipality.municipality.not_in(municipalities)
    )
    return select(SourceMunicipality.source).where(
        SourceMunicipality.municipality.in_(municipalities),
        SourceMunicipality.source.not_in(others),
    )
