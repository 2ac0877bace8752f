"""The catalogue in the very form that an import takes (contract 3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.models import Record
from connector.services.catalogue.adopting import cell
from connector.spreadsheets.columns import Column, Sheet
from connector.spreadsheets.fields import Choice
from connector.spreadsheets.sheets_catalogue import CATALOGUE_SHEETS


class Language(StrEnum):
    """Of headers and of words of closed vocabularies."""

    RUSSIAN = "ru"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class SheetOut:
    """title: of the sheet, or the name of its file."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def catalogue_sheets(session: Session, municipality: str, language: Language) -> list[SheetOut]:
    """All sheets of the catalogue, empty ones too, rows in order of key. Reads only.

    Imported again they change nothing.
    """
    return [_sheet(session, municipality, sheet, language) for sheet in CATALOGUE_SHEETS]


def _sheet(session: Session, municipality: str, sheet: Sheet, language: Language) -> SheetOut:
    bodies = session.scalars(
        select(Record.body)
        .where(Record.municipality == municipality, Record.sheet == sheet.name)
        .order_by(Record.key)
    )
    rows = [
        tuple(
            _text(column, body.get(column.name, column.default), language)
            for column in sheet.columns
        )
        for body in bodies
    ]
    if language is Language.ENGLISH:
        return SheetOut(sheet.name, tuple(column.name for column in sheet.columns), rows)
    return SheetOut(sheet.titles[0], tuple(column.titles[0] for column in sheet.columns), rows)


def _text(column: Column, value: Any, language: Language) -> str:
    if language is Language.RUSSIAN and isinstance(column.type, Choice) and value is not None:
        return str(column.type.titles.get(value, value))
    return cell(value) or ""
