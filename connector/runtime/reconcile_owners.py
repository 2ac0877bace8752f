"""Whose accounts a pass looks at, what is held of them, and what their municipalities want."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from sqlalchemy import select

from connector.clock import Clock
from connector.db import Database
from connector.domain.dates import local_day
from connector.domain.differences import Registers
from connector.domain.evidence import Statement
from connector.domain.signals import Dialect
from connector.models import Account, EvidenceSlot, Subject
from connector.models.among import among
from connector.moodle.places import Wanted
from connector.moodle.searching import Held, Place
from connector.rulebook import Rulebook
from connector.rulebook.faults import RulesRefused, UnknownMunicipality
from connector.services.cases.setting import Settings
from connector.services.folding.evidence import statement_of
from connector.services.sources.identity import HELD, Seen
from connector.services.sources.sources import SourceDetails


@dataclass(frozen=True, slots=True)
class Ground:
    """What a pass works with besides its source."""

    db: Database
    rulebook: Rulebook
    settings: Settings
    clock: Clock


@dataclass(frozen=True, slots=True)
class Owned:
    """A learner's account that belongs to somebody, and by whose years it is told."""

    user_id: str
    zone: tzinfo


class Owners:
    """Reads only. Municipalities whose rules cannot be used have nobody here."""

    def __init__(self, ground: Ground, source: SourceDetails) -> None:
        self._ground = ground
        self._db = ground.db
        self._source = source
        self._supposed: dict[str, str] = {}

    def suppose(self, seen: Iterable[Seen]) -> None:
        """Takes accounts for matched as a pass would match them, by personnel number, storing
        nothing."""
        numbers = {one.idnumber: one.user_id for one in seen if one.idnumber}
        if not numbers:
            return
        with self._db.reading() as session:
            rows = session.execute(
                select(Subject.code, Subject.municipality).where(
                    Subject.kind == "staff",
                    Subject.municipality.in_(self._source.municipalities),
                    among(session, Subject.code, sorted(numbers)),
                )
            ).all()
        towns: dict[str, list[str]] = {}
        for code, municipality in rows:
            towns.setdefault(code, []).append(municipality)
        found = {numbers[code]: own[0] for code, own in towns.items() if len(own) == 1}
        self._supposed |= found

    def of(self, users: Collection[str]) -> list[Owned]:
        """In the order of their numbers; accounts that belong to nobody are left out."""
        if not users:
            return []
        with self._db.reading() as session:
            rows = session.execute(
                select(Account.user_id, Subject.municipality)
                .join(Subject, Subject.id == Account.subject_id)
                .where(
                    Account.source == self._source.code,
                    Account.match.in_(HELD),
                    among(session, Account.user_id, sorted(users)),
                )
            ).all()
        towns = {user: town for user, town in self._supposed.items() if user in users}
        towns |= {user: town for user, town in rows if user.isdecimal()}
        zones = self._zones(set(towns.values()))
        owned = [Owned(user, zones[town]) for user, town in towns.items() if town in zones]
        return sorted(owned, key=lambda one: int(one.user_id))

    def with_evidence(self, place: Place) -> set[str]:
        """Accounts of whom something of the place is held, whether or not they are still in it."""
        refs = [f"course:{place.course}", *(f"quiz:{quiz.id}" for quiz in place.quizzes)]
        with self._db.reading() as session:
            return set(
                session.scalars(
                    select(EvidenceSlot.user_id)
                    .where(
                        EvidenceSlot.source == self._source.code,
                        EvidenceSlot.object_ref.in_(refs),
                    )
                    .distinct()
                )
            )

    def want_ratings(self) -> bool:
        return bool(self._rating_towns())

    def rated_ones(self) -> list[Owned]:
        """Everybody's account of the municipalities that want ratings, in the order of numbers."""
        zones = self._zones(self._rating_towns())
        if not zones:
            return []
        with self._db.reading() as session:
            rows = session.execute(
                select(Account.user_id, Subject.municipality)
                .join(Subject, Subject.id == Account.subject_id)
                .where(
                    Account.source == self._source.code,
                    Account.match.in_(HELD),
                    Account.deleted.is_(False),
                    Subject.municipality.in_(zones),
                )
            ).all()
        owned = [Owned(user, zones[town]) for user, town in rows if user.isdecimal()]
        return sorted(owned, key=lambda one: int(one.user_id))

    def _rating_towns(self) -> list[str]:
        rules = self._ground.rulebook
        known = set(rules.municipalities()) & set(self._source.municipalities)
        return [town for town in self._zones(known) if rules.rules(town).moodle.ratings]

    def held(self, one: Owned) -> Held:
        with self._db.reading() as session:
            rows = session.scalars(
                select(EvidenceSlot).where(
                    EvidenceSlot.source == self._source.code, EvidenceSlot.user_id == one.user_id
                )
            ).all()
        is_exact = self._source.dialect is Dialect.NATIVE
        return Held(
            self._source.code, one.user_id, one.zone, is_exact, _by_register(rows), self._more
        )

    def wanted(self) -> Wanted:
        """What the source's municipalities have a use for."""
        names: dict[str, set[str]] = {"quiz": set(), "course": set(), "activity": set()}
        zones = self._zones(self._source.municipalities)
        with self._db.reading() as session:
            for town, zone in zones.items():
                today = local_day(self._ground.clock.now(), zone)
                known = self._ground.settings.ground(session, town, today).known
                for kind, found in names.items():
                    found |= known.named(kind, self._source.code)
        return Wanted(
            frozenset(names["quiz"]), frozenset(names["course"]), frozenset(names["activity"])
        )

    def _zones(self, towns: Iterable[str]) -> dict[str, tzinfo]:
        zones: dict[str, tzinfo] = {}
        for town in sorted(towns):
            try:
                zones[town] = self._ground.rulebook.rules(town).zone
            except (RulesRefused, UnknownMunicipality):
                continue
        return zones

    def _more(self, registers: Collection[str]) -> Registers:
        with self._db.reading() as session:
            rows = session.scalars(
                select(EvidenceSlot).where(among(session, EvidenceSlot.register, sorted(registers)))
            ).all()
        return _by_register(rows)


def _by_register(rows: Sequence[EvidenceSlot]) -> dict[str, dict[str, Statement]]:
    found: dict[str, dict[str, Statement]] = {}
    for row in rows:
        found.setdefault(row.register, {})[row.slot] = statement_of(row)
    return found
