"""From open deficits and the catalogue to a draft of a route (domain 4): pure and deterministic.

How the programmes are chosen: as long as a deficit is uncovered, the best programme that covers any
is taken. Better is, in this order: not completed before; in the federal register on the day on
which it would be completed; fewer hours for each deficit that is still uncovered; covering more of
them; the title. Then what the others make superfluous is dropped, the last taken first. So the set
covers everything that can be covered and none of it can be left out. That no shorter set exists is
not promised: to find the shortest is a search that grows with every programme.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from connector.domain.calendar import WorkCalendar
from connector.domain.catalogue import Audience, Programme, Target, TargetKind
from connector.domain.deficits import Deficit, DeficitState
from connector.domain.proposals import Option, Proposal, ProposedRoute, Verdict
from connector.domain.routes import RouteStep
from connector.domain.staff_cases import StaffCase

FAR_DAYS = 1500
"""How far ahead a working day is looked for; a municipality closed for years has no due dates."""

_UNKNOWN_HOURS = 10_000
"""A programme that does not tell its hours comes behind those that do."""


def propose(case: StaffCase, day: date) -> Proposal | None:
    """What the core proposes on `day`; None where there is nothing open that no route is about.

    Whoever is not employed on `day` is proposed nothing.
    """
    if case.absent(day) is not None:
        return None
    deficits = unattended(case, day)
    if not deficits:
        return None
    newest = max((d.latest for d in deficits.values()), key=lambda r: (r.taken_at, r.key))
    codes = tuple(sorted(deficits, key=lambda code: (_percent(deficits[code]), code)))
    weighed = _weighed(case, codes, day)
    chosen = _chosen(weighed, codes)
    ordered, before = _in_order(case, [one.programme for one in chosen], deficits, day)
    covered = {code for one in chosen for code in one.covers}
    return Proposal(
        result=newest.key,
        based_on=newest.diagnostic.quiz,
        deficits=codes,
        uncovered=tuple(code for code in codes if code not in covered),
        options=_told(weighed, chosen),
        route=scheduled(case, ordered, day),
        before=before,
    )


def unattended(case: StaffCase, day: date) -> Mapping[str, Deficit]:
    """Open deficits that no step of a route under way, or of a draft, is about."""
    attended = {
        code
        for progress in case.folded.routes
        if not progress.is_completed(day) and not progress.route.is_cancelled(day)
        for step in progress.steps
        if step.step.required and (step.done is None or step.done.day > day)
        for code in step.competencies
    }
    return {
        code: deficit
        for code, deficit in case.folded.deficits(day).items()
        if deficit.state is DeficitState.OPEN and code not in attended
    }


@dataclass(frozen=True, slots=True)
class _Weighed:
    programme: Programme
    covers: tuple[str, ...]
    ends_on: date | None
    is_registered: bool
    was_taken: bool

    @property
    def hours(self) -> int:
        return self.programme.hours or _UNKNOWN_HOURS

    def rank(self, still: Iterable[str]) -> tuple[object, ...]:
        news = len(set(still) & set(self.covers))
        one = self.programme
        price = Fraction(self.hours, max(1, news))
        order = (self.was_taken, not self.is_registered, price, -news)
        return (*order, one.title, one.source, one.course)


def _percent(deficit: Deficit) -> float:
    return float(deficit.latest.percents[deficit.competency])


def _weighed(case: StaffCase, codes: Sequence[str], day: date) -> list[_Weighed]:
    """Every programme for staff that covers any of the competencies; of one course the first."""
    policy, calendar = case.setting.drafts, case.setting.calendar
    starts_on = _beginning(case, day)
    taken = _completed(case, day)
    found: dict[str, _Weighed] = {}
    wanted = set(codes)
    fitting = [
        programme
        for programme in case.setting.catalogue.programmes
        if programme.audience is Audience.STAFF and not wanted.isdisjoint(programme.competencies)
    ]
    # Once for all: a catalogue has hundreds of programmes, and the days are the same.
    longest = max((policy.days(programme.hours) for programme in fitting), default=0)
    ahead = working_days_after(calendar, starts_on, longest)
    for programme in sorted(fitting, key=lambda p: (p.title, p.source, p.course)):
        covers = tuple(code for code in codes if code in programme.competencies)
        days = policy.days(programme.hours)
        ends_on = ahead[days - 1] if days <= len(ahead) else None
        registered = programme.is_registered(ends_on or starts_on)
        was_taken = programme.course in taken
        found.setdefault(
            programme.course, _Weighed(programme, covers, ends_on, registered, was_taken)
        )
    return list(found.values())


def _chosen(weighed: Sequence[_Weighed], codes: Sequence[str]) -> list[_Weighed]:
    still, chosen = set(codes), list[_Weighed]()
    while fitting := [one for one in weighed if still & set(one.covers)]:
        best = min(fitting, key=lambda one: one.rank(still))
        chosen.append(best)
        still -= set(best.covers)
    for one in reversed(tuple(chosen)):
        rest = {code for other in chosen if other is not one for code in other.covers}
        if set(one.covers) <= rest:
            chosen.remove(one)
    return chosen


def _told(weighed: Sequence[_Weighed], chosen: Sequence[_Weighed]) -> tuple[Option, ...]:
    def option(one: _Weighed) -> Option:
        verdict, instead = _verdict(one, chosen)
        return Option(
            one.programme,
            one.covers,
            one.ends_on,
            one.is_registered,
            one.was_taken,
            verdict,
            instead,
        )

    others = [one for one in weighed if one not in chosen]
    others.sort(key=lambda one: one.rank(one.covers))
    return tuple(option(one) for one in (*chosen, *others))


def _verdict(one: _Weighed, chosen: Sequence[_Weighed]) -> tuple[Verdict, str | None]:
    if one in chosen:
        return Verdict.CHOSEN, None
    better = next(other for other in chosen if set(other.covers) & set(one.covers))
    course = better.programme.course
    if one.was_taken and not better.was_taken:
        return Verdict.TAKEN_BEFORE, course
    if better.is_registered and not one.is_registered:
        return Verdict.NOT_REGISTERED, course
    if one.hours * len(better.covers) > better.hours * len(one.covers):
        is_short = one.hours <= better.hours
        return (Verdict.COVERS_LESS if is_short else Verdict.MORE_HOURS), course
    return Verdict.ALIKE, course


def _completed(case: StaffCase, day: date) -> frozenset[str]:
    done = (c for c in case.folded.completions if c.proof.day <= day and c.passed)
    return frozenset(completion.programme.course for completion in done)


def _in_order(
    case: StaffCase, chosen: Sequence[Programme], deficits: Mapping[str, Deficit], day: date
) -> tuple[list[Programme], tuple[str, ...]]:
    """What builds on another comes after it; else fewer hours first, then the deeper deficit.

    Also the courses that come in because something builds on them; those completed do not.
    """
    needs = case.setting.drafts.prerequisites
    done = _completed(case, day)
    wanted: dict[str, Programme] = {programme.course: programme for programme in chosen}
    waiting = list(wanted)
    before: list[str] = []
    while waiting:
        for course in needs.get(waiting.pop(), ()):
            if course not in wanted and course not in done:
                known = case.setting.catalogue.programme_called(course)
                wanted[course] = known or Programme("", course, course)
                before.append(course)
                waiting.append(course)

    def place(programme: Programme) -> tuple[object, ...]:
        depth = min(
            (_percent(deficits[c]) for c in programme.competencies if c in deficits), default=100.0
        )
        return (programme.hours or _UNKNOWN_HOURS, depth, programme.title, programme.course)

    left, ordered = dict(wanted), list[Programme]()
    while left:
        ready = [p for c, p in left.items() if not set(needs.get(c, ())) & left.keys()]
        # Courses that each build on the other are a slip of the rules: any order is as good.
        following = min(ready or left.values(), key=place)
        ordered.append(following)
        del left[following.course]
    return ordered, tuple(sorted(before))


def scheduled(case: StaffCase, programmes: Sequence[Programme], day: date) -> ProposedRoute:
    """The programmes one after the other, each with a working day by which it can be done."""
    policy, calendar = case.setting.drafts, case.setting.calendar
    starts_on = _beginning(case, day)
    steps: list[RouteStep] = []
    due: date | None = starts_on
    for order, programme in enumerate(programmes, 1):
        due = working_day_after(calendar, due, policy.days(programme.hours)) if due else None
        steps.append(RouteStep(order, Target(TargetKind.COURSE, programme.course), due_on=due))
    return ProposedRoute(starts_on, tuple(steps))


def _beginning(case: StaffCase, day: date) -> date:
    """The first day of a route proposed on `day`: the methodist needs some to decide."""
    calendar, policy = case.setting.calendar, case.setting.drafts
    return working_day_after(calendar, day, max(1, policy.begins_after)) or day


def working_day_after(calendar: WorkCalendar, day: date, days: int) -> date | None:
    """The `days`-th working day after `day`; None where that lies more than FAR_DAYS ahead."""
    found = working_days_after(calendar, day, days)
    return found[-1] if len(found) == days else None


def working_days_after(calendar: WorkCalendar, day: date, days: int) -> Sequence[date]:
    """The first `days` working days after `day`, in order; fewer where FAR_DAYS have no more."""
    found: list[date] = []
    for ahead in range(1, FAR_DAYS + 1):
        if len(found) == days:
            break
        at = day + timedelta(days=ahead)
        if calendar.is_working(at):
            found.append(at)
    return found


def with_finals(case: StaffCase, route: ProposedRoute, note: str) -> ProposedRoute:
    """The route with the final assessment of each of its programmes behind it as a step of its own.

    For a municipality that counts a programme only with its assessment passed. Due together.
    """
    steps: list[RouteStep] = []
    added = False
    for step in route.steps:
        steps.append(step)
        known = case.setting.catalogue.programme_called(step.target.ref)
        if step.target.kind is TargetKind.COURSE and known is not None and known.final is not None:
            steps.append(RouteStep(0, known.final, known.competencies, step.due_on, step.required))
            added = True
    numbered = tuple(
        RouteStep(order, s.target, s.competencies, s.due_on, s.required)
        for order, s in enumerate(steps, 1)
    )
    return ProposedRoute(route.starts_on, numbered, note if added else route.note)
