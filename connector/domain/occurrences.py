"""What happened to a person, as domain events: a pure function of case and day."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from connector.domain.dates import Span
from connector.domain.deficits import Measured
from connector.domain.dossier import Setting
from connector.domain.events import DomainEvent, EventType
from connector.domain.notices import HORIZON
from connector.domain.progress import RouteProgress
from connector.domain.proofs import Proof
from connector.domain.staff_cases import StaffCase
from connector.domain.stall_episodes import ended_episodes


def events_for(
    case: StaffCase,
    day: date,
    stalled: Sequence[date | None],
    horizon: timedelta = HORIZON,
) -> tuple[DomainEvent, ...]:
    """What happened to a person by `day`, in order of the keys; nothing older than `horizon`.

    stalled: since when each of the person's routes is stalled on `day`, in their order: whoever
    asks has found that out for the profile, and it is the dearest thing to find out.
    Whoever is not employed on `day` causes none.
    """
    if case.absent(day) is not None:
        return ()
    since = day - horizon
    found = [*_deficits(case, since, day), *_routes(case, since, day, stalled)]
    found.sort(key=lambda event: event.key)
    return tuple(found)


def _deficits(case: StaffCase, since: date, day: date) -> Iterator[DomainEvent]:
    folded = case.folded
    for code, measured in folded.timeline.items():
        proofs = folded.covered.get(code, ())
        if measured[-1].day < since and (not proofs or proofs[-1].day < since):
            continue
        yield from _of_competency(case, code, measured, proofs, since, day)


def _of_competency(
    case: StaffCase,
    code: str,
    measured: Sequence[Measured],
    proofs: Sequence[Proof],
    since: date,
    day: date,
) -> Iterator[DomainEvent]:
    """open → addressed → closed, and open again by a later result below base (domain 3)."""
    number = case.folded.dossier.person.personnel_no

    def event(kind: EventType, on: date, by: str, **more: Any) -> DomainEvent:
        payload = {"competency": code, "evidence": by, **more}
        return DomainEvent(f"{kind}:{number}:{code}:{by}", kind, number, on, payload)

    was_open = False
    for place, one in enumerate(measured):
        if one.day > day:
            return
        result = one.latest
        level = str(result.levels[code])
        is_told = one.day >= since
        if one.opened_by is None:
            if is_told and place and measured[place - 1].opened_by is not None:
                yield event(EventType.DEFICIT_CLOSED, one.day, result.key, level=level)
            was_open = False
            continue
        if is_told and not was_open:
            yield event(EventType.DEFICIT_OPENED, one.day, result.key, level=level)
        until = measured[place + 1].latest.taken_at if place + 1 < len(measured) else None
        proof = _first_between(proofs, one, until, day)
        was_open = proof is None
        if proof is not None and proof.day >= since:
            yield event(EventType.DEFICIT_ADDRESSED, proof.day, proof.key)


def _first_between(
    proofs: Sequence[Proof], after: Measured, until: datetime | None, day: date
) -> Proof | None:
    """The first proof after a result and before the next one. until: its instant, None: none."""
    for proof in proofs:
        if proof.at > after.latest.taken_at:
            is_before = until is None or proof.at < until
            return proof if is_before and proof.day <= day else None
    return None


def _routes(
    case: StaffCase, since: date, day: date, stalled: Sequence[date | None]
) -> Iterator[DomainEvent]:
    for progress, stalled_since in zip(case.folded.routes, stalled, strict=True):
        if progress.route.is_approved(day):
            yield from _of_route(case, progress, since, day)
        if stalled_since is not None:
            # However long ago it began: a route that is stalled now is news.
            at = {"stalled_since": stalled_since.isoformat()}
            by = stalled_since.isoformat()
            yield _route_event(EventType.ROUTE_STALLED, progress, stalled_since, by, **at)


def _of_route(
    case: StaffCase, progress: RouteProgress, since: date, day: date
) -> Iterator[DomainEvent]:
    route = progress.route
    approved, cancelled = route.approved_on or route.starts_on, route.cancelled_on
    if approved >= since:
        starts = {"starts_on": route.starts_on.isoformat(), "steps": len(progress.steps)}
        yield _route_event(EventType.ROUTE_APPROVED, progress, approved, "", **starts)
    for step in progress.steps:
        done = step.done
        if done is None or not since <= done.day <= day:
            continue
        if cancelled is not None and cancelled <= done.day:
            continue
        target = {
            "order": step.step.order, "target": str(step.step.target),
            "required": step.step.required, "evidence": done.key,
        }  # fmt: skip
        by = f"{step.step.order}:{done.day.isoformat()}"
        yield _route_event(EventType.ROUTE_STEP_DONE, progress, done.day, by, **target)
    completed = progress.completed_on
    if completed is not None and progress.is_completed(day) and completed >= since:
        by = completed.isoformat()
        yield _route_event(EventType.ROUTE_COMPLETED, progress, completed, by)
    elif cancelled is not None and since <= cancelled <= day:
        yield _route_event(EventType.ROUTE_CANCELLED, progress, cancelled, cancelled.isoformat())
    yield from _resumed(progress, since, day, case.setting)


def _resumed(
    progress: RouteProgress, since: date, day: date, setting: Setting
) -> Iterator[DomainEvent]:
    """A step that was done and ended a stall, of a route that goes on afterwards."""
    for ended in ended_episodes(progress, Span(since, day), setting.calendar, setting.stalls):
        if not ended.is_completed:
            first = ended.last.first_day.isoformat()
            at = {"stalled_since": first}
            yield _route_event(EventType.ROUTE_RESUMED, progress, ended.ended_on, first, **at)


def _route_event(
    kind: EventType, progress: RouteProgress, on: date, by: str, **more: Any
) -> DomainEvent:
    route = progress.route
    key = f"{kind}:{route.code}:{by}" if by else f"{kind}:{route.code}"
    return DomainEvent(key, kind, route.personnel_no, on, {"route": route.number, **more})
