"""One learner of one course: what Moodle shows there beside what is held of it.

A list tells cheaply what there is; only what differs is read whole, and what that proves is news or
it is not. Nothing is withdrawn because a list lacks it: what is missing is asked for by itself, and
only Moodle's word that its record is gone takes it back.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from decimal import Decimal
from enum import StrEnum

from connector.domain.differences import Registers, are_news
from connector.domain.evidence import Evidence, Kind, Says, Statement, standing
from connector.domain.facts import (
    FINISHED,
    ActivityState,
    Attempt,
    CourseCompletion,
    activity_register,
    attempt_register,
)
from connector.domain.signals import About, Pointer
from connector.moodle import listing, questions
from connector.moodle.answers import Answers, Reading
from connector.moodle.interpretation import instant
from connector.moodle.questions import Function, Question
from connector.moodle.quiz_schemas import AttemptRow
from connector.moodle.reading import Asks, interpret, read
from connector.moodle.schemas import (
    ActivityCompletionSchema,
    ActivityStatus,
    CompletionStatus,
    CourseCompletionSchema,
)

_COURSE, _ACTIVITIES = CourseCompletionSchema(), ActivityCompletionSchema()
_SHARED = frozenset({Function.QUIZZES, Function.COURSES, Function.MODULE})


class What(StrEnum):
    """Kinds of what no sender told."""

    ATTEMPT = "attempt"
    ATTEMPT_GONE = "attempt_gone"
    COMPLETION = "completion"
    COMPLETION_GONE = "completion_gone"
    ACTIVITY = "activity"
    ACTIVITY_GONE = "activity_gone"
    ACCOUNT = "account"
    RATING = "rating"


@dataclass(frozen=True, slots=True)
class Quiz:
    """A quiz of which something is made. idnumber None: there is none, or it is not known.

    decimals: with how many Moodle shows a question's mark; None: not known.
    """

    id: str
    idnumber: str | None
    name: str | None
    grade: Decimal | None
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A course and what of it is read. idnumber None: there is none, or it is not known."""

    course: str
    title: str | None
    idnumber: str | None
    completion: bool
    activities: bool
    quizzes: tuple[Quiz, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """One account's evidence, in the terms of its municipality.

    is_exact: see domain.differences. more: of registers that may be in another account's hands.
    """

    source: str
    user_id: str
    zone: tzinfo
    is_exact: bool
    registers: Registers
    more: Callable[[Collection[str]], Registers] = field(default=lambda registers: {})

    def standing(self, kind: Kind) -> list[Evidence]:
        return [
            evidence
            for slots in self.registers.values()
            for evidence in standing(slots.values(), self.zone).evidence
            if evidence.kind is kind
        ]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be stored like a delivery. moment: when Moodle changed it, if Moodle tells."""

    what: What
    pointer: Pointer
    readings: tuple[Reading, ...]
    moment: datetime | None


class Told:
    """Asks each question once; shared: answers about the catalogue, from learner to learner."""

    def __init__(self, client: Asks, shared: dict[Question, Reading] | None = None) -> None:
        self._client = client
        self._own: dict[Question, Reading] = {}
        self._shared = shared if shared is not None else {}

    def call(self, question: Question) -> Reading:
        kept = self._shared if question.function in _SHARED else self._own
        reading = kept.get(question)
        if reading is None:
            reading = self._client.call(question)
            if question.function not in _SHARED or reading.status == "answer":
                kept[question] = reading
        return reading


@dataclass(frozen=True, slots=True)
class Suspect:
    """Where what is shown differs from what is held."""

    what: What
    pointer: Pointer
    moment: datetime | None


def suspects(client: Told, place: Place, held: Held) -> Iterator[Suspect]:
    """Raises as `call` does."""
    for quiz in place.quizzes:
        yield from _attempts(client, place, quiz, held)
    if place.completion:
        yield from _completion(client, place, held)
    if place.activities:
        yield from _activities(client, place, held)


def examined(client: Told, suspect: Suspect, held: Held) -> Finding | None:
    """Reads the suspect whole; None where that proves nothing new. Raises as `read` does."""
    readings = read(client, suspect.pointer, final=True)
    found = interpret(suspect.pointer, readings, held.source, held.zone, None, final=True)
    known = {**held.more({s.register for s in found.statements}), **held.registers}
    if not are_news(known, found.statements, held.zone, held.is_exact):
        return None
    return Finding(_kind(suspect.what, found.statements), suspect.pointer, readings, suspect.moment)


def _kind(what: What, said: Collection[Statement]) -> What:
    is_gone = all(s.says is not Says.SO and s.happened_at is None for s in said)
    match what:
        case What.ATTEMPT | What.ATTEMPT_GONE:
            return What.ATTEMPT_GONE if is_gone else What.ATTEMPT
        case What.COMPLETION | What.COMPLETION_GONE:
            return What.COMPLETION_GONE if is_gone else What.COMPLETION
        case _:
            return what


def _attempts(client: Told, place: Place, quiz: Quiz, held: Held) -> Iterator[Suspect]:
    rows = listing.attempts(client, quiz.id, held.user_id)
    if rows is None:
        return

    def suspect(what: What, attempt_id: str, moment: datetime | None) -> Suspect:
        pointer = Pointer(
            About.ATTEMPT,
            user_id=held.user_id,
            course_id=place.course,
            attempt_id=attempt_id,
            quiz_id=quiz.id,
        )
        return Suspect(what, pointer, moment)

    for row in rows:
        slots = held.registers.get(attempt_register(held.source, row.id), {})
        if _is_other(row, quiz, slots, held):
            yield suspect(What.ATTEMPT, row.id, instant(row.timemodified))
    listed = {row.id for row in rows}
    for fact in held.standing(Kind.ATTEMPT):
        attempt = Attempt.from_body(fact.body)
        if attempt.quiz_id == quiz.id and attempt.attempt_id not in listed:
            yield suspect(What.ATTEMPT_GONE, attempt.attempt_id, None)


def _is_other(row: AttemptRow, quiz: Quiz, slots: Mapping[str, Statement], held: Held) -> bool:
    """Whether a listed attempt may differ from the one that is held."""
    stands = standing(slots.values(), held.zone).evidence
    if not stands:
        return row.state == FINISHED
    attempt = Attempt.from_body(stands[0].body)
    if (attempt.state, attempt.quiz_name) != (row.state, quiz.name):
        return True
    if attempt.max_grade != quiz.grade or attempt.provisional:
        return True
    if quiz.idnumber is not None and attempt.quiz_idnumber != quiz.idnumber:
        return True
    changed_at = instant(row.timemodified)
    spoken_at = slots["so"].version.instant
    # Our own sender's word is as old as the change itself; a reading of that second may be older.
    return changed_at is not None and (
        spoken_at < changed_at if held.is_exact else spoken_at <= changed_at
    )


def _completion(client: Told, place: Place, held: Held) -> Iterator[Suspect]:
    reading = client.call(questions.course_completion_of(place.course, held.user_id))
    if reading.status == "error":
        # Not enrolled, deleted, no criteria: that says nothing of what was completed before.
        return
    status = Answers().load(reading, _COURSE, CompletionStatus)
    mine = [
        (CourseCompletion.from_body(fact.body), fact.happened_at)
        for fact in held.standing(Kind.COMPLETION)
        if CourseCompletion.from_body(fact.body).course_id == place.course
    ]
    latest = instant(status.latest) if status.completed else None
    pointer = Pointer(About.COURSE_COMPLETION, user_id=held.user_id, course_id=place.course)
    if not status.completed:
        if mine and not status.meets_criteria:
            yield Suspect(What.COMPLETION_GONE, pointer, None)
        return
    if latest is None:
        return
    year = latest.astimezone(held.zone).year
    same = [(c, at) for c, at in mine if at.astimezone(held.zone).year == year]
    is_held = len(same) == 1 and _is_called(same[0][0], place)
    if is_held and (held.is_exact or same[0][1] == latest):
        return
    yield Suspect(What.COMPLETION, pointer, latest)


def _is_called(completion: CourseCompletion, place: Place) -> bool:
    if place.idnumber is not None and completion.course_idnumber != place.idnumber:
        return False
    return place.title is None or completion.course_name == place.title


def _activities(client: Told, place: Place, held: Held) -> Iterator[Suspect]:
    reading = client.call(questions.activity_completion_of(place.course, held.user_id))
    if reading.status == "error":
        return
    statuses: tuple[ActivityStatus, ...] = Answers().load(reading, _ACTIVITIES, tuple)
    facts: dict[str, Evidence] = {
        fact.key: fact
        for fact in held.standing(Kind.ACTIVITY)
        if ActivityState.from_body(fact.body).course_id == place.course
    }

    def suspect(what: What, cmid: str | None, seconds: int) -> Suspect:
        pointer = Pointer(
            About.ACTIVITY_COMPLETION, user_id=held.user_id, course_id=place.course, cmid=cmid
        )
        return Suspect(what, pointer, instant(seconds))

    differing = [s for s in statuses if s.timecompleted and _is_changed(s, facts, held)]
    if differing:
        # One reading of the course tells them all.
        is_gone = all(s.state not in (1, 2) for s in differing)
        what = What.ACTIVITY_GONE if is_gone else What.ACTIVITY
        yield suspect(what, None, max(s.timecompleted for s in differing))
    year = reading.read_at.astimezone(held.zone).year
    for status in statuses:
        register = activity_register(held.source, status.cmid, held.user_id, year)
        if status.hascompletion and not status.timecompleted and register in facts:
            yield suspect(What.ACTIVITY_GONE, status.cmid, 0)


def _is_changed(status: ActivityStatus, facts: Mapping[str, Evidence], held: Held) -> bool:
    happened_at = instant(status.timecompleted)
    if happened_at is None or not status.hascompletion:
        return False
    year = happened_at.astimezone(held.zone).year
    fact = facts.get(activity_register(held.source, status.cmid, held.user_id, year))
    if status.state not in (1, 2):
        return fact is not None
    if fact is None:
        return True
    kept = ActivityState.from_body(fact.body)
    return (kept.state, fact.happened_at) != (status.state, happened_at)
