"""One pass through one Moodle: people, then places, then every learner of every place.

Each learner is one transaction: what was found, and that he was looked at. Whoever goes on after a
kill -9 finds neither half of a finding nor the same one twice.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from connector.domain.signals import About, Pointer
from connector.moodle import listing
from connector.moodle.answers import Reading
from connector.moodle.errors import MoodleRefused
from connector.moodle.pace import Paced
from connector.moodle.places import find_places, is_of_one_thing
from connector.moodle.questions import Question
from connector.moodle.searching import (
    Finding,
    Held,
    Place,
    Suspect,
    Told,
    What,
    examined,
    suspects,
)
from connector.runtime.reconcile_owners import Ground, Owned, Owners
from connector.runtime.reconcile_people import People
from connector.services.imports.mapping import automatic_matches
from connector.services.sources.identity import IdentityService
from connector.services.sources.reconciliations import Hold, Kind, ReconciliationService, Stage
from connector.services.sources.sources import SourceDetails

log = logging.getLogger(__name__)

TERM = timedelta(minutes=3)
"""Longer than any question takes that is answered at all: how long whoever comes after a killed
process waits for it."""
BEAT = timedelta(seconds=30)
"""How often a pass says that it is still in somebody's hand."""
LEEWAY = timedelta(hours=1)
"""Moodle notes a visit up to a minute late, and its clock is not ours."""
MOST_UNFOLDED = 2000
"""Findings that wait to be folded; beyond it the pass rests instead of running ahead."""


class Behind(Exception):
    """What was found is not folded as fast as it is found; go on when it is."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a pass is, for people. course: title or number; at, of: courses."""

    stage: Stage
    course: str = ""
    at: int = 0
    of: int = 0
    learners: int = 0
    found: int = 0
    calls: int = 0


class Heartbeat:
    """Keeps a pass in hand between its steps, each of which may ask a slow Moodle many things."""

    def __init__(self, ground: Ground, hold: Hold) -> None:
        self._ground = ground
        self._hold = hold
        self._beaten_at: datetime | None = None

    def beat(self) -> None:
        """Not within a transaction. Raises LostLease."""
        now = self._ground.clock.now()
        if self._beaten_at is not None and now - self._beaten_at < BEAT:
            return
        with self._ground.db.writing() as session:
            ReconciliationService(session).note(self._hold, lease_until=now + TERM)
        self._beaten_at = now


class Pass:
    """Goes on with the pass that is held; `run` ends when it is finished. Raises LostLease,
    MoodleUnavailable, MoodleRefused, Behind, StorageUnavailable."""

    def __init__(self, ground: Ground, source: SourceDetails, client: Paced, hold: Hold) -> None:
        self._ground = ground
        self._db = ground.db
        self._source = source
        self._client = client
        self._owners = Owners(ground, source)
        self._hold = hold
        self._counted = 0
        self._learners = 0
        self._found: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()
        self._unfound: list[str] = []
        with self._db.reading() as session:
            service = ReconciliationService(session)
            row = service.row(hold.source, hold.kind)
            assert row is not None
            assert row.stage is not None
            assert row.began_at is not None
            self._stage, self._position = Stage(row.stage), row.position
            self._since, self._began_at = row.since, row.began_at
            self._found.update(row.found)
            self._refused.update(row.refused)
            self._learners, self._calls = row.learners, row.calls
            whole = service.row(hold.source, Kind.FULL)
            self._is_first = whole is None or whole.done_at is None
            self._unfound = list((whole.last or {}).get("unfound", ())) if whole else []

    def run(self) -> Iterator[Progress]:
        """Yields after each committed step, where it may be left."""
        if self._stage is Stage.PEOPLE:
            yield from self._people()
            next_stage = Stage.COURSES if self._hold.kind is Kind.QUICK else Stage.PLACES
            self._enter(next_stage)
        if self._stage is Stage.PLACES:
            yield self._progress()
            self._places()
            self._enter(Stage.COURSES)
        if self._stage is Stage.COURSES:
            yield from self._courses()
            if self._hold.kind is Kind.FULL and self._owners.want_ratings():
                self._enter(Stage.RATINGS)
        if self._stage is Stage.RATINGS:
            yield from self._ratings()
        self._finish()
        yield self._progress()

    def _people(self) -> Iterator[Progress]:
        people = People(self._db, self._source)
        quick = self._hold.kind is Kind.QUICK
        for field, values in people.chunks(self._position, known_only=quick):
            found = people.news(listing.users(self._client, field, values))
            with self._db.writing() as session:
                self._keep(session, [one for one, _ in found], f"{field}:{values[-1]}"[:100])
                # At once: who is matched is gone through in this pass already.
                automatic = automatic_matches(self._ground.rulebook)
                now = self._ground.clock.now()
                IdentityService(session, automatic).observe([seen for _, seen in found], now)
            yield self._progress()

    def _places(self) -> None:
        search = find_places(self._client, self._owners.wanted(), self._hold_on)
        self._unfound = search.unfound
        self._refused.update(search.refused)
        with self._db.writing() as session:
            ReconciliationService(session).keep_places(self._source.code, search.places)
            self._keep(session, (), None)

    def _courses(self) -> Iterator[Progress]:
        with self._db.reading() as session:
            places = ReconciliationService(session).places(self._source.code)
        course, _, learner = (self._position or "").partition(":")
        for number, place in enumerate(places, start=1):
            if course and int(place.course) < int(course):
                continue
            after = int(learner) if learner and place.course == course else -1
            try:
                yield from self._course(place, after, number, len(places))
            except MoodleRefused as err:
                if not is_of_one_thing(err):
                    raise
                self._refused[err.reason] += 1

    def _course(self, place: Place, after: int, number: int, of: int) -> Iterator[Progress]:
        shared: dict[Question, Reading] = {}
        began_at = self._ground.clock.now()
        for one in self._learners_of(place):
            if int(one.user_id) <= after:
                continue
            findings = self._look(place, one, shared)
            self._learners += 1
            with self._db.writing() as session:
                self._keep(session, findings, f"{place.course}:{one.user_id}")
            yield self._progress(place, number, of)
        with self._db.writing() as session:
            if self._hold.kind is not Kind.SINCE:
                ReconciliationService(session).note_read(self._source.code, place.course, began_at)
            self._keep(session, (), f"{place.course}:{2**62}")

    def _ratings(self) -> Iterator[Progress]:
        """What people were rated in their learning plans; asked last, since most sites have none.
        """
        after = int(self._position or -1)
        for one in self._owners.rated_ones():
            if int(one.user_id) <= after:
                continue
            if self._is_behind(one):
                raise Behind
            pointer = Pointer(About.RATING, user_id=one.user_id)
            suspect = Suspect(What.RATING, pointer, None)
            try:
                finding = examined(Told(self._client), suspect, self._owners.held(one))
            except MoodleRefused as err:
                self._refused[err.reason] += 1
                if err.reason in ("accessexception", "unknown_function"):
                    # Nobody gave the token these functions: all else of the pass was done.
                    return
                if not is_of_one_thing(err):
                    raise
                finding = None
            with self._db.writing() as session:
                self._keep(session, [finding] if finding else (), one.user_id)
            yield self._progress()

    def _is_behind(self, one: Owned) -> bool:
        """Whether what was found of the person, or of too many, is not folded yet."""
        with self._db.reading() as session:
            pending = ReconciliationService(session).pending(self._source.code)
        return len(pending) > MOST_UNFOLDED or one.user_id in pending

    def _learners_of(self, place: Place) -> list[Owned]:
        """Those enrolled whose account belongs to somebody, and those of whom evidence is held."""
        since = self._visits_since(place)
        listed = {
            learner.id
            for learner in listing.learners(self._client, place.course)
            if since is None or learner.last_seen is None or learner.last_seen >= since.timestamp()
        }
        if since is None:
            listed |= self._owners.with_evidence(place)
        return self._owners.of(listed)

    def _visits_since(self, place: Place) -> datetime | None:
        if self._hold.kind is Kind.SINCE:
            return self._since
        if self._hold.kind is Kind.FULL:
            return None
        with self._db.reading() as session:
            read_at = ReconciliationService(session).read_at(self._source.code, place.course)
        return None if read_at is None else read_at - LEEWAY

    def _look(self, place: Place, one: Owned, shared: dict[Question, Reading]) -> list[Finding]:
        if self._is_behind(one):
            raise Behind
        held = self._owners.held(one)
        client = Told(self._client, shared)
        findings = []
        for suspect in self._suspects(client, place, held):
            try:
                finding = examined(client, suspect, held)
            except MoodleRefused as err:
                if not is_of_one_thing(err):
                    raise
                self._refused[err.reason] += 1
                continue
            if finding is not None:
                findings.append(finding)
        return findings

    def _suspects(self, client: Told, place: Place, held: Held) -> list[Suspect]:
        try:
            return list(suspects(client, place, held))
        except MoodleRefused as err:
            if not is_of_one_thing(err):
                raise
            self._refused[err.reason] += 1
            return []

    def _keep(self, session: Session, findings: Sequence[Finding], position: str | None) -> None:
        now = self._ground.clock.now()
        service = ReconciliationService(session)
        service.store(self._source.code, findings, now)
        service.count_missed(self._source.code, findings, self._is_first, now)
        self._found.update(str(finding.what) for finding in findings)
        self._calls += self._client.calls - self._counted
        self._counted = self._client.calls
        self._position = position
        service.note(
            self._hold,
            position=position,
            calls=self._calls,
            learners=self._learners,
            found=dict(self._found),
            refused=dict(self._refused),
            error=None,
            failures=0,
            next_at=None,
            lease_until=now + TERM,
        )

    def _hold_on(self) -> None:
        """The pass is still in this hand, however long a step takes. Raises LostLease."""
        with self._db.writing() as session:
            until = self._ground.clock.now() + TERM
            ReconciliationService(session).note(self._hold, lease_until=until)

    def _enter(self, stage: Stage) -> None:
        self._stage, self._position = stage, None
        with self._db.writing() as session:
            ReconciliationService(session).note(self._hold, stage=str(stage), position=None)

    def _finish(self) -> None:
        with self._db.writing() as session:
            self._keep(session, (), None)
            service = ReconciliationService(session)
            row = service.row(self._hold.source, self._hold.kind)
            assert row is not None
            service.end(self._hold, row, self._ground.clock.now(), self._unfound)
        log.info(
            "reconcile.done source=%s kind=%s learners=%d found=%d calls=%d",
            self._source.code,
            self._hold.kind,
            self._learners,
            sum(self._found.values()),
            self._calls,
        )

    def _progress(self, place: Place | None = None, number: int = 0, of: int = 0) -> Progress:
        return Progress(
            self._stage,
            (place.title or place.course) if place else "",
            number,
            of,
            self._learners,
            sum(self._found.values()),
            self._calls + self._client.calls - self._counted,
        )
