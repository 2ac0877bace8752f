"""What was found while a Moodle is tried, the worst of each standing; and asking with notes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connector.moodle.answers import Answers, Reading
from connector.moodle.errors import MoodleRefused, MoodleUnavailable
from connector.moodle.findings import NOT_IN_SERVICE, Finding, Outcome
from connector.moodle.questions import Function, Question
from connector.moodle.reading import Asks

TOO_SLOW = "too_slow"
_PATIENCE = timedelta(seconds=40)
"""So long a test may take altogether: somebody waits for it before a page."""
_WORSE = (Outcome.UNTRIED, Outcome.PASSED, Outcome.DOUBTFUL, Outcome.FAILED)


@dataclass
class Noted:
    """functions: what the token's service contains, once that is known. here: our clock."""

    client: Asks
    here: Callable[[], datetime]
    functions: frozenset[str] = frozenset()
    _found: dict[str, Finding] = field(default_factory=dict)
    _began: datetime = field(init=False)

    def __post_init__(self) -> None:
        self._began = self.here()

    def say(
        self, subject: str, outcome: Outcome, reason: str | None = None, about: Sequence[str] = ()
    ) -> None:
        """What was found worse before stands."""
        held = self._found.get(subject)
        if held is None or _WORSE.index(outcome) >= _WORSE.index(held.outcome):
            self._found[subject] = Finding(subject, outcome, reason, tuple(about))

    def forget(self, subject: str) -> None:
        self._found.pop(subject, None)

    def of(self, subject: str) -> Finding:
        return self._found.get(subject) or Finding(subject, Outcome.UNTRIED)

    def has_failed(self, subject: str) -> bool:
        return self.of(subject).outcome is Outcome.FAILED

    def ask(self, question: Question) -> Reading | None:
        """The answer, noted as a pass; None where the function is not there or refuses.

        A state of what was asked about, told as an error, is an answer too. Raises
        MoodleUnavailable.
        """
        if question.function.value not in self.functions:
            self.say(question.function, Outcome.FAILED, NOT_IN_SERVICE)
            return None
        if self.here() - self._began > _PATIENCE:
            raise MoodleUnavailable(TOO_SLOW)
        try:
            reading = self.client.call(question)
        except MoodleRefused as err:
            self.say(question.function, Outcome.FAILED, err.reason)
            return None
        self.say(question.function, Outcome.PASSED)
        return reading

    def loaded(self, question: Question, schema: Any, shape: type[Any]) -> Any:
        """The answer as `schema` makes it; None for a refusal, an error or another shape."""
        reading = self.ask(question)
        if reading is None or reading.status == "error":
            return None
        try:
            return Answers().load(reading, schema, shape)
        except MoodleRefused as err:
            self.say(question.function, Outcome.FAILED, err.reason)
            return None

    def note_the_service(self) -> None:
        for function in Function:
            if function.value not in self.functions:
                self.say(function, Outcome.FAILED, NOT_IN_SERVICE)
