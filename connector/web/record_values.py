"""Values of a record as people read them: names for codes, words for choices, days as days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from connector.services.imports.plan import Body
from connector.services.records.names import RecordNames
from connector.spreadsheets.columns import Column, Refers, Sheet
from connector.spreadsheets.fields import Choice, Day, Listing, YesNo
from connector.texts.words import day

WHOLE = "municipality"
WHOLE_TITLE = "муниципалитет в целом"
EMPTY = "—"


@dataclass(frozen=True, slots=True)
class Value:
    """text: as it is read; code: what it stands for, where that is worth telling; href: a link."""

    text: str
    code: str | None = None
    href: str | None = None


class Reading:
    """Tells the values of one sheet's rows; the names are read once for all of them."""

    def __init__(self, names: RecordNames, sheet: Sheet, bodies: Iterable[Body]) -> None:
        self._sheet = sheet
        wanted: dict[str, set[str]] = {"staff": set(), "school": set(), "association": set()}
        for body in bodies:
            for column in sheet.columns:
                value = body.get(column.name)
                if isinstance(value, str) and (named := named_by(column, value)):
                    wanted[named[0]].add(named[1])
        self._titles = {kind: names.titles(kind, codes) for kind, codes in wanted.items()}

    def told(self, name: str, body: Body) -> Value:
        """The value of a column in a row."""
        column = self._sheet.by_name[name]
        value = body.get(name)
        if value is None or value == "" or value == []:
            return Value(EMPTY)
        if column.refers is not None and isinstance(value, str):
            return self._named(column, value)
        return Value(_plain(column.type, value), href=_link(value))

    def line(self, body: Body) -> Mapping[str, Value]:
        return {column.name: self.told(column.name, body) for column in self._sheet.columns}

    def _named(self, column: Column, value: str) -> Value:
        if value == WHOLE and column.refers in (Refers.SCOPE, Refers.ROADMAP_SCOPE):
            return Value(WHOLE_TITLE)
        named = named_by(column, value)
        title = self._titles[named[0]].get(named[1]) if named else None
        return Value(title, named[1]) if named and title else Value(value)


def named_by(column: Column, value: str) -> tuple[str, str] | None:
    """The kind and the code of whom a value names; None where it names nobody."""
    match column.refers:
        case Refers.STAFF:
            return "staff", value
        case Refers.SCHOOL:
            return "school", value
        case Refers.ASSOCIATION:
            return "association", value
        case Refers.ROADMAP_SCOPE:
            return None if value == WHOLE else ("association", value)
        case Refers.SCOPE:
            kind, _, code = value.partition(":")
            return (kind, code) if code and kind in ("school", "association") else None
    return None


def _plain(kind: Any, value: Any) -> str:
    if isinstance(value, list):
        inner = kind.inner if isinstance(kind, Listing) else kind
        return ", ".join(_plain(inner, one) for one in value)
    if isinstance(kind, Choice):
        return kind.titles.get(str(value), str(value))
    if isinstance(kind, Day):
        return day_text(str(value))
    if isinstance(kind, YesNo):
        return "да" if value else "нет"
    return str(value)


def day_text(text: str) -> str:
    """An ISO date as dd.mm.yyyy; anything else as it is."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text or EMPTY


def _link(value: Any) -> str | None:
    """Only what a browser may follow: a text that begins otherwise could run as a script."""
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        return None
    try:
        return value if urlsplit(value).hostname else None
    except ValueError:
        return None
