"""The rows of a sheet as a list to choose from: counted, searched, newest first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from connector.models import Record
from connector.services.imports.differences import completed
from connector.services.imports.plan import Body
from connector.services.imports.stored_rows import CHUNK
from connector.services.records.names import RecordNames
from connector.spreadsheets.columns import Refers, Sheet
from connector.spreadsheets.spelling import sort_key


@dataclass(frozen=True, slots=True)
class ListedRow:
    key: str
    body: Body
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found; total: of all pages."""

    rows: Sequence[ListedRow]
    total: int


@dataclass(frozen=True, slots=True)
class RecordLists:
    """Reads only, of one municipality."""

    session: Session = field(repr=False)
    municipality: str

    def counts(self, sheets: Iterable[str]) -> Mapping[str, int]:
        """How many rows each sheet has; of dated ones, each row once."""
        rows = self.session.execute(
            select(Record.sheet, func.count(Record.key.distinct()))
            .where(Record.municipality == self.municipality, Record.sheet.in_(sorted(sheets)))
            .group_by(Record.sheet)
        )
        found = dict.fromkeys(sheets, 0)
        found.update(dict(rows.all()))
        return found

    def page(self, sheet: Sheet, text: str, first: int, limit: int, undone: bool = False) -> Found:
        """Rows `first` (from 0) and on, of a sheet without history, the latest entered on top.

        text: words that all occur in the row, or in the names of whom it is about. undone: only
        rows without a day on which they were done.
        """
        chosen = self._rows(sheet)
        if undone and "done_on" in sheet.by_name:
            chosen = chosen.where(_is_empty(Record.body["done_on"]))
        ordered = chosen.order_by(Record.recorded_at.desc(), Record.key)
        words = sort_key(text).split()
        if not words:
            total = self.session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
            rows = self.session.execute(ordered.offset(first).limit(limit))
            return Found([_listed(sheet, *row) for row in rows], total)
        return self._searched(sheet, ordered, words, first, limit)

    def _rows(self, sheet: Sheet) -> Select[Any]:
        return select(Record.key, Record.body, Record.recorded_at).where(
            Record.municipality == self.municipality, Record.sheet == sheet.name
        )

    def _searched(
        self, sheet: Sheet, ordered: Select[Any], words: list[str], first: int, limit: int
    ) -> Found:
        """Cyrillic is compared here: SQLite folds the case of Latin letters only."""
        named = self._named(sheet, words)
        found: list[ListedRow] = []
        total = 0
        with self.session.execute(ordered.execution_options(yield_per=CHUNK)) as rows:
            for key, body, recorded_at in rows:
                if not _has(sheet, body, words, named):
                    continue
                if first <= total < first + limit:
                    found.append(_listed(sheet, key, body, recorded_at))
                total += 1
        return Found(found, total)

    def _named(self, sheet: Sheet, words: list[str]) -> list[frozenset[str]]:
        """For each word, the codes of people and places whose names have it."""
        kinds = {
            "staff": (Refers.STAFF,),
            "school": (Refers.SCHOOL, Refers.SCOPE),
            "association": (Refers.ASSOCIATION, Refers.SCOPE, Refers.ROADMAP_SCOPE),
        }
        refers = {column.refers for column in sheet.columns}
        names = RecordNames(self.session, self.municipality)
        return [
            frozenset(
                code
                for kind, referring in kinds.items()
                if not refers.isdisjoint(referring)
                for code in names.codes_with(kind, word)
            )
            for word in words
        ]


def _has(sheet: Sheet, body: Body, words: Sequence[str], named: Sequence[frozenset[str]]) -> bool:
    """Whether each word occurs in the row, or in the name of somebody whom the row names."""
    values = [body.get(column.name) for column in sheet.columns]
    text = sort_key(" ".join(str(value) for value in values if value))
    codes = {
        str(body.get(column.name)).rpartition(":")[2]
        for column in sheet.columns
        if column.refers is not None and body.get(column.name)
    }
    return all(
        word in text or not codes.isdisjoint(known)
        for word, known in zip(words, named, strict=True)
    )


def _listed(sheet: Sheet, key: str, body: Body, recorded_at: datetime) -> ListedRow:
    return ListedRow(key, completed(sheet, {}, body), recorded_at)


def _is_empty(value: Any) -> ColumnElement[bool]:
    empty: ColumnElement[bool] = value.as_string().is_(None)
    return empty
