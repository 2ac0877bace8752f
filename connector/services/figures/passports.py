"""The passport of an indicator: everything its rules say of it, with the conditions in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from connector.domain.indicators import Indicator
from connector.domain.words import CORE, Vocabulary, Word
from connector.domain.words.vocabulary import ParamType
from connector.texts.conditions import condition_text, joint_text
from connector.texts.words import day as day_text


@dataclass(frozen=True, slots=True)
class Saying:
    """A condition in words. parts: what it is put together of, or the versions of its number."""

    text: str
    parts: tuple["Saying", ...] = ()


@dataclass(frozen=True, slots=True)
class Passport:
    """population, achieved: None where a rule is not written in words."""

    indicator: Indicator
    population: Saying | None
    achieved: Saying | None


def passports(
    indicators: Sequence[Indicator], day: date, vocabulary: Vocabulary = CORE
) -> tuple[Passport, ...]:
    """Of all indicators of a municipality, in their order. day: dated numbers are told as of it."""
    titles = {indicator.code: indicator.title for indicator in indicators}
    teller = _Teller(vocabulary, titles, day)
    return tuple(teller.passport(indicator) for indicator in indicators)


def words_of(indicator: Indicator) -> frozenset[str]:
    """The words of the vocabulary that an indicator's conditions use."""
    wording = indicator.wording
    if wording is None:
        return frozenset()
    return frozenset([*_words(wording.population), *_words(wording.achieved)])


@dataclass(frozen=True, slots=True)
class _Teller:
    """titles: of the indicators by code."""

    vocabulary: Vocabulary
    titles: Mapping[str, str]
    day: date

    def passport(self, indicator: Indicator) -> Passport:
        wording = indicator.wording
        if wording is None:
            return Passport(indicator, None, None)
        return Passport(indicator, self.said(wording.population), self.said(wording.achieved))

    def said(self, condition: Any) -> Saying:
        ((name, value),) = condition.items()
        match name:
            case "all" | "any":
                return Saying(joint_text(name), tuple(self.said(one) for one in value))
            case "not":
                return Saying(joint_text(name), (self.said(value),))
            case "achieved_in":
                title = self.titles.get(str(value), str(value))
                return Saying(joint_text(name, title=title))
        word = self.vocabulary.get(name)
        return Saying(name) if word is None else self._word(word, value)

    def _word(self, word: Word, value: Any) -> Saying:
        given = dict(_given(word, value))
        told = []
        for name, one in given.items():
            if _is_dated(one):
                given[name] = self._in_force(one)
                told += [Saying(_version(version)) for version in one]
        return Saying(condition_text(word, given), tuple(told))

    def _in_force(self, versions: Sequence[Mapping[str, Any]]) -> Any:
        """The value in force on the day; before the first, the first."""
        held = versions[0]["value"]
        for version in versions:
            since = version.get("from")
            if since is None or str(since) <= self.day.isoformat():
                held = version["value"]
        return held


def _given(word: Word, value: Any) -> Mapping[str, Any]:
    """Parameters by name: from a mapping, from a bare value, or none for `true`."""
    if isinstance(value, Mapping):
        return value
    main = word.main
    if main is None or (value is True and main.type is not ParamType.BOOLEAN):
        return {}
    return {main.name: value}


def _is_dated(value: Any) -> bool:
    """Whether a number is written as versions with their days, as a plan is."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _version(version: Mapping[str, Any]) -> str:
    since = version.get("from")
    begins = f"с {day_text(str(since))}: " if since else ""
    source = version.get("source")
    return f"{begins}{version['value']}" + (f" — {source}" if source else "")


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
