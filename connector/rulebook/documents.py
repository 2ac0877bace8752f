"""YAML text → values that know their file and line; everything that could surprise is refused.

Read from parser events, so that no alias is ever expanded and no tag ever constructed. Plain
scalars mean what they look like: a number, a date (2026-09-01), true, false, null; all else is
text. (YAML 1.1 also reads `no`, `1_000` and `12:30` as something else.)
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import yaml
from yaml import events

from connector.rulebook.faults import RuleFileFault, RulesRefused

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_NODES = 10_000

Scalar = str | int | Decimal | bool | date | None


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its place. line: of the key where it has one, else of the value."""

    value: "Scalar | tuple[Node, ...] | Mapping[str, Node]"
    file: str
    line: int

    @property
    def plain(self) -> Any:
        """The value without places: dicts, lists and scalars."""
        if isinstance(self.value, Mapping):
            return {key: node.plain for key, node in self.value.items()}
        if isinstance(self.value, tuple):
            return [node.plain for node in self.value]
        return self.value

    @property
    def entries(self) -> "Mapping[str, Node]":
        """The keys of a mapping; of anything else, none."""
        return self.value if isinstance(self.value, Mapping) else {}

    @property
    def items(self) -> "tuple[Node, ...]":
        """The items of a list; of anything else, none."""
        return self.value if isinstance(self.value, tuple) else ()

    def at(self, path: Sequence[str | int]) -> "Node":
        """The node at `path`, or the last one on the way there that exists."""
        node = self
        for step in path:
            if isinstance(node.value, Mapping) and step in node.value:
                node = node.value[str(step)]
            elif isinstance(node.value, tuple) and isinstance(step, int):
                node = node.value[step] if step < len(node.value) else node
            else:
                break
        return node

    def fault(self, message: str) -> RuleFileFault:
        return RuleFileFault(self.file, self.line, message)


def read_document(content: bytes, file: str) -> Node:
    """One YAML document. Raises RulesRefused with every fault of its form."""
    if len(content) > MAX_BYTES:
        size = MAX_BYTES // 1024
        raise RulesRefused([RuleFileFault(file, 0, f"файл больше {size} КиБ")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        raise RulesRefused([RuleFileFault(file, 0, "файл не в кодировке UTF-8")]) from err
    reader = _Reader(text, file)
    try:
        node = reader.read()
    except yaml.MarkedYAMLError as err:
        line = err.problem_mark.line + 1 if err.problem_mark else 0
        reader.faults.append(RuleFileFault(file, line, _explained(err.problem or "")))
        raise RulesRefused(reader.faults) from err
    # PyYAML lets the errors of chr() through where an escape like "\UFFFFFFFF" names no character.
    except (yaml.YAMLError, ValueError, OverflowError) as err:
        reader.faults.append(RuleFileFault(file, 0, "не YAML: недопустимый символ"))
        raise RulesRefused(reader.faults) from err
    if reader.faults:
        raise RulesRefused(reader.faults)
    return node


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        self._events: Iterator[Any] = yaml.parse(text, Loader=yaml.SafeLoader)
        self._file = file
        self._nodes = 0
        self.faults: list[RuleFileFault] = []

    def read(self) -> Node:
        self._next()  # the stream begins
        if isinstance(self._next(), events.StreamEndEvent):
            return Node(None, self._file, 1)
        node = self._node(self._next(), 1)
        self._next()  # the document ends
        after = self._next()
        if not isinstance(after, events.StreamEndEvent):
            self._blame(after, "в файле больше одного документа (строка «---»)")
        return node

    def _next(self) -> Any:
        return next(self._events)

    def _node(self, event: Any, depth: int) -> Node:
        line = event.start_mark.line + 1
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            # Reading on would be the very work that the limit forbids.
            what = f"глубже {MAX_DEPTH} уровней" if depth > MAX_DEPTH else "слишком много значений"
            raise RulesRefused([*self.faults, RuleFileFault(self._file, line, what)])
        if isinstance(event, events.AliasEvent):
            self._blame(event, f"ссылки YAML (*{event.anchor}) не допускаются: повторите значение")
            return Node(None, self._file, line)
        if event.anchor is not None:
            self._blame(event, f"якоря YAML (&{event.anchor}) не допускаются")
        if event.tag is not None:
            self._blame(event, f"теги YAML ({event.tag}) не допускаются")
        if isinstance(event, events.SequenceStartEvent):
            return Node(self._items(depth), self._file, line)
        if isinstance(event, events.MappingStartEvent):
            return Node(self._entries(depth), self._file, line)
        if any(_is_unfit(char) for char in event.value):
            self._blame(event, "недопустимый символ в тексте")
        return Node(_scalar(event.value, quoted=event.style is not None), self._file, line)

    def _items(self, depth: int) -> tuple[Node, ...]:
        items = []
        while not isinstance(event := self._next(), events.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return tuple(items)

    def _entries(self, depth: int) -> dict[str, Node]:
        entries: dict[str, Node] = {}
        while not isinstance(event := self._next(), events.MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(self._next(), depth + 1)
            if not isinstance(event, events.ScalarEvent):
                self._blame(event, "ключом может быть только слово")
                continue
            if event.value in entries:
                first = entries[event.value].line
                self._blame(event, f"ключ «{event.value}» повторён (впервые в строке {first})")
                continue
            entries[event.value] = Node(value.value, self._file, key.line)
        return entries

    def _blame(self, event: Any, message: str) -> None:
        self.faults.append(RuleFileFault(self._file, event.start_mark.line + 1, message))


def _is_unfit(char: str) -> bool:
    """Control characters and lone surrogates, which no database and no page takes."""
    return (char < " " and char not in "\n\t") or "\ud800" <= char <= "\udfff"


_HINTS = {
    "mapping values are not allowed here": "лишнее двоеточие или отступ; текст с двоеточием берут "
    "в кавычки",
    "found character '\\t' that cannot start any token": "табуляция; отступают пробелами",
    "found unexpected end of stream": "не закрыта кавычка или скобка",
}


def _explained(problem: str) -> str:
    """What is wrong in Russian where it is a common slip, else in the parser's words."""
    return f"не YAML: {_HINTS.get(problem, problem)}"


_WORDS: Mapping[str, Scalar] = {"": None, "~": None, "null": None, "true": True, "false": False}


def _scalar(text: str, *, quoted: bool) -> Scalar:
    if quoted:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if re.fullmatch(r"-?\d{1,15}", text, re.ASCII):
        return int(text)
    if re.fullmatch(r"-?\d{1,15}\.\d{1,15}", text, re.ASCII):
        return Decimal(text)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text
