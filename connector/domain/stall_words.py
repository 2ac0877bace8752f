"""What letters and the board say of a stalled route: JSON values, as on a day of its episode."""

from datetime import date
from typing import Any

from connector.domain.cases import StaffCase
from connector.domain.catalogue import Catalogue
from connector.domain.progress import RouteProgress, StepProgress
from connector.domain.stall_answers import StallAnswer
from connector.domain.stall_episodes import Episode


def stall_words(case: StaffCase, episode: Episode, day: date) -> dict[str, Any]:
    """As it was on `day`, so that an alert is one and the same all the episode long.

    waited: working days since the first stalled day. tried: the answers given by then.
    """
    route = episode.route
    required = [step for step in route.steps if step.step.required]
    waiting = open_steps(route, day)
    first = next(iter(waiting), None)
    return {
        "number": route.route.number,
        "person": case.folded.dossier.person.full_name,
        "reason": str(episode.reason),
        "since": episode.since.isoformat(),
        "first_day": episode.first_day.isoformat(),
        "waited": case.setting.calendar.count(episode.first_day, day),
        "done": len(required) - len(waiting),
        "required": len(required),
        "next_step": first.step.order if first else None,
        "next_title": case.setting.catalogue.title_of(first.step.target) if first else None,
        "next_due": first.step.due_on.isoformat() if first and first.step.due_on else None,
        "tried": [answer_words(answer) for answer in episode.answers if answer.on <= day],
    }


def answer_words(answer: StallAnswer) -> dict[str, Any]:
    return {
        "kind": str(answer.kind),
        "by": answer.by_name,
        "on": answer.on.isoformat(),
        "until": answer.until.isoformat() if answer.until else None,
        "to": answer.to_name,
        "text": answer.text,
    }


def step_words(route: RouteProgress, day: date, catalogue: Catalogue) -> dict[str, Any]:
    """Which step was done on `day`, and what remains."""
    done = [step for step in route.steps if step.done is not None and step.done.day == day]
    first = min(done, key=lambda step: step.step.order, default=None)
    return {
        "step": first.step.order if first else None,
        "step_title": catalogue.title_of(first.step.target) if first else None,
        "left": len(open_steps(route, day)),
    }


def open_steps(route: RouteProgress, day: date) -> list[StepProgress]:
    """Required steps that were not done by `day`, in their order."""
    found = [
        step
        for step in route.steps
        if step.step.required and (step.done is None or step.done.day > day)
    ]
    return sorted(found, key=lambda step: step.step.order)
