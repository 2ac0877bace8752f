"""What a sheet and a column are made of. The sheets themselves stand in `sheets_*.py`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Any

from marshmallow import Schema

from connector.domain.catalogue import TargetKind
from connector.spreadsheets import fields
from connector.spreadsheets.spelling import plain

_LONGEST_KEY = 300


class Refers(StrEnum):
    """What the values of a column must name."""

    STAFF = "staff"
    SCHOOL = "school"
    ASSOCIATION = "association"
    PLACE = "place"
    """A school, an association or a person."""
    SCOPE = "scope"
    """`municipality`, `school:X` or `association:X`."""
    ROADMAP_SCOPE = "roadmap_scope"
    """`municipality` or an association."""
    ANALYSIS = "analysis"
    COMPETENCY = "competency"
    """Need not exist: it is created, untitled, with a caution."""
    SOURCE = "source"
    """Need not exist yet; a caution says so."""


@dataclass(frozen=True)
class Column:
    """name: the English header; titles: Russian headers, the first is the one that guides print.

    default: what an empty cell means; of a required one, what its missing column means.
    """

    name: str
    titles: tuple[str, ...]
    type: fields.Cell
    default: Any = None
    refers: Refers | None = None

    @property
    def required(self) -> bool:
        """Whether a cell must be filled where the column is present."""
        return not self.type.allow_none

    @property
    def indispensable(self) -> bool:
        """Whether a new row cannot do without the column."""
        return self.required and self.default is None


RowCheck = Callable[[dict[str, Any]], Iterator[tuple[str, str]]]
"""What must hold between the cells of a sound row: yields column and what was expected; may put
a value into its usual form."""


@dataclass(frozen=True)
class Sheet:
    """One sheet of contract 3.

    key: the columns that tell its rows apart. history: a change makes a new dated version; without
    it a change replaces the row for all days. person, related: see models.Record. spans: pairs of
    dates of which the first must not lie after the second.
    """

    name: str
    titles: tuple[str, ...]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    history: bool = False
    person: str | None = None
    related: str | None = None
    spans: tuple[tuple[str, str], ...] = (("from", "until"),)
    check: RowCheck | None = None

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.columns}

    @cached_property
    def by_header(self) -> Mapping[str, str]:
        return {
            plain(title): column.name
            for column in self.columns
            for title in (column.name, *column.titles)
        }

    @cached_property
    def schema(self) -> Schema:
        return Schema.from_dict({column.name: column.type for column in self.columns})()

    def row_key(self, values: Mapping[str, Any]) -> str | None:
        """What tells the row apart within the sheet; None if a needed part was not readable."""
        if any(self.by_name[name].indispensable and name not in values for name in self.key):
            return None
        parts = (values.get(name, self.defaults[name]) for name in self.key)
        return stored_key(*("" if part is None else str(part) for part in parts))

    @cached_property
    def defaults(self) -> Mapping[str, Any]:
        return {column.name: column.default for column in self.columns}


def stored_key(*parts: str) -> str:
    """The parts joined by `|`; a long key ends in its digest, because the column has 300 places."""
    key = "|".join(parts)
    if len(key) <= _LONGEST_KEY:
        return key
    return f"{key[:230]}#{sha256(key.encode()).hexdigest()}"


def text(
    name: str,
    *titles: str,
    required: bool = False,
    longest: int = 2000,
    default: str | None = None,
) -> Column:
    return Column(name, titles, fields.Text(longest, **_need(required)), default)


def name(name: str, *titles: str, longest: int = 250) -> Column:
    """A name or title: never an empty cell; without the column, the code stands in for it."""
    return text(name, *titles, required=True, longest=longest, default="")


def code(
    name: str,
    *titles: str,
    required: bool = False,
    refers: Refers | None = None,
    default: Any = None,
    longest: int = 60,
) -> Column:
    return Column(name, titles, fields.Code(longest, **_need(required)), default, refers)


def person(name: str, *titles: str, required: bool = False) -> Column:
    """A personnel number of somebody in the staff sheet, of this file or imported before."""
    return Column(name, titles, fields.PersonnelNumber(**_need(required)), None, Refers.STAFF)


def day(name: str, *titles: str, required: bool = False) -> Column:
    return Column(name, titles, fields.Day(**_need(required)))


def whole(name: str, *titles: str, lowest: int, highest: int, required: bool = False) -> Column:
    return Column(name, titles, fields.Whole(lowest, highest, **_need(required)))


def yes_no(name: str, *titles: str, default: bool = False) -> Column:
    return Column(name, titles, fields.YesNo(**_need(False)), default)


def choice(
    name: str,
    *titles: str,
    words: Mapping[str, tuple[str, ...]],
    required: bool = False,
    default: str | None = None,
) -> Column:
    return Column(name, titles, fields.Choice(words, **_need(required)), default)


def listing(name: str, *titles: str, of: fields.Cell, refers: Refers | None = None) -> Column:
    return Column(name, titles, fields.Listing(of, **_need(False)), [], refers)


def target(name: str, *titles: str, kinds: tuple[TargetKind, ...], required: bool) -> Column:
    return Column(name, titles, fields.TargetText(kinds, **_need(required)))


def _need(required: bool) -> dict[str, Any]:
    return {"required": required, "allow_none": not required}
