"""A person's profile and routes as on a day, as pages and lists show them without folding anew."""

from datetime import date
from typing import Any

from connector.domain.deficits import Deficit
from connector.domain.dossier import Setting
from connector.domain.effects import Ended, ended_by
from connector.domain.folding import Folded
from connector.domain.progress import RouteProgress
from connector.domain.results import Result
from connector.domain.stall_episodes import episode_on


def person_state(folded: Folded, day: date, setting: Setting) -> dict[str, Any]:
    """JSON values only; the same inputs give the same bytes. percent: 0..100, two decimals."""
    state: dict[str, Any] = {
        "deficits": {
            code: _deficit(code, deficit) for code, deficit in folded.deficits(day).items()
        },
        "routes": [
            _route(progress, day, setting, folded.dossier.person.is_employed(day))
            for progress in folded.routes
        ],
    }
    ended = [_ended(one) for one in ended_by(folded, day)]
    # Most people have gone through nothing yet, and their state is written with each of their days.
    return {**state, "ended": ended} if ended else state


def _ended(one: Ended) -> dict[str, Any]:
    """effects: by competency, percent before and after, a deficit before, base or above after."""
    return {
        "kind": str(one.kind),
        "source": one.source,
        "code": one.code,
        "on": one.on.isoformat(),
        "effects": {
            effect.competency: [
                _percent(effect.before, effect.competency),
                _percent(effect.after, effect.competency),
                effect.had_deficit,
                effect.is_closed,
                effect.covered,
            ]
            for effect in one.effects
        },
    }


def _percent(result: Result, competency: str) -> float:
    return float(round(result.percents[competency], 2))


def stalled_since(state: dict[str, Any]) -> list[date | None]:
    """Since when each route of a state is stalled, in their order."""
    days = (route["stalled_since"] for route in state["routes"])
    return [None if day is None else date.fromisoformat(day) for day in days]


def _deficit(code: str, deficit: Deficit) -> dict[str, Any]:
    latest = deficit.latest
    return {
        "state": str(deficit.state),
        "level": str(latest.levels[code]),
        "percent": float(round(latest.percents[code], 2)),
        "on": latest.day.isoformat(),
        "evidence": latest.key,
    }


def _route(
    progress: RouteProgress, day: date, setting: Setting, is_employed: bool
) -> dict[str, Any]:
    # Of whoever left nobody is told, and nothing could be done: the route rests as it is.
    episode = episode_on(progress, day, setting.calendar, setting.stalls) if is_employed else None
    required = [step for step in progress.steps if step.step.required]
    done = [step for step in required if step.done is not None and step.done.day <= day]
    return {
        "number": progress.route.number,
        "state": progress.state(day),
        "done": len(done),
        "required": len(required),
        "completed_on": progress.completed_on.isoformat() if progress.completed_on else None,
        "stalled_since": episode.first_day.isoformat() if episode else None,
    }
