"""Where an episode stands on the board: whose turn it is to do something."""

from datetime import date
from enum import StrEnum

from connector.domain.stall_answers import AnswerKind, ended_holds
from connector.domain.stall_episodes import Episode
from connector.domain.stall_policy import Rung


class Standing(StrEnum):
    """In the order in which somebody should look at them."""

    ESCALATED = "escalated"
    DUE = "due"
    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    MEASURE = "measure"
    SNOOZED = "snoozed"


def standing_of(episode: Episode, day: date) -> Standing:
    """escalated: a rung above the methodist was reached, and nobody has answered since. due: a
    measure is to be checked, or what was put off has come back, and nobody has answered since."""
    if episode.hold is not None:
        is_measure = episode.hold.kind is AnswerKind.MEASURE
        return Standing.MEASURE if is_measure else Standing.SNOOZED
    last = episode.answers[-1].on if episode.answers else None
    risen = [on for rung, on in episode.reached if rung is not Rung.METHODIST]
    if risen and (last is None or last < max(risen)):
        return Standing.ESCALATED
    if last is None:
        return Standing.NEW
    back = [answer.until for answer in ended_holds(episode.answers, day) if answer.until]
    if back and last < max(back):
        return Standing.DUE
    return Standing.ACKNOWLEDGED
