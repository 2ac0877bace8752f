"""Writes what a process has counted into the sums of all of them, and reads those."""

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.models import Tally
from connector.models.inserting import insert_into
from connector.tallies import Key, Taken

LONGEST = 300


class TallyService:
    """Takes a session, never commits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def write(self, taken: Taken) -> None:
        # In one order everywhere: two processes that write the same rows must not deadlock.
        for key in sorted({*taken.added, *taken.put}):
            if key in taken.put:
                self._write(key, taken.put[key], is_sum=False)
            if key in taken.added:
                self._write(key, taken.added[key], is_sum=True)

    def all(self) -> dict[Key, float]:
        rows = self._session.execute(select(Tally.name, Tally.labels, Tally.value))
        return {(name, tuple(json.loads(labels))): value for name, labels, value in rows}

    def named(self, *names: str) -> dict[Key, float]:
        rows = self._session.execute(
            select(Tally.name, Tally.labels, Tally.value).where(Tally.name.in_(names))
        )
        return {(name, tuple(json.loads(labels))): value for name, labels, value in rows}

    def _write(self, key: Key, value: float, is_sum: bool) -> None:
        name, labels = key
        text = json.dumps(labels, ensure_ascii=False)
        if len(text) > LONGEST:
            return
        statement = insert_into(self._session, Tally).values(name=name, labels=text, value=value)
        self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["name", "labels"],
                set_={"value": Tally.value + value if is_sum else value},
            )
        )
