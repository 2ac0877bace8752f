"""What a person decides about Moodle accounts: whose one is, that it is nobody's, or not ours.

Evidence belongs to accounts and accounts to people, so that a decision moves no evidence: the
people concerned are judged again, and with them figures, routes and notices follow. What was
decided can be taken back, and leaves everything as if it had never been decided (domain 2).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from connector.errors import ConnectorError, UnknownThing
from connector.models import Account, Delivery, SourceMunicipality, Subject
from connector.rulebook import Rulebook
from connector.services.folding.holders import mark_learners
from connector.services.folding.rezoning import rename_slots
from connector.services.imports.mapping import automatic_matches
from connector.services.sources.identity import (
    ACCOUNT_IGNORED,
    HELD,
    MATCH_PROPOSED,
    UNKNOWN_PERSON,
    IdentityService,
)

Key = tuple[str, str]
"""An account: source and user number."""


class NotOneOfThese(ConnectorError):
    """An account was to be given to somebody of a municipality its source does not serve."""


class DecidedMeanwhile(ConnectorError):
    """A decision is to be taken back that is not the latest one any more."""


@dataclass(frozen=True, slots=True)
class Holding:
    """Whose an account is. match: as models.Account says; municipality, number: of its person."""

    match: str
    municipality: str | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What a decision did to one account."""

    source: str
    user_id: str
    before: Holding
    after: Holding


class MatchingService:
    """Takes a session of a writing transaction, never commits.

    Each step is idempotent. People and accounts are locked in one order; a fold that goes on
    meanwhile is refused by the versions of the people, and does its work again.
    """

    def __init__(self, session: Session, rulebook: Rulebook) -> None:
        self._session = session
        self._rulebook = rulebook

    def give(self, key: Key, municipality: str, number: str, now: datetime) -> Move:
        """The account is this person's. Raises UnknownThing, NotOneOfThese."""
        account = self._account(key)
        if self._session.get(SourceMunicipality, (account.source, municipality)) is None:
            raise NotOneOfThese(f"{account.source} → {municipality}")
        return self._move(account, "confirmed", self._person(municipality, number), now)

    def part(self, key: Key, now: datetime) -> Move:
        """The account is not that person's; whose it is nobody knows. Raises UnknownThing."""
        return self._move(self._account(key), "parted", None, now)

    def ignore(self, key: Key, now: datetime) -> Move:
        """The account belongs to nobody we look after. Raises UnknownThing."""
        return self._move(self._account(key), "ignored", None, now)

    def leave_to_moodle(self, key: Key, now: datetime) -> Move:
        """Nobody decides: idnumber and e-mail tell, as for a new account. Raises UnknownThing."""
        account = self._account(key)
        move = self._move(account, "none", None, now)
        account.settled = None
        self._session.flush()
        IdentityService(self._session, automatic_matches(self._rulebook)).match([account], now)
        after = self.holding(account)
        self._mark([after])
        return Move(move.source, move.user_id, move.before, after)

    def merge(self, municipality: str, one: str, into: str, now: datetime) -> list[Move]:
        """Two records are of one person: all accounts of `one` become those of `into`.

        Raises UnknownThing, NotOneOfThese.
        """
        former = self._person(municipality, one)
        keys = self._session.execute(
            select(Account.source, Account.user_id)
            .where(Account.subject_id == former.id, Account.match.in_(HELD))
            .order_by(Account.source, Account.user_id)
        ).all()
        return [self.give((source, user), municipality, into, now) for source, user in keys]

    def take_back(self, moves: Sequence[Move], now: datetime) -> list[Move]:
        """Undoes a decision. Raises DecidedMeanwhile, UnknownThing; then nothing is to be kept."""
        done = []
        for move in moves:
            account = self._account((move.source, move.user_id))
            if self.holding(account) != move.after:
                raise DecidedMeanwhile(f"{move.source}/{move.user_id}")
            done.append(self._restore(account, move.before, now))
        return done

    def _restore(self, account: Account, to: Holding, now: datetime) -> Move:
        key = (account.source, account.user_id)
        if to.match in ("none", "proposed"):
            return self.leave_to_moodle(key, now)
        subject = None
        if to.municipality is not None and to.number is not None:
            subject = self._person(to.municipality, to.number)
        move = self._move(account, to.match, subject, now)
        # Whoever takes a decision back is asked again about what it had settled.
        account.settled = None
        self._session.flush()
        return move

    def _move(self, account: Account, match: str, subject: Subject | None, now: datetime) -> Move:
        before = self.holding(account)
        was_ignored = account.match == "ignored"
        account.subject_id = subject.id if subject else None
        account.match = match
        account.matched_at = now if match in HELD else None
        account.settled = names_of(account.idnumber, account.email_key)
        self._session.flush()
        after = self.holding(account)
        if before.number is not None and before.municipality == after.municipality:
            self._hand_over(account)
        elif before.number is not None or was_ignored:
            self._look_again(account)
        if subject is not None and before.municipality != after.municipality:
            zone = self._rulebook.rules(subject.municipality).zone
            rename_slots(self._session, account.source, account.user_id, zone, now)
        self._release(account)
        self._mark([before, after])
        return Move(account.source, account.user_id, before, after)

    def _hand_over(self, account: Account) -> None:
        """The catalogue is the same: what was made of the deliveries stays."""
        self._update(
            and_(_of(account), Delivery.subject_id.is_not(None)),
            subject_id=account.subject_id,
        )

    def _look_again(self, account: Account) -> None:
        """Of another municipality, or of nobody: each delivery that still has its body is planned
        anew; the evidence of the others stays with the account."""
        concerned = or_(Delivery.subject_id.is_not(None), Delivery.reason == ACCOUNT_IGNORED)
        of_it = and_(_of(account), concerned)
        self._update(and_(of_it, Delivery.body.is_(None)), subject_id=account.subject_id)
        self._update(
            and_(of_it, Delivery.body.is_not(None), Delivery.state.in_(("done", "parked"))),
            state="ready",
            reason=None,
            next_try_at=None,
        )

    def _release(self, account: Account) -> None:
        """What waited to be told whose the account is."""
        self._update(
            and_(
                _of(account),
                Delivery.state == "parked",
                Delivery.reason.in_((UNKNOWN_PERSON, MATCH_PROPOSED)),
            ),
            state="ready",
            reason=None,
            next_try_at=None,
        )

    def _update(self, which: ColumnElement[bool], **values: object) -> None:
        self._session.execute(
            update(Delivery)
            .where(which)
            .values(**values)
            .execution_options(synchronize_session=False)
        )

    def _mark(self, holdings: Collection[Holding]) -> None:
        for municipality in sorted({h.municipality for h in holdings if h.municipality}):
            numbers = {h.number for h in holdings if h.municipality == municipality and h.number}
            mark_learners(self._session, municipality, numbers)

    def _account(self, key: Key) -> Account:
        account = self._session.scalars(
            select(Account)
            .where(Account.source == key[0], Account.user_id == key[1])
            .with_for_update()
            .execution_options(populate_existing=True)
        ).first()
        if account is None:
            raise UnknownThing("account", "/".join(key))
        return account

    def _person(self, municipality: str, number: str) -> Subject:
        subject = self._session.scalar(
            select(Subject).where(
                Subject.municipality == municipality,
                Subject.kind == "staff",
                Subject.code == number,
            )
        )
        if subject is None:
            raise UnknownThing("staff", number)
        return subject

    def holding(self, account: Account) -> Holding:
        if account.subject_id is None or account.match not in HELD:
            return Holding(account.match)
        subject = self._session.get_one(Subject, account.subject_id)
        return Holding(account.match, subject.municipality, subject.code)


def names_of(idnumber: str | None, email: str | None) -> str:
    """What an account is called, to tell whether it was called otherwise since."""
    return f"{idnumber or ''}|{email or ''}"[:600]


def _of(account: Account) -> ColumnElement[bool]:
    return and_(Delivery.source == account.source, Delivery.user_id == account.user_id)
