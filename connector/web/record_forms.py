"""A sheet's columns as the fields of a form, and what was typed into them as an import's cells."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from werkzeug.datastructures import MultiDict

from connector.services.imports.plan import Body
from connector.services.records.names import RecordNames
from connector.spreadsheets.columns import Column, Refers, Sheet
from connector.spreadsheets.faults import Fault
from connector.spreadsheets.fields import AcademicYear, Choice, Day, Listing, Text, Whole, YesNo
from connector.texts.words import day
from connector.web.record_values import WHOLE, WHOLE_TITLE

_ISO = re.compile(r"(?:19|20|21)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d)(?=\))")

_LONG = frozenset(
    ("title", "about", "topic", "expected_result", "reason", "recommendation", "text")
)
"""Columns that hold sentences: their fields have several lines."""

_KINDS = {
    Refers.STAFF: ("staff",),
    Refers.SCHOOL: ("school",),
    Refers.ASSOCIATION: ("association",),
    Refers.SCOPE: ("association", "school"),
    Refers.ROADMAP_SCOPE: ("association",),
}
_PREFIXED = (Refers.SCOPE,)
_WITH_WHOLE = (Refers.SCOPE, Refers.ROADMAP_SCOPE)


class Control(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    AREA = "area"
    DAY = "date"
    NUMBER = "number"
    CHOICE = "choice"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Field:
    """value: what stands in it; of SEVERAL, split by `;`. suggested: completions of a text field.

    told: the name behind the code that stands in it.
    """

    name: str
    label: str
    control: Control
    value: str
    required: bool
    longest: int
    options: tuple[Option, ...] = ()
    suggested: tuple[Option, ...] = ()
    hint: str | None = None
    told: str | None = None
    fault: str | None = None

    @property
    def chosen(self) -> frozenset[str]:
        return frozenset(self.value.split(";"))


Candidates = Mapping[str, Sequence[Option]]
"""By column, whom a name that was typed may mean."""


def entered(sheet: Sheet, form: MultiDict[str, str]) -> dict[str, str]:
    """What the form says, by column; several boxes become one list."""
    return {
        column.name: ";".join(form.getlist(column.name))
        if isinstance(column.type, Listing)
        else form.get(column.name, "")
        for column in sheet.columns
    }


def as_entered(sheet: Sheet, body: Body) -> dict[str, str]:
    """A stored row as its form has it."""
    return {column.name: _typed(body.get(column.name)) for column in sheet.columns}


def _typed(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "да" if value else "нет"
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


def resolved(
    sheet: Sheet, texts: Mapping[str, str], names: RecordNames
) -> tuple[dict[str, str], Candidates]:
    """Names that were typed instead of codes become the codes they mean.

    Where several people or places are called so, the text stays and they are the candidates.
    """
    found = dict(texts)
    candidates: dict[str, Sequence[Option]] = {}
    for column in sheet.columns:
        text = texts.get(column.name, "").strip()
        if not text or column.refers not in _KINDS or text == WHOLE:
            continue
        meant = list(_meant(column.refers, text, names))
        if len(meant) == 1:
            found[column.name] = meant[0].value
        elif meant:
            candidates[column.name] = meant
    return found, candidates


def _meant(refers: Refers, text: str, names: RecordNames) -> Iterable[Option]:
    prefixed = refers in _PREFIXED
    kind, _, code = text.partition(":")
    if prefixed and code and kind in ("school", "association"):
        yield Option(text, text)
        return
    for kind in _KINDS[refers]:
        for code, title in names.called(kind, text):
            yield Option(f"{kind}:{code}" if prefixed else code, f"{title} ({code})")


class Form:
    """Makes the fields of one sheet; lists to choose from are read once."""

    def __init__(self, sheet: Sheet, names: RecordNames, analyses: Sequence[Option] | None) -> None:
        """analyses: those that a decision can follow from, None where there are too many."""
        self._sheet = sheet
        self._names = names
        self._analyses = analyses
        self._few: dict[str, Sequence[tuple[str, str]] | None] = {}

    def fields(
        self,
        texts: Mapping[str, str],
        faults: Sequence[Fault] = (),
        candidates: Candidates | None = None,
    ) -> list[Field]:
        """The fields in the sheet's order, with what stands in them and what is wrong with it."""
        wrong: dict[str, list[str]] = {}
        for fault in faults:
            if fault.column:
                wrong.setdefault(fault.column, []).append(fault_text(self._sheet, fault.text))
        return [
            self._field(column, texts.get(column.name, ""), wrong, candidates or {})
            for column in self._sheet.columns
        ]

    def _field(
        self,
        column: Column,
        value: str,
        wrong: Mapping[str, list[str]],
        candidates: Candidates,
    ) -> Field:
        fault = "; ".join(wrong.get(column.name, ())) or None
        named = candidates.get(column.name)
        if named:
            options = (Option("", "выберите"), *named)
            told = f"Нашлось несколько по словам «{value}»: выберите, о ком речь"
            return self._made(column, Control.CHOICE, "", options=options, fault=told)
        control = _control(column)
        options = self._options(column)
        if options:
            control = Control.CHOICE
        elif control is Control.CHOICE or control is Control.SEVERAL:
            options = _vocabulary(column)
        if control is Control.CHOICE and value and not self._is_offered(value, options):
            options = (*options, Option(value, value))
        return self._made(
            column,
            control,
            value,
            options=options,
            suggested=self._suggested(column),
            hint=self._hint(column, bool(options)),
            told=self._told(column, value, bool(options)),
            fault=fault,
        )

    def _made(self, column: Column, control: Control, value: str, **parts: Any) -> Field:
        longest = column.type.longest if isinstance(column.type, Text) else 2000
        required = column.required
        return Field(column.name, column.titles[0], control, value, required, longest, **parts)

    @staticmethod
    def _is_offered(value: str, options: Sequence[Option]) -> bool:
        return any(option.value == value for option in options)

    def _options(self, column: Column) -> tuple[Option, ...]:
        """A list to choose from, for places where there are few; people are too many to read."""
        empty = (Option("", "—" if not column.required else "выберите"),)
        if column.refers is Refers.ANALYSIS and self._analyses:
            return (*empty, *self._analyses)
        kinds = _KINDS.get(column.refers) if column.refers else None
        if kinds is None or column.refers is Refers.STAFF:
            return ()
        found: list[Option] = [Option(WHOLE, WHOLE_TITLE)] if self._has_whole(column) else []
        for kind in kinds:
            listed = self._listed(kind)
            if listed is None:
                return ()
            prefix = f"{kind}:" if column.refers in _PREFIXED else ""
            found += [Option(f"{prefix}{code}", f"{title} ({code})") for code, title in listed]
        return tuple(found) if self._has_whole(column) else (*empty, *found)

    def _suggested(self, column: Column) -> tuple[Option, ...]:
        if column.refers is not Refers.STAFF:
            return ()
        return tuple(Option(code, title) for code, title in self._listed("staff") or ())

    def _hint(self, column: Column, is_list: bool) -> str | None:
        if column.refers is Refers.STAFF:
            return "табельный номер или фамилия и имя"
        if column.refers in _KINDS and not is_list:
            return (
                "код или название; «municipality» — муниципалитет в целом"
                if self._has_whole(column)
                else "код или название"
            )
        if isinstance(column.type, AcademicYear):
            return "например, 2026/2027"
        if isinstance(column.type, Listing) and not isinstance(column.type.inner, Choice):
            return "несколько — через точку с запятой"
        return _HINTS.get((self._sheet.name, column.name))

    def _told(self, column: Column, value: str, is_list: bool) -> str | None:
        if is_list or not value or column.refers is not Refers.STAFF:
            return None
        return self._names.titles("staff", [value]).get(value)

    def _listed(self, kind: str) -> Sequence[tuple[str, str]] | None:
        if kind not in self._few:
            self._few[kind] = self._names.few(kind)
        return self._few[kind]

    @staticmethod
    def _has_whole(column: Column) -> bool:
        return column.refers in _WITH_WHOLE


_HINTS = {
    ("roadmap", "term"): "как написано в документе: «ежеквартально», «до 25 апреля»",
    ("roadmap", "occurrence"): "для повторяющегося: который раз, например «2 квартал»",
    ("roadmap", "proof"): "ссылка или реквизиты документа",
    ("evidence", "target"): "курс программы, как в листе programmes, или маршрут/шаг, например 1/2",
    ("evidence", "document"): "реквизиты удостоверения",
    ("programmes", "source"): "код источника, как на странице «Источники»",
    ("programmes", "course"): "идентификатор (idnumber) курса в Moodle, а если его нет — номер",
    ("programmes", "final"): "quiz:Х>=60 или activity:Х; пусто — достаточно завершить курс",
    ("diagnostics", "quiz"): "идентификатор (idnumber) теста в Moodle, а если его нет — номер",
    ("questions", "slot"): "номер вопроса по порядку или категория, одно из двух",
    ("decisions", "text"): "что сделать, одной-двумя фразами: это прочтёт ответственный в письме",
    ("decisions", "basis"): "документ и пункт, например «Положение, п. 4.2»",
    ("pauses", "number"): "номер маршрута этого сотрудника",
}


def _control(column: Column) -> Control:
    match column.type:
        case Day():
            return Control.DAY
        case Whole():
            return Control.NUMBER
        case Choice() | YesNo():
            return Control.CHOICE
        case Listing(inner=Choice()):
            return Control.SEVERAL
        case Text() if column.name in _LONG:
            return Control.AREA
    return Control.TEXT


def _vocabulary(column: Column) -> tuple[Option, ...]:
    kind: Any = column.type
    if isinstance(kind, YesNo):
        return (Option("да", "да"), Option("нет", "нет"))
    if isinstance(kind, Listing):
        kind = kind.inner
        return tuple(Option(code, title) for code, title in kind.titles.items())
    empty = () if column.required and column.default else (Option("", "—"),)
    return (*empty, *(Option(code, title) for code, title in kind.titles.items()))


def fault_text(sheet: Sheet, text: str) -> str:
    """A workbook's fault as a form says it: no cells, and columns by their Russian names."""
    text = text.replace(", ячейка пуста", "")
    text = _ISO.sub(lambda found: day(found[0]), text)
    for column in sheet.columns:
        text = text.replace(f"в колонке {column.name} ", f"в поле «{column.titles[0]}» ")
    return text
