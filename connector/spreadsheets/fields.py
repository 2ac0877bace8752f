"""The types of cells: a raw cell in, a JSON value out, or a Russian sentence of what was expected.

A raw cell is what a CSV file or openpyxl gives: text, a number, a truth value, a date or a time;
never None and never blank text (the readers turn both into None, and None means "empty").
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, ClassVar

from marshmallow import ValidationError, fields, validate

from connector.domain.catalogue import NotATarget, TargetKind, parse_target
from connector.spreadsheets.spelling import is_unwritable, plain, tidy

FORMULA_ERRORS = frozenset(
    ("#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#ССЫЛКА!", "#Н/Д",
     "#ЗНАЧ!", "#ИМЯ?", "#ДЕЛ/0!", "#ЧИСЛО!", "#ПУСТО!")
)  # fmt: skip
_LARGEST_EXACT = 10**15
"""A double holds whole numbers exactly up to here; a longer "number" has lost its last digits."""


class Cell(fields.Field[Any]):
    """Base of all cell types; `expected` ends the sentence «ожидается …»."""

    expected: ClassVar[str] = "значение"
    default_error_messages = {  # noqa: RUF012 - declared by marshmallow without ClassVar
        "required": "обязательная колонка",
        "null": "обязательное значение, ячейка пуста",
    }

    def refused(self) -> ValidationError:
        return ValidationError(f"ожидается {self.expected}")


class Text(Cell):
    expected = "текст"

    def __init__(self, longest: int = 2000, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = tidy(_written(value))
        if text.upper() in FORMULA_ERRORS:
            raise ValidationError(f"ожидается {self.expected}, а в ячейке ошибка формулы: {text}")
        if is_unwritable(text):
            raise ValidationError(f"ожидается {self.expected} без управляющих символов")
        if len(text) > self.longest:
            raise ValidationError(f"ожидается {self.expected} не длиннее {self.longest} знаков")
        return text


class Code(Text):
    """A code or number by which rows refer to each other; one line, no `|`, at most 60."""

    expected = "код"

    def __init__(self, longest: int = 60, **kwargs: Any) -> None:
        super().__init__(longest, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, date | time):
            # Excel turns "1/2" and "3.10" into dates by itself; the code typed is then lost.
            raise ValidationError(
                f"ожидается {self.expected}, а в ячейке дата: задайте ячейке текстовый формат"
            )
        if isinstance(value, float) and abs(value) >= _LARGEST_EXACT:
            raise ValidationError(
                f"ожидается {self.expected}, а в ячейке число длиннее 15 цифр, и последние цифры "
                "потеряны: задайте ячейке текстовый формат и введите заново"
            )
        text = super()._deserialize(value, attr, data, **kwargs)
        if "|" in text or "\n" in text or "\r" in text or "\t" in text:
            raise ValidationError(f"ожидается {self.expected} в одну строку и без знака «|»")
        return text


class PersonnelNumber(Code):
    expected = "табельный номер"


class Email(Code):
    expected = "адрес электронной почты вида имя@сайт.рф"
    _check = validate.Email()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=320, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            self._check(text)
        except ValidationError as err:
            raise self.refused() from err
        return text


class Day(Cell):
    """ISO or dd.mm.yyyy, or a real date of the spreadsheet; gives ISO."""

    expected = "дата вида 2026-09-01 или 01.09.2026"
    _iso = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?", re.ASCII)
    _russian = re.compile(
        r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: 0?0:00(?::00)?)?(?:\s?г\.?)?", re.ASCII
    )

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        day = self._day(value)
        if day is None or not 1900 <= day.year <= 2200:
            raise self.refused()
        return day.isoformat()

    def _day(self, value: Any) -> date | None:
        if isinstance(value, datetime):
            return value.date() if value.time() == time.min else None
        if isinstance(value, date):
            return value
        if not isinstance(value, str):
            return None
        text = tidy(value)
        try:
            if found := self._iso.fullmatch(text):
                return date(int(found[1]), int(found[2]), int(found[3]))
            if found := self._russian.fullmatch(text):
                return date(int(found[3]), int(found[2]), int(found[1]))
        except ValueError:
            return None
        return None


class YesNo(Cell):
    expected = "да или нет"
    _words: ClassVar[dict[str, bool]] = {
        **dict.fromkeys(("да", "1", "true", "истина", "x", "х", "+", "v", "yes", "y", "д"), True),
        **dict.fromkeys(("нет", "0", "false", "ложь", "-", "–", "—", "no", "n", "н"), False),
    }

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool):
            return value
        if isinstance(value, date | time):
            raise self.refused()
        found = self._words.get(plain(_written(value)))
        if found is None:
            raise self.refused()
        return found


class Whole(Cell):
    def __init__(self, lowest: int, highest: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.lowest, self.highest = lowest, highest

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = "" if isinstance(value, bool | date | time) else tidy(_written(value))
        if re.fullmatch(r"\d{1,9}", text, re.ASCII) and self.lowest <= int(text) <= self.highest:
            return int(text)
        raise ValidationError(f"ожидается целое число от {self.lowest} до {self.highest}")


class Choice(Cell):
    """One of a closed vocabulary, by code or by any of its Russian words."""

    def __init__(self, words: Mapping[str, tuple[str, ...]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.titles = {code: names[0] if names else code for code, names in words.items()}
        self.codes = {plain(word): code for code, names in words.items() for word in (code, *names)}
        self.listed = ", ".join(
            code if title == code else f"{title} ({code})" for code, title in self.titles.items()
        )

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = "" if isinstance(value, bool | date | time) else plain(_written(value))
        if text not in self.codes:
            raise ValidationError(f"ожидается одно из: {self.listed}")
        return self.codes[text]


class Listing(Cell):
    """Several values of one cell type, split by `;`; empty parts and repeats are left out."""

    def __init__(self, inner: Cell, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inner = inner

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            return [self.inner.deserialize(value, attr, data)]
        parts = [part for part in map(tidy, value.split(";")) if part]
        return list(dict.fromkeys(self.inner.deserialize(part, attr, data) for part in parts))


class TargetText(Cell):
    """A target in one of the forms that the column allows, written as the domain writes it."""

    _forms: ClassVar[dict[TargetKind, str]] = {
        TargetKind.COURSE: "course:X",
        TargetKind.ACTIVITY: "activity:X",
        TargetKind.QUIZ: "quiz:X>=60",
        TargetKind.MANUAL: "manual",
    }

    def __init__(self, kinds: tuple[TargetKind, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kinds = kinds
        self.listed = ", ".join(self._forms[kind] for kind in kinds)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        try:
            target = parse_target(tidy(_written(value)))
        except NotATarget:
            target = None
        if target is None or target.kind not in self.kinds or is_unwritable(target.ref):
            raise ValidationError(f"ожидается одно из: {self.listed}")
        return str(target)


class Scope(Code):
    """`municipality`, `school:X` or `association:X`, the words in English or Russian."""

    expected = "municipality, school:КОД или association:КОД"
    _kinds: ClassVar[dict[str, str]] = {
        "school": "school",
        "школа": "school",
        "association": "association",
        "объединение": "association",
    }

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if plain(text) in ("municipality", "муниципалитет"):
            return "municipality"
        kind, _, code = text.partition(":")
        if plain(kind) not in self._kinds or not tidy(code):
            raise self.refused()
        return f"{self._kinds[plain(kind)]}:{tidy(code)}"


class RoadmapScope(Code):
    """`municipality` or an association's code."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        return "municipality" if plain(text) in ("municipality", "муниципалитет") else text


class AcademicYear(Cell):
    expected = "учебный год вида 2026/2027"

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = re.sub(r"\s", "", value) if isinstance(value, str) else ""
        found = re.fullmatch(r"(\d{4})[/–-](\d{4})", text, re.ASCII)
        if found is None or int(found[2]) != int(found[1]) + 1:
            raise self.refused()
        return f"{found[1]}/{found[2]}"


def _written(value: Any) -> str:
    """A cell as a person reads it: 1001.0 is 1001, a date is 01.09.2026."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_EXACT:
        return str(int(value))
    if isinstance(value, datetime):
        pattern = "%d.%m.%Y" if value.time() == time.min else "%d.%m.%Y %H:%M"
        return value.strftime(pattern)
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    return str(value)
