"""Whose: which person of which municipality a Moodle account belongs to (domain 2)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from connector.models import Account, Delivery, SourceMunicipality, Subject
from connector.models.among import among
from connector.models.many import insert_many
from connector.services.imports.gate import served
from connector.services.imports.stored_rows import chunks

UNKNOWN_PERSON = "unknown_person"
MATCH_PROPOSED = "match_proposed"
ACCOUNT_IGNORED = "account_ignored"
HELD = ("matched", "confirmed")
DECIDED = (*HELD, "parted", "ignored")
"""Matches that nothing but a person changes."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a delivery or reading says of an account. version: sorts as the evidence's does."""

    source: str
    user_id: str
    idnumber: str | None
    email: str | None
    deleted: bool
    version: bytes


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose an account is. match: as models.Account says."""

    subject_id: int | None
    match: str


class IdentityService:
    """Takes a session, never commits. automatic: municipalities that take e-mail matches as is."""

    def __init__(self, session: Session, automatic: frozenset[str] = frozenset()) -> None:
        self._session = session
        self._automatic = automatic

    def observe(self, seen: Sequence[Seen], now: datetime) -> None:
        """Notes what is known of accounts and matches those that belong to nobody yet.

        The latest word on an account stands, whatever the order of arrival; a match that holds is
        never changed by what Moodle says later.
        """
        latest: dict[tuple[str, str], Seen] = {}
        for one in seen:
            held = latest.get((one.source, one.user_id))
            if held is None or one.version > held.version:
                latest[one.source, one.user_id] = one
        if not latest:
            return
        self._note([latest[key] for key in sorted(latest)])
        accounts = self._accounts(latest.keys(), Account.match.not_in(DECIDED))
        said: dict[tuple[str, str], set[str]] = {}
        for one in seen:
            if one.idnumber:
                said.setdefault((one.source, one.user_id), set()).add(one.idnumber)
        self.match(accounts, now, said)

    def match(
        self,
        accounts: Sequence[Account],
        now: datetime,
        said: Mapping[tuple[str, str], Collection[str]] | None = None,
    ) -> None:
        """Looks for the one person of each account; releases the deliveries that waited for it.

        said: what deliveries at hand call an account, which may be older than what is noted of it.
        Had the older one come first, its match would hold: so it counts when it comes second, too.
        """
        said = said or {}
        names = [
            _Names(account, said.get((account.source, account.user_id), ())) for account in accounts
        ]
        people = _People(self._session, names)
        matched: dict[str, list[str]] = {}
        for one in names:
            account = one.account
            subject_id, how = self._find(one, people)
            if (account.subject_id, account.match) == (subject_id, how):
                continue
            account.subject_id = subject_id
            account.match = how
            account.matched_at = now if how in HELD else None
            if how in HELD:
                matched.setdefault(account.source, []).append(account.user_id)
        self._session.flush()
        for source, user_ids in matched.items():
            self._release(and_(Delivery.source == source, Delivery.user_id.in_(user_ids)))

    def rematch(self, municipality: str, now: datetime) -> None:
        """After people have changed: tries every account that belongs to nobody yet.

        Deliveries that waited for a person are looked at again as well: one of them may call its
        account by a number that a later one has overwritten.
        """
        served = select(SourceMunicipality.source).where(
            SourceMunicipality.municipality == municipality
        )
        open_ones = self._session.scalars(
            select(Account)
            .where(Account.source.in_(served), Account.match.in_(("none", "proposed")))
            .order_by(Account.source, Account.user_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        ).all()
        self.match(open_ones, now)
        self._release(Delivery.source.in_(served))

    def owners(self, accounts: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Owner]:
        """Whose the accounts are, by source and user number."""
        columns = (Account.source, Account.user_id, Account.subject_id, Account.match)
        wanted = self._wanted(accounts)
        if wanted is None:
            return {}
        rows = self._session.execute(select(*columns).where(wanted))
        return {(source, user): Owner(subject, how) for source, user, subject, how in rows}

    def held_still(self, accounts: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], Owner]:
        """As owners, and until the transaction ends nobody else matches any of them."""
        found = self._accounts(accounts, is_locked=True)
        return {(a.source, a.user_id): Owner(a.subject_id, a.match) for a in found}

    def _note(self, seen: Sequence[Seen]) -> None:
        """In one order for everybody: the accounts stay locked until the end."""
        insert_many(self._session, Account, [_columns(one) for one in seen], _LATEST_WORD)

    def _accounts(
        self,
        keys: Iterable[tuple[str, str]],
        *conditions: ColumnElement[bool],
        is_locked: bool = False,
    ) -> Sequence[Account]:
        wanted = self._wanted(keys)
        if wanted is None:
            return []
        query = select(Account).where(wanted, *conditions)
        query = query.order_by(Account.source, Account.user_id)
        if is_locked:
            query = query.with_for_update()
        return self._session.scalars(query.execution_options(populate_existing=True)).all()

    def _wanted(self, keys: Iterable[tuple[str, str]]) -> ColumnElement[bool] | None:
        by_source: dict[str, list[str]] = {}
        for source, user_id in keys:
            by_source.setdefault(source, []).append(user_id)
        if not by_source:
            return None
        return or_(
            *(
                and_(Account.source == source, among(self._session, Account.user_id, ids))
                for source, ids in by_source.items()
            )
        )

    def _find(self, names: "_Names", people: "_People") -> tuple[int | None, str]:
        source = names.account.source
        for idnumber in names.idnumbers():
            found = people.by_number(source, idnumber)
            if found is not None:
                return found[0], "matched"
        found = people.by_email(source, names.account.email_key)
        if found is not None:
            return found[0], "matched" if found[1] in self._automatic else "proposed"
        return None, "none"

    def _release(self, whose: ColumnElement[bool]) -> None:
        self._session.execute(
            update(Delivery)
            .where(
                whose,
                Delivery.state == "parked",
                Delivery.reason.in_((UNKNOWN_PERSON, MATCH_PROPOSED)),
            )
            .values(state="ready", reason=None, next_try_at=None)
            .execution_options(synchronize_session=False)
        )


_IS_LATER = "(accounts.seen_version IS NULL OR accounts.seen_version < excluded.seen_version)"
_LATEST_WORD = "ON CONFLICT (source, user_id) DO UPDATE SET " + ", ".join(
    # A deleted account has lost its names, and some senders do not tell them: a name that was told
    # once stays until another one is told, in whatever order the two arrive.
    [
        f"{name} = CASE WHEN {_IS_LATER} THEN coalesce(excluded.{name}, accounts.{name}) "
        f"ELSE coalesce(accounts.{name}, excluded.{name}) END"
        for name in ("idnumber", "email_key")
    ]
    + [
        f"{name} = CASE WHEN {_IS_LATER} THEN excluded.{name} ELSE accounts.{name} END"
        for name in ("deleted", "seen_version")
    ]
)


def _columns(seen: Seen) -> dict[str, object]:
    return {
        "source": seen.source,
        "user_id": seen.user_id,
        "match": "none",
        # Nobody's personnel number or address is longer, and PostgreSQL would refuse the row.
        "idnumber": (seen.idnumber or "")[:255] or None,
        "email_key": (seen.email or "").strip().lower()[:320] or None,
        "deleted": seen.deleted,
        "seen_version": seen.version,
    }


@dataclass(frozen=True, slots=True)
class _Names:
    """What an account was ever called, as far as it is at hand."""

    account: Account
    older: Collection[str]

    def idnumbers(self) -> list[str]:
        """The noted one first, the others in an order that does not depend on their arrival."""
        noted = self.account.idnumber
        others = sorted(set(self.older) - {noted})
        return ([noted] if noted else []) + others


class _People:
    """Those whom accounts may belong to; a fixed number of queries, however many accounts."""

    def __init__(self, session: Session, names: Sequence[_Names]) -> None:
        self._served = served(session) if names else {}
        self._numbers: dict[tuple[str, str], int] = {}
        self._emails: dict[tuple[str, str], list[int]] = {}
        numbers = {number for one in names for number in one.idnumbers()}
        emails = {one.account.email_key for one in names if one.account.email_key}
        for row in self._staff(session, Subject.code, numbers):
            self._numbers[row.municipality, row.code] = row.id
        for row in self._staff(session, Subject.email_key, emails):
            self._emails.setdefault((row.municipality, row.email_key), []).append(row.id)

    def by_number(self, source: str, number: str) -> tuple[int, str] | None:
        """The one person of the source's municipalities, and the municipality."""
        towns = self._served.get(source, ())
        found = [(self._numbers[m, number], m) for m in towns if (m, number) in self._numbers]
        return found[0] if len(found) == 1 else None

    def by_email(self, source: str, email: str | None) -> tuple[int, str] | None:
        towns = self._served.get(source, ())
        found = [(id_, m) for m in towns for id_ in self._emails.get((m, email or ""), ())]
        return found[0] if len(found) == 1 else None

    def _staff(self, session: Session, column: Any, values: Collection[str]) -> Iterator[Any]:
        for chunk in chunks(values):
            yield from session.execute(
                select(Subject.id, Subject.municipality, Subject.code, Subject.email_key).where(
                    Subject.kind == "staff", among(session, column, chunk)
                )
            )
