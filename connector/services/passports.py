"""The passport of an indicator: everything its rules say of it, with the conditions in words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.domain.indicators import Indicator
from connector.domain.words import CORE, Vocabulary, Word
from connector.domain.words.vocabulary import ParamType
from connector.texts.conditions import condition_text, joint_text

TitleOf = Callable[[str], str]
"""An indicator's title by its code; the code itself where there is none."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A condition in words. parts: what it is put together of."""

    text: str
    parts: tuple["Saying", ...] = ()


@dataclass(frozen=True, slots=True)
class Passport:
    """population, achieved: None where a rule is not written in words."""

    indicator: Indicator
    population: Saying | None
    achieved: Saying | None


def passports(
    indicators: Sequence[Indicator], vocabulary: Vocabulary = CORE
) -> tuple[Passport, ...]:
    """Of all indicators of a municipality, in their order."""
    titles = {indicator.code: indicator.title for indicator in indicators}

    def title_of(code: str) -> str:
        return titles.get(code, code)

    return tuple(_passport(indicator, vocabulary, title_of) for indicator in indicators)


def words_of(indicator: Indicator) -> frozenset[str]:
    """The words of the vocabulary that an indicator's conditions use."""
    wording = indicator.wording
    if wording is None:
        return frozenset()
    return frozenset([*_words(wording.population), *_words(wording.achieved)])


def _passport(indicator: Indicator, vocabulary: Vocabulary, title_of: TitleOf) -> Passport:
    wording = indicator.wording
    if wording is None:
        return Passport(indicator, None, None)
    return Passport(
        indicator,
        _said(wording.population, vocabulary, title_of),
        _said(wording.achieved, vocabulary, title_of),
    )


def _said(condition: Any, vocabulary: Vocabulary, title_of: TitleOf) -> Saying:
    ((name, value),) = condition.items()
    match name:
        case "all" | "any":
            parts = tuple(_said(one, vocabulary, title_of) for one in value)
            return Saying(joint_text(name), parts)
        case "not":
            return Saying(joint_text(name), (_said(value, vocabulary, title_of),))
        case "achieved_in":
            return Saying(joint_text(name, title=title_of(str(value))))
    word = vocabulary.get(name)
    return Saying(name if word is None else condition_text(word, _given(word, value)))


def _given(word: Word, value: Any) -> Mapping[str, Any]:
    """Parameters by name: from a mapping, from a bare value, or none for `true`."""
    if isinstance(value, Mapping):
        return value
    main = word.main
    if main is None or (value is True and main.type is not ParamType.BOOLEAN):
        return {}
    return {main.name: value}


def _words(condition: Any) -> Iterator[str]:
    if not isinstance(condition, Mapping):
        return
    for name, value in condition.items():
        match name:
            case "all" | "any":
                for one in value:
                    yield from _words(one)
            case "not":
                yield from _words(value)
            case "achieved_in":
                pass
            case _:
                yield name
