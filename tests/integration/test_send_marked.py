"""A database that is away for a moment, just when a letter is out, causes no second letter."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from connector.channels.channel import OutgoingLetter
from connector.channels.mailbox import Mailbox
from connector.clock import AdjustableClock
from connector.db import Database
from connector.errors import StorageUnavailable
from connector.models import Base
from connector.runtime.send import MARK_TRIES, TERM, Sender
from tests.integration.test_send_letters import (
    TUESDAY_NOON,
    Offices,
    letters,
    put,
    states,
)

Writing = Callable[[], AbstractContextManager[Session]]


class Away(Mailbox):
    """Takes letters; from each on, so many transactions of the database fail.

    is_told: whether only the answer to a commit is lost, and not the commit itself.
    """

    def __init__(self, writing: Writing, times: int, is_told: bool) -> None:
        super().__init__()
        self.sent: list[str] = []
        self._writing = writing
        self._times = times
        self._is_told = is_told
        self._left = 0

    def send(self, letter: OutgoingLetter) -> bytes | None:
        self.sent.append(letter.message_id)
        self._left = self._times
        return super().send(letter)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        if self._left and not self._is_told:
            self._left -= 1
            raise StorageUnavailable("Away")
        with self._writing() as session:
            yield session
        if self._left:
            self._left -= 1
            raise StorageUnavailable("Away")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    Base.metadata.create_all(made.engine)
    yield made
    made.close()


@pytest.fixture
def clock() -> AdjustableClock:
    return AdjustableClock(TUESDAY_NOON)


def sender(
    database: Database,
    clock: AdjustableClock,
    monkeypatch: pytest.MonkeyPatch,
    times: int,
    is_told: bool = False,
) -> tuple[Sender, Away]:
    channel = Away(database.writing, times, is_told)
    monkeypatch.setattr(database, "writing", channel.writing)
    return Sender(database, Offices(), channel, clock, sleep=lambda seconds: None), channel


@pytest.mark.parametrize("is_told", [False, True], ids=["not committed", "answer lost"])
def test_a_letter_is_marked_when_the_database_is_back(
    database: Database, clock: AdjustableClock, monkeypatch: pytest.MonkeyPatch, is_told: bool
) -> None:
    put(database, "a", "b")
    sending, channel = sender(database, clock, monkeypatch, 3, is_told)
    assert sending.run_once() == 1
    assert len(channel.sent) == 1
    assert states(database) == {("sent", None)}
    assert len(letters(database)) == 1
    clock.move_to(clock.now() + 2 * TERM)
    assert sending.run_once() == 0


def test_a_database_that_stays_away_is_not_waited_for_for_ever(
    database: Database, clock: AdjustableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(database, "a")
    sending, channel = sender(database, clock, monkeypatch, MARK_TRIES)
    with pytest.raises(StorageUnavailable):
        sending.run_once()
    assert states(database) == {("sending", None)}
    # Another sender takes it up when the term is over: once more, and the same letter.
    clock.move_to(clock.now() + TERM + timedelta(seconds=1))
    other = Sender(database, Offices(), Mailbox(), clock)
    assert other.run_once() == 1
    assert [letter.message_id for letter in letters(database)] == channel.sent
