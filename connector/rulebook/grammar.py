"""Conditions of rule files: all, any, not, achieved_in and the words of the vocabulary.

A closed grammar, no expressions: a condition is one key with its parameters.
"""

from collections.abc import Callable, Mapping
from typing import Any

from connector.domain.because import SubjectKind
from connector.domain.indicators import Condition, Indicator
from connector.domain.words.logic import achieved_in, all_of, any_of, in_force, not_
from connector.domain.words.vocabulary import Param, ParamType, Vocabulary, Word
from connector.rulebook.dated import DatedNumber, read_number
from connector.rulebook.documents import Node
from connector.rulebook.faults import RuleFileFault, near_miss

GRAMMAR = ("all", "any", "not", "achieved_in")

Resolve = Callable[[Node], Indicator | None]
"""Finds the indicator an `achieved_in` names; None, having noted why, where it cannot."""


class ConditionReader:
    """Reads the conditions of one indicator; notes every fault and goes on."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        subject: SubjectKind,
        resolve: Resolve,
        faults: list[RuleFileFault],
    ) -> None:
        self._vocabulary = vocabulary
        self._subject = subject
        self._resolve = resolve
        self._faults = faults
        self.looks_at_people = False
        """Whether a word that was read, or an indicator it named, looks at a place's people."""

    def read(self, node: Node) -> Condition | None:
        """The condition, or None where it is faulty."""
        if isinstance(node.value, str):
            self._blame(node, f"условие пишут с двоеточием: «{node.value}: true»")
            return None
        if len(node.entries) != 1:
            many = "несколько условий объединяют под all: или any:"
            self._blame(node, many if node.entries else "ожидалось условие")
            return None
        ((name, value),) = node.entries.items()
        match name:
            case "all" | "any":
                return self._joined(name, value)
            case "not":
                inner = self.read(value)
                return not_(inner) if inner else None
            case "achieved_in":
                return self._named(value)
        return self._word(name, value)

    def _named(self, node: Node) -> Condition | None:
        other = self._resolve(node)
        if other is None:
            return None
        self.looks_at_people |= other.looks_at_people
        return achieved_in(other)

    def _joined(self, name: str, node: Node) -> Condition | None:
        if not node.items:
            self._blame(node, f"{name}: ожидался список условий, каждое со знака «-»")
            return None
        conditions = [self.read(item) for item in node.items]
        ready = [condition for condition in conditions if condition is not None]
        if len(ready) < len(conditions):
            return None
        return all_of(*ready) if name == "all" else any_of(*ready)

    def _word(self, name: str, node: Node) -> Condition | None:
        word = self._vocabulary.get(name)
        if word is None:
            hint = near_miss(name, [*self._vocabulary, *GRAMMAR])
            self._blame(node, f"неизвестное условие «{name}»{hint}")
            return None
        if self._subject not in word.subjects:
            fits = ", ".join(sorted(word.subjects))
            self._blame(node, f"условие «{name}» не применимо к {self._subject}, только к: {fits}")
            return None
        self.looks_at_people |= word.looks_at_people
        params = self._params(word, node)
        return None if params is None else _built(word, params)

    def _params(self, word: Word, node: Node) -> dict[str, Any] | None:
        given = self._given(word, node)
        if given is None:
            return None
        before = len(self._faults)
        known = {param.name: param for param in word.params}
        for name in given.keys() - known.keys():
            hint = near_miss(name, known)
            self._blame(given[name], f"{word.name}: неизвестный параметр «{name}»{hint}")
        params: dict[str, Any] = {}
        for param in word.params:
            if param.name in given:
                params[param.name] = self._value(word, param, given[param.name])
            elif param.required:
                self._blame(node, f"{word.name}: не указан параметр {param.name}")
        return params if len(self._faults) == before else None

    def _given(self, word: Word, node: Node) -> Mapping[str, Node] | None:
        """Parameters by name: from a mapping, from a bare value, or none for `true`."""
        if isinstance(node.value, Mapping):
            return node.entries
        if node.value is True and (word.main is None or word.main.type is not ParamType.BOOLEAN):
            return {}
        if word.main is None or node.value is None:
            self._blame(node, f"{word.name}: пишут «{word.example}»")
            return None
        return {word.main.name: node}

    def _value(self, word: Word, param: Param, node: Node) -> Any:
        if param.type is ParamType.INTEGER and node.items:
            return read_number(node, self._faults)
        value = node.plain
        match param.type:
            case ParamType.INTEGER:
                if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 1000:
                    return value
                expected = "целое число от 0 до 1000"
            case ParamType.BOOLEAN:
                if isinstance(value, bool):
                    return value
                expected = "true или false"
            case ParamType.CHOICE:
                if value in param.choices:
                    return value
                expected = f"одно из: {', '.join(param.choices)}"
                expected += near_miss(str(value), param.choices)
            case ParamType.CHOICES:
                if isinstance(value, list) and value and all(v in param.choices for v in value):
                    return tuple(value)
                expected = f"список в квадратных скобках из: {', '.join(param.choices)}"
            case ParamType.TEXTS:
                if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
                    return tuple(value)
                expected = "список слов в квадратных скобках"
        self._blame(node, f"{word.name}: {param.name}: ожидалось {expected}")
        return None

    def _blame(self, node: Node, message: str) -> None:
        self._faults.append(node.fault(message))


def _built(word: Word, params: Mapping[str, Any]) -> Condition:
    """The condition; with dated numbers, one for each stretch in which they stay the same."""
    dated = {name: value for name, value in params.items() if isinstance(value, DatedNumber)}
    if not dated:
        return word.build(**params)
    days = {day for number in dated.values() for day, _ in number.versions[1:] if day is not None}
    return in_force(
        [
            (day, word.build(**{**params, **{name: n.on(day) for name, n in dated.items()}}))
            for day in (None, *sorted(days))
        ]
    )
