"""A pass tried on a few learners, storing nothing: how much it would ask, how long it would take.

The first pass through years of history takes hours; whoever is about to begin it wants to know.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from connector.moodle import listing
from connector.moodle.errors import MoodleRefused
from connector.moodle.pace import Paced
from connector.moodle.places import find_places, is_of_one_thing
from connector.moodle.searching import Held, Place, Told, suspects
from connector.runtime.reconcile_owners import Ground, Owners
from connector.runtime.reconcile_people import People
from connector.services.sources.sources import SourceDetails

TRIED = 20
"""Learners of a course who are looked at; of the others it is supposed that they are like them."""
READS = 4
"""Questions that one thing found takes, more or less: it, its names, its course, its account."""


@dataclass
class Rehearsal:
    """asked: questions already asked. calls, seconds: of the whole pass, about. found: of all
    learners, about, by kind. tried: whether somebody was left out. unfound: names nowhere."""

    courses: int = 0
    learners: int = 0
    asked: int = 0
    calls: int = 0
    seconds: float = 0.0
    tried: bool = False
    found: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    unfound: list[str] = field(default_factory=list)


def rehearse(
    ground: Ground,
    source: SourceDetails,
    client: Paced,
    since: datetime | None,
    told: Callable[[Rehearsal], None],
) -> Rehearsal:
    """Raises MoodleUnavailable, MoodleRefused, StorageUnavailable."""
    made = Rehearsal()
    owners = Owners(ground, source)
    people = People(ground.db, source)
    for asked_by, values in people.chunks(None, known_only=False):
        news = people.news(listing.users(client, asked_by, values))
        made.found["account"] += len(news)
        owners.suppose([seen for _, seen in news])
    search = find_places(client, owners.wanted())
    made.unfound = search.unfound
    made.refused.update(search.refused)
    extra = 0.0
    for place in search.places:
        extra += _course(place, owners, client, since, made)
        made.asked = client.calls
        told(made)
    made.asked = client.calls
    each = client.seconds / client.calls if client.calls else 0.0
    made.calls = client.calls + round(extra)
    made.seconds = made.calls * each
    return made


def _course(
    place: Place,
    owners: Owners,
    client: Paced,
    since: datetime | None,
    made: Rehearsal,
) -> float:
    """Questions that the course would take besides those that were asked."""
    made.courses += 1
    try:
        listed = {
            one.id
            for one in listing.learners(client, place.course)
            if since is None or one.last_seen is None or one.last_seen >= since.timestamp()
        }
    except MoodleRefused as err:
        if not is_of_one_thing(err):
            raise
        made.refused[err.reason] += 1
        return 0.0
    mine = owners.of(listed)
    made.learners += len(mine)
    sample = mine[:TRIED]
    made.tried |= len(sample) < len(mine)
    before = client.calls
    found: Counter[str] = Counter()
    for one in sample:
        held = owners.held(one)
        found.update(_found(client, place, held, made))
    if not sample:
        return 0.0
    times = len(mine) / len(sample)
    for what, count in found.items():
        made.found[what] += round(count * times)
    asked = client.calls - before
    return asked * (times - 1) + sum(found.values()) * times * READS


def _found(client: Paced, place: Place, held: Held, made: Rehearsal) -> list[str]:
    try:
        return [str(one.what) for one in suspects(Told(client), place, held)]
    except MoodleRefused as err:
        if not is_of_one_thing(err):
            raise
        made.refused[err.reason] += 1
        return []
