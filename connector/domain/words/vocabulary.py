"""The closed vocabulary of conditions: named words with typed parameters, no expressions.

A word is declared once, here by the core or in a plugin, and everything else (the check of a rule
file, the author's guide, the guard tests) is read off its declaration.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from connector.domain.because import SubjectKind
from connector.domain.indicators import Condition


class ParamType(StrEnum):
    INTEGER = "integer"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a word. default None with required True: must be given."""

    name: str
    type: ParamType
    meaning: str
    default: Any = None
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """One word. summary: in Russian, for authors; example: YAML of its use.

    build: takes the parameters as keywords and gives the condition. looks_at_people: said of a
    place, it looks at `case.people`.
    """

    name: str
    subjects: frozenset[SubjectKind]
    summary: str
    example: str
    build: Callable[..., Condition]
    params: tuple[Param, ...] = ()
    looks_at_people: bool = False

    @property
    def main(self) -> Param | None:
        """The parameter that a bare value fills: `younger_than: 35`."""
        return self.params[0] if self.params else None


Vocabulary = Mapping[str, Word]


def vocabulary(*groups: tuple[Word, ...]) -> dict[str, Word]:
    """One vocabulary of several groups. Raises ValueError where a word is declared twice."""
    words: dict[str, Word] = {}
    for group in groups:
        for word in group:
            if word.name in words:
                raise ValueError(f"the word {word.name!r} is declared twice")
            words[word.name] = word
    return words
