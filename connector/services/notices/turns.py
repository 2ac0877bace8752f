"""Whose letter goes next: urgent ones first, and no municipality waits for another's thousands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

Group = TypeVar("Group")


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Group]):
    """A letter that is due since then. place: from 1, among those of its municipality."""

    group: Group
    municipality: str
    urgent: bool
    place: int
    since: datetime


def in_turn(candidates: Iterable[Candidate[Group]], sent_lately: Mapping[str, int]) -> list[Group]:
    """sent_lately: letters by municipality. Who had many is served after who had few, so that a few
    letters a turn, under a limit, are shared out as fairly as a hundred."""

    def order(one: Candidate[Group]) -> tuple[bool, int, datetime, str]:
        turn = sent_lately.get(one.municipality, 0) + one.place
        return not one.urgent, turn, one.since, one.municipality

    return [one.group for one in sorted(candidates, key=order)]
