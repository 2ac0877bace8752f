"""What is owed because a route is stalled, or moves again (domain 4 and 6).

One episode is one alert to each; what it says is what was so when their rung was reached, so that a
later rung reads how long it has lasted and what was tried by whom. Whoever is handed a route is
told and asked from then on. When a step ends the episode, those who were told are thanked, once.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from connector.domain.cases import StaffCase
from connector.domain.dates import Span
from connector.domain.dossier import Setting
from connector.domain.owed import Circle, Owed, Recipient
from connector.domain.people import StaffMember
from connector.domain.stall_answers import AnswerKind, StallAnswer, ended_holds
from connector.domain.stall_episodes import EndedEpisode, Episode, ended_episodes, episode_on
from connector.domain.stall_policy import Rung
from connector.domain.stall_words import answer_words, stall_words, step_words

ROUTE_STALLED = "route_stalled"
STALL_REMINDER = "stall_reminder"
STALL_HANDED = "stall_handed"
STALL_CHECK = "stall_check"
STALL_OVER = "stall_over"

NOBODY = "nobody"
"""Stands in the key for a recipient who was not found."""

REMINDED_FOR = timedelta(days=7)
"""A reminder that could not be written for a week reminds nobody any more; so the stalls of a first
import are told, and not reminded of in the same letter."""

Told = Iterator[tuple[Recipient, tuple[StaffMember, ...]]]


def stalls_owed(case: StaffCase, circle: Circle, day: date, horizon: timedelta) -> Iterator[Owed]:
    """What is owed on `day` about the person's routes; horizon: how long what ended is told of."""
    setting, answers = case.setting, case.folded.dossier.stall_answers
    span = Span(day - horizon, day)
    for progress in case.folded.routes:
        known = (setting.calendar, setting.stalls, answers)
        episode = episode_on(progress, day, *known)
        if episode is not None:
            one = _Stall(case, circle, episode)
            yield from one.alerts()
            yield from one.reminders(day)
            yield from one.handed()
            yield from one.checks(day - horizon, day)
        for ended in ended_episodes(progress, span, *known):
            yield from _Stall(case, circle, ended.last).thanks(ended)


@dataclass(frozen=True, slots=True)
class _Stall:
    """One episode and those around it."""

    case: StaffCase
    circle: Circle
    episode: Episode

    def alerts(self) -> Iterator[Owed]:
        """Methodist and mentor at once, heads and specialist at their rungs."""
        for role, members in to_hear(self.circle, self.episode.rungs):
            day = self._day_of(role)
            params = self._params(day)
            numbers: list[str | None] = [*sorted({m.personnel_no for m in members})]
            for number in numbers or [None]:
                yield self._owed(
                    ROUTE_STALLED, role, number, params, day, urgent=role is not Recipient.MENTOR
                )

    def reminders(self, day: date) -> Iterator[Owed]:
        """To the methodists, where nobody has answered at all. Not once a later rung was reached:
        it promises that nobody else was disturbed."""
        on = self.episode.remind_on
        if on is None or on < day - REMINDED_FOR:
            return
        if any(reached > on for _, reached in self.episode.reached):
            return
        for member in self.circle.methodists:
            number = member.personnel_no
            follows = (self._key(ROUTE_STALLED, Recipient.METHODIST, number),)
            role = Recipient.METHODIST
            yield self._owed(STALL_REMINDER, role, number, self._params(on), on, follows=follows)

    def handed(self) -> Iterator[Owed]:
        """To the colleague who has it now; whoever handed it on is not asked any more."""
        handed = self._handed()
        if handed is None or handed.to is None:
            return
        params = {**self._params(handed.on), **answer_words(handed)}
        for member in self.circle.colleagues.get(handed.to, ()):
            role = self._role_of(member)
            yield self._owed(
                STALL_HANDED, role, member.personnel_no, params, handed.on, urgent=True
            )

    def checks(self, since: date, day: date) -> Iterator[Owed]:
        """To whoever put it off or took a measure, on the day they named, if nothing has moved."""
        for answer in ended_holds(self.episode.answers, day):
            until = answer.until
            if until is None or until < since:
                continue
            params = {**self._params(until), **answer_words(answer)}
            for member in self.circle.colleagues.get(answer.by, ()):
                number = member.personnel_no
                key = self._key(STALL_CHECK, answer.role, number, f"{until.isoformat()}:")
                yield Owed(key, STALL_CHECK, answer.role, number, params, until)

    def thanks(self, ended: EndedEpisode) -> Iterator[Owed]:
        """To everybody who was told. The teacher has been thanked for the step itself."""
        told: dict[str, tuple[Recipient, str]] = {}
        for role, members in to_hear(self.circle, self.episode.rungs):
            for member in members:
                key = self._key(ROUTE_STALLED, role, member.personnel_no)
                told.setdefault(member.personnel_no, (role, key))
        for answer in self.episode.answers:
            for member in self.circle.colleagues.get(answer.to or "", ()):
                role = self._role_of(member)
                key = self._key(STALL_HANDED, role, member.personnel_no)
                told.setdefault(member.personnel_no, (role, key))
        on = ended.ended_on
        last = on - timedelta(days=1)
        params = {
            **self._params(last),
            **step_words(self.episode.route, on, self._setting.catalogue),
            "ended_on": on.isoformat(),
            "completed": ended.is_completed,
        }
        for number, (role, key) in sorted(told.items()):
            yield self._owed(STALL_OVER, role, number, params, on, follows=(key,))

    @property
    def _setting(self) -> Setting:
        return self.case.setting

    def _params(self, day: date) -> dict[str, Any]:
        return stall_words(self.case, self.episode, day)

    def _day_of(self, role: Recipient) -> date:
        """When the rung was reached; a specialist may hear in the place of a head."""
        days = {str(rung): day for rung, day in self.episode.reached}
        if role is Recipient.SPECIALIST and not self.circle.heads:
            return days.get(Rung.HEAD, days.get(Rung.SPECIALIST, self.episode.first_day))
        return days.get(str(role), self.episode.first_day)

    def _handed(self) -> StallAnswer | None:
        answers = self.episode.answers
        return next((a for a in reversed(answers) if a.kind is AnswerKind.HANDED_OVER), None)

    def _role_of(self, member: StaffMember) -> Recipient:
        """In what capacity a colleague is told."""
        circle, number = self.circle, member.personnel_no
        places: tuple[tuple[Recipient, Iterable[StaffMember]], ...] = (
            (Recipient.MENTOR, circle.mentors),
            (Recipient.HEAD, circle.heads.values()),
            (Recipient.SPECIALIST, circle.specialists),
        )
        for role, members in places:
            if any(one.personnel_no == number for one in members):
                return role
        return Recipient.METHODIST

    def _key(self, kind: str, role: Recipient, number: str | None, what: str = "") -> str:
        about = key_start(kind, self.episode.route.route.code, self.episode.first_day)
        return f"{about}{what}{role}:{number or NOBODY}"

    def _owed(
        self,
        kind: str,
        role: Recipient,
        number: str | None,
        params: dict[str, Any],
        on: date,
        urgent: bool = False,
        follows: tuple[str, ...] = (),
    ) -> Owed:
        return Owed(self._key(kind, role, number), kind, role, number, params, on, urgent, follows)


def key_start(kind: str, route: str, first_day: date) -> str:
    """What the keys of this kind begin with in one episode. route: see Route.code."""
    return f"{kind}:{route}:{first_day.isoformat()}:"


def to_hear(circle: Circle, rungs: tuple[Rung, ...]) -> Told:
    """Who is to hear by now; only the lack of a methodist is shown, as nobody."""
    yield Recipient.METHODIST, circle.methodists
    if circle.mentors:
        yield Recipient.MENTOR, circle.mentors
    heads = tuple(circle.heads.values())
    if heads and Rung.HEAD in rungs:
        yield Recipient.HEAD, heads
    # Without a head the ladder goes on to the next rung at once (domain 4).
    reached = Rung.SPECIALIST in rungs or (not heads and Rung.HEAD in rungs)
    if reached and circle.specialists:
        yield Recipient.SPECIALIST, circle.specialists
