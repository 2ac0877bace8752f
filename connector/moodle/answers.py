"""Readings: what Moodle answered and when, as it is stored; and how they are looked up again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar

from marshmallow import Schema, ValidationError

from connector.moodle.errors import MoodleRefused
from connector.moodle.questions import Function, Question

Loaded = TypeVar("Loaded")


@dataclass(frozen=True, slots=True)
class Reading:
    """One question and its answer: a stored input, like a delivery (architecture).

    params: form fields without the token.
    status: "error" for a business error, whose body is {"errorcode", "table"}.
    read_at: when, by Moodle's clock (UTC, whole seconds).
    """

    function: str
    params: Mapping[str, str]
    status: Literal["answer", "error"]
    body: Any
    read_at: datetime

    @property
    def errorcode(self) -> str | None:
        """Moodle's code where the answer is an error, else None."""
        return str(self.body["errorcode"]) if self.status == "error" else None


class Missing(Exception):
    """The readings at hand do not answer this question; it has to be asked."""

    def __init__(self, question: Question) -> None:
        super().__init__(question)
        self.question = question


@dataclass
class Answers:
    """Readings by question. What was parsed once is kept, because reading asks step by step."""

    _readings: dict[tuple[str, tuple[tuple[str, str], ...]], Reading] = field(default_factory=dict)
    _loaded: dict[int, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, readings: Iterable[Reading]) -> "Answers":
        answers = cls()
        for reading in readings:
            answers.add(reading)
        return answers

    def add(self, reading: Reading) -> None:
        """Of two answers to one question the later added counts."""
        key = (reading.function, tuple(sorted(reading.params.items())))
        self._readings[key] = reading

    def to(self, question: Question) -> Reading:
        """The reading that answers `question`. Raises Missing."""
        reading = self._readings.get((question.function.value, question.params))
        if reading is None:
            raise Missing(question)
        return reading

    def of_function(self, function: Function) -> tuple[Reading, ...]:
        """The readings of one function, in the order in which they were added."""
        return tuple(r for r in self._readings.values() if r.function == function.value)

    def load(self, reading: Reading, schema: Schema, shape: type[Loaded]) -> Loaded:
        """The body of an answer as `schema` makes it. Raises MoodleRefused for another shape."""
        loaded = self._loaded.get(id(reading))
        if loaded is None:
            try:
                loaded = schema.load(reading.body)
            except ValidationError as err:
                # The messages of a ValidationError name fields, but can quote values.
                raise MoodleRefused(f"unexpected_answer:{reading.function}") from err
            self._loaded[id(reading)] = loaded
        assert isinstance(loaded, shape)
        return loaded
