"""The week's digest of stalled routes: to whoever is in charge of any, once, on its first working
day.

Numbers are of the week before, Monday to Sunday; what stands is of the day. Names are for
methodists only: a head or a specialist finds them on the board.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from connector.domain.dates import Span, local_day
from connector.domain.owed import Circle, Owed, Recipient
from connector.domain.people import StaffMember
from connector.domain.stall_episodes import ended_episodes
from connector.domain.stall_standing import Standing
from connector.models import Record, Tenant
from connector.rulebook import MunicipalityRules, Rulebook
from connector.services.cases.setting import Ground, Settings
from connector.services.notices.circles import circles
from connector.services.notices.notices import NoticeService
from connector.services.stalls.board import BoardService, Card

STALLS_WEEK = "stalls_week"
OLDEST = 5
"""How many are named: what is to be done first, not the whole board once more."""

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_BEYOND = (Recipient.HEAD, Recipient.SPECIALIST)
_UNANSWERED = (Standing.NEW, Standing.ESCALATED)


def monday_of(day: date) -> date:
    return day - day.weekday() * _DAY


@dataclass(slots=True)
class Week:
    """One recipient's week. closed: episodes that a step ended."""

    cards: list[Card] = field(default_factory=list)
    new: int = 0
    closed: int = 0


@dataclass(frozen=True, slots=True)
class WeeklyService:
    """Takes a session, never commits."""

    session: Session
    rulebook: Rulebook
    settings: Settings
    now: datetime

    def is_due(self, rules: MunicipalityRules, told: date | None) -> bool:
        """Whether this week's digest is to be written. told: the Monday of the last one.

        On the week's first working day, or on the first on which somebody is awake.
        """
        if not rules.weekly_stalls:
            return False
        day, ground = self._ground(rules)
        is_working = ground.setting.calendar.is_working(day)
        return told is None or (told < monday_of(day) and is_working)

    def owed(self, rules: MunicipalityRules, told: date | None) -> list[Owed]:
        """Reads only, and folds everybody who has a route. Nothing where nothing was told before:
        what an installation begins with has just been told route by route."""
        if told is None:
            return []
        day, ground = self._ground(rules)
        monday = monday_of(day)
        weeks: dict[tuple[Recipient, str], Week] = {}
        before = Span(monday - _WEEK, monday - _DAY)
        for one, circle in self._happened(rules.code, ground, day, before):
            for role, member in _in_charge(circle):
                week = weeks.setdefault((role, member.personnel_no), Week())
                if isinstance(one, Card):
                    week.cards.append(one)
                    week.new += one.episode.first_day in before
                else:
                    week.closed += 1
                    week.new += one in before
        return [
            _notice(role, number, week, day, monday)
            for (role, number), week in sorted(weeks.items())
            if week.cards or week.closed
        ]

    def tell(self, rules: MunicipalityRules, owed: Iterable[Owed]) -> bool:
        """Writes the digests, if no other tick was quicker."""
        day, ground = self._ground(rules)
        monday = monday_of(day)
        taken = self.session.execute(
            update(Tenant)
            .where(
                Tenant.municipality == rules.code,
                or_(Tenant.stalls_week.is_(None), Tenant.stalls_week < monday),
            )
            .values(stalls_week=monday)
            .returning(Tenant.municipality)
            .execution_options(synchronize_session=False)
        ).first()
        if taken is None:
            return False
        hours = rules.post_hours(ground.setting.calendar)
        NoticeService(self.session).tell(rules.code, owed, hours, self.now)
        return True

    def _ground(self, rules: MunicipalityRules) -> tuple[date, Ground]:
        day = local_day(self.now, rules.zone)
        return day, self.settings.ground(self.session, rules.code, day)

    def _happened(
        self, municipality: str, ground: Ground, day: date, week: Span
    ) -> Iterator[tuple[Card | date, Circle]]:
        """What stands, as cards, and the first days of what has ended within the week."""
        board = BoardService(self.session, self.rulebook, self.settings, self.now)
        numbers = self.session.scalars(
            select(Record.person)
            .where(Record.municipality == municipality, Record.sheet == "routes")
            .distinct()
        )
        cases = board.cases((number for number in numbers if number), ground.setting)
        for card in board.of_cases(cases, day, ground):
            yield card, card.circle
        setting = ground.setting
        ended = {
            number: [
                one.last.first_day
                for route in case.folded.routes
                for one in ended_episodes(
                    route, week, setting.calendar, setting.stalls, case.folded.dossier.stall_answers
                )
            ]
            for number, case in cases.items()
        }
        dossiers = [cases[number].folded.dossier for number, found in ended.items() if found]
        around = circles(self.session, setting, ground.posts, dossiers, day)
        for number, found in ended.items():
            for first_day in found:
                yield first_day, around[number]


def _in_charge(circle: Circle) -> Iterator[tuple[Recipient, StaffMember]]:
    places: tuple[tuple[Recipient, Iterable[StaffMember]], ...] = (
        (Recipient.METHODIST, circle.methodists),
        (Recipient.HEAD, circle.heads.values()),
        (Recipient.SPECIALIST, circle.specialists),
    )
    for role, members in places:
        # A head of two of the person's associations is in charge once.
        for member in {m.personnel_no: m for m in members}.values():
            yield role, member


def _notice(role: Recipient, number: str, week: Week, day: date, monday: date) -> Owed:
    oldest = sorted(week.cards, key=lambda card: (card.episode.first_day, card.person.full_name))
    standings = [card.standing for card in week.cards]
    params: dict[str, Any] = {
        "open": len(week.cards),
        "new": week.new,
        "closed": week.closed,
        "unanswered": sum(standing in _UNANSWERED for standing in standings),
        "due": standings.count(Standing.DUE),
        "escalated": sum(_has_come_to(card, role, number) for card in week.cards),
        "longest": oldest[0].episode.waited if oldest else 0,
        "oldest": [_line(card) for card in oldest[:OLDEST]] if role is Recipient.METHODIST else [],
    }
    key = f"{STALLS_WEEK}:{monday.isoformat()}:{role}:{number}"
    return Owed(key, STALLS_WEEK, role, number, params, day)


def _has_come_to(card: Card, role: Recipient, number: str) -> bool:
    """Whether they were told, or are by the time they read this; of a methodist's, whether anybody
    beyond her is. What is held back or has come back tells nobody."""
    on_its_way = [one for one in card.tellings if one.is_on_its_way]
    if role is Recipient.METHODIST:
        return any(one.role in _BEYOND for one in on_its_way)
    return any((one.role, one.recipient) == (role, number) for one in on_its_way)


def _line(card: Card) -> Mapping[str, Any]:
    hold = card.episode.hold
    return {
        "person": card.person.full_name,
        "number": card.progress.route.number,
        "first_day": card.episode.first_day.isoformat(),
        "waited": card.episode.waited,
        "state": str(card.standing),
        "until": hold.until.isoformat() if hold is not None and hold.until is not None else None,
    }
