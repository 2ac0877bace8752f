"""Actions as people look at them: what waits, was done, was refused and why."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from connector.models import Action, Subject


@dataclass(frozen=True, slots=True)
class ListedAction:
    """name: the person's; number: of the route, for an enrolment. at: when it was done, else when
    it is tried next."""

    id: int
    kind: str
    source: str | None
    person: str
    name: str | None
    target: str
    number: str | None
    state: str
    reason: str | None
    at: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class ActionList:
    """Reads only."""

    session: Session = field(repr=False)
    municipality: str

    def page(self, states: Collection[str], before: int | None, limit: int) -> list[ListedAction]:
        """The latest first. before: id of the last one of the page before."""
        query = self._query().where(Action.state.in_(states))
        if before is not None:
            query = query.where(Action.id < before)
        return self._listed(query.order_by(Action.id.desc()).limit(limit))

    def of_person(self, number: str, limit: int = 50) -> list[ListedAction]:
        """What is not over of one person, and what was done, the latest first."""
        query = self._query().where(Action.person == number, Action.state != "withdrawn")
        return self._listed(query.order_by(Action.id.desc()).limit(limit))

    def counts(self) -> dict[str, int]:
        """By state."""
        rows = self.session.execute(
            select(Action.state, func.count())
            .where(Action.municipality == self.municipality)
            .group_by(Action.state)
        )
        return dict(rows.all())

    def _query(self) -> Select[Action, str | None]:
        return (
            select(Action, Subject.title)
            .outerjoin(
                Subject,
                and_(
                    Subject.municipality == Action.municipality,
                    Subject.kind == "staff",
                    Subject.code == Action.person,
                ),
            )
            .where(Action.municipality == self.municipality)
        )

    def _listed(self, query: Select[Action, str | None]) -> list[ListedAction]:
        return [
            ListedAction(
                one.id,
                one.kind,
                one.source,
                one.person,
                name,
                one.target,
                one.params.get("number"),
                one.state,
                one.reason,
                one.done_at or one.not_before,
                one.attempts,
            )
            for one, name in self.session.execute(query)
        ]
