"""The numbers of a municipality's rules that a trial may change, as a form shows them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from connector.domain.indicators import Indicator
from connector.domain.periods import period_containing
from connector.domain.words import CORE
from connector.rulebook import MunicipalityRules
from connector.rulebook.amendments import (
    SCALE,
    STALLS,
    Amendment,
    NotAnAmendment,
    parse_amendment,
)

LONGEST = 12
_SCALE = {"high": "высокий", "elevated": "повышенный", "base": "базовый"}
_STALLS = {
    "idle_days": "рабочих дней без движения, и маршрут стоит",
    "grace_days": "рабочих дней сверх срока шага",
    "head_after": "через сколько рабочих дней узнаёт руководитель объединения",
    "specialist_after": "через сколько рабочих дней узнаёт специалист",
}


@dataclass(frozen=True, slots=True)
class Knob:
    """name: of the amendment. value: as it is now; shown: as the form has it."""

    name: str
    title: str
    value: str
    shown: str
    unit: str = ""

    @property
    def is_turned(self) -> bool:
        return self.shown != self.value


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    knobs: tuple[Knob, ...]


def groups(rules: MunicipalityRules, day: date, form: Mapping[str, str]) -> tuple[Group, ...]:
    """Every number by what it belongs to, on a day; form: what was typed instead."""
    scale = rules.scales.on(day)
    found = [
        Group(indicator.title, tuple(_of(indicator, rules, day, form)))
        for indicator in rules.indicators
    ]
    found.append(
        Group(
            "Шкала уровней: не менее стольких процентов",
            tuple(
                _knob(f"scale.{name}", _SCALE[name], _text(getattr(scale, name)), "%", form)
                for name in SCALE
            ),
        )
    )
    found.append(
        Group(
            "Застой маршрута",
            tuple(
                _knob(f"stalls.{name}", _STALLS[name], str(getattr(rules.stalls, name)), "", form)
                for name in STALLS
            ),
        )
    )
    return tuple(group for group in found if group.knobs)


def turned(found: Iterable[Group]) -> tuple[list[Amendment], list[str]]:
    """The numbers that were changed, and the names of those that are no numbers."""
    amendments, wrong = [], []
    for knob in (knob for group in found for knob in group.knobs if knob.is_turned):
        try:
            amendment = parse_amendment(f"{knob.name}={knob.shown}")
        except NotAnAmendment:
            wrong.append(knob.title)
            continue
        if isinstance(amendment.value, str | bool):
            wrong.append(knob.title)
        else:
            amendments.append(amendment)
    return amendments, wrong


def _of(
    indicator: Indicator, rules: MunicipalityRules, day: date, form: Mapping[str, str]
) -> Iterator[Knob]:
    plan = indicator.plan_on(period_containing(day, indicator.period).last)
    if plan is not None:
        value = _text(plan.at_least * 100)
        yield _knob(f"{indicator.code}.plan", "план, не менее", value, "%", form)
    for name, number in rules.numbers.items():
        word = name.removeprefix(f"{indicator.code}.")
        if word != name:
            yield _knob(name, _meaning(*word.partition(".")[::2]), str(number), "", form)


def _meaning(name: str, param: str) -> str:
    """What a word's number means, by the word's own declaration."""
    word = CORE.get(name)
    if word is None:
        return name
    meant = [one.meaning for one in word.params if one.name == (param or word.params[0].name)]
    return f"{word.summary} ({meant[0]})" if meant else word.summary


def _knob(name: str, title: str, value: str, unit: str, form: Mapping[str, str]) -> Knob:
    return Knob(name, title, value, form.get(name, value).strip()[:LONGEST] or value, unit)


def _text(percent: Fraction) -> str:
    """`60`, `33,3`: as people type it."""
    return f"{float(percent):g}".replace(".", ",")
