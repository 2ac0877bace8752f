"""Answers to stalled routes: read for the fold, checked and written for the pages."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.domain.owed import Recipient
from connector.domain.stall_answers import LONGEST_HOLD, AnswerKind, StallAnswer
from connector.errors import ConnectorError
from connector.models import StallAnswer as Row
from connector.models.among import among
from connector.models.inserting import insert_into
from connector.services.cases.subjects import mark_dirty
from connector.services.imports.stored_rows import chunks

LONGEST_TEXT = 1000


class BadAnswer(ConnectorError):
    """An answer cannot be taken as it is; the message (Russian) says what to put right."""


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers. number: as a recipient of notices; name: as colleagues know them."""

    number: str
    name: str
    role: Recipient


@dataclass(frozen=True, slots=True)
class Colleague:
    """To whom a route can be handed: somebody who may see the person anyway."""

    number: str
    name: str
    role: Recipient


@dataclass(frozen=True, slots=True)
class Given:
    """What is answered. until: for a snooze or a measure; to: for handing over."""

    kind: AnswerKind
    until: date | None = None
    to: Colleague | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Stalled:
    """The episode that is answered to, as the answerer saw it."""

    person: str
    route: str
    first_day: date


def answers_of(
    session: Session, municipality: str, numbers: Collection[str]
) -> dict[str, list[StallAnswer]]:
    """Answers to these people's routes, in the order they were given."""
    found: dict[str, list[StallAnswer]] = {}
    for chunk in chunks(numbers):
        rows = session.scalars(
            select(Row)
            .where(Row.municipality == municipality, among(session, Row.person, chunk))
            .order_by(Row.given_on, Row.id)
        )
        for row in rows:
            found.setdefault(row.person, []).append(_answer(row))
    return found


def give(
    session: Session,
    municipality: str,
    stalled: Collection[Stalled],
    given: Given,
    by: Answerer,
    day: date,
    now: datetime,
) -> int:
    """Writes the same answer to each episode and has their people judged anew; how many are new.

    Idempotent within a day: a form that was sent twice is one answer. Raises BadAnswer, and then
    nothing is written.
    """
    _check(given, by, day)
    text = given.text.strip() if given.text else None
    written = 0
    for one in sorted(stalled, key=lambda s: (s.person, s.route)):
        row = insert_into(session, Row).values(
            municipality=municipality,
            person=one.person,
            key=_key(one, given, by, day, text),
            route=one.route,
            first_day=one.first_day,
            kind=str(given.kind),
            given_on=day,
            given_at=now,
            author=by.number,
            author_name=by.name,
            author_role=str(by.role),
            until=given.until,
            recipient=given.to.number if given.to else None,
            recipient_name=given.to.name if given.to else None,
            text=text or None,
        )
        once = row.on_conflict_do_nothing(index_elements=["municipality", "person", "key"])
        written += len(session.execute(once.returning(Row.id)).all())
    mark_dirty(session, municipality, "staff", {one.person for one in stalled})
    return written


def _check(given: Given, by: Answerer, day: date) -> None:
    text = (given.text or "").strip()
    if len(text) > LONGEST_TEXT:
        raise BadAnswer(f"Слишком длинно: не больше {LONGEST_TEXT} знаков.")
    if by.role is Recipient.MENTOR and given.kind is not AnswerKind.MEASURE:
        raise BadAnswer("Наставник записывает принятую меру; остальное решает методист.")
    holds = given.kind in (AnswerKind.SNOOZED, AnswerKind.MEASURE)
    if holds and given.until is None:
        raise BadAnswer("Укажите дату: когда вернуться к маршруту.")
    if given.until is not None and not holds:
        raise BadAnswer("Дата нужна только для меры и когда маршрут откладывают.")
    if given.until is not None and given.until <= day:
        raise BadAnswer("Дата должна быть позже сегодняшней.")
    if given.until is not None and given.until > day + LONGEST_HOLD:
        raise BadAnswer(
            f"Не дольше {LONGEST_HOLD.days} дней. Если перерыв длиннее, приостановите маршрут."
        )
    if given.kind is AnswerKind.MEASURE and not text:
        raise BadAnswer("Напишите, что сделано: об этом прочтут те, кто узнает следующим.")
    if (given.kind is AnswerKind.HANDED_OVER) != (given.to is not None):
        raise BadAnswer("Выберите, кому передать.")
    if given.to is not None and given.to.number == by.number:
        raise BadAnswer("Передать можно только другому человеку.")


def _key(one: Stalled, given: Given, by: Answerer, day: date, text: str | None) -> str:
    to = given.to.number if given.to else ""
    parts = (one.route, one.first_day, given.kind, by.number, day, given.until or "", to, text)
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def _answer(row: Row) -> StallAnswer:
    return StallAnswer(
        number=row.id,
        route=row.route,
        kind=AnswerKind(row.kind),
        on=row.given_on,
        by=row.author,
        by_name=row.author_name,
        role=Recipient(row.author_role),
        until=row.until,
        to=row.recipient,
        to_name=row.recipient_name,
        text=row.text,
    )


def names_of(answers: Collection[StallAnswer]) -> set[str]:
    """Everybody whom the answers name as somebody to tell."""
    return {a.by for a in answers} | {a.to for a in answers if a.to is not None}
