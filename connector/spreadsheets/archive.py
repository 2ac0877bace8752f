"""Guards an XLSX file, a zip archive, before a parser opens it (architecture: Security)."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from connector.spreadsheets.faults import WorkbookRefused

LARGEST_FILE = 128 * 2**20
MOST_ENTRIES = 2_000
LARGEST_UNPACKED = 512 * 2**20
HIGHEST_RATIO = 200
"""Unpacked to packed size of one entry; tables of real people stay below 40."""
RATIO_FROM = 2**20
"""Small entries of blanks pack well and harm nobody."""

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_XML = (b"<", b"\0<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_ENCODING = re.compile(rb"""\s*<\?xml[^>]*?encoding\s*=\s*["']([^"'>]*)""")
_DECLARATION = 1_000
_NOT_UTF8 = "Внутри книги есть файл не в UTF-8. Сохраните её заново программой таблиц."
_CHUNK = 2**16
_OVERLAP = 16


def guard(file: IO[bytes]) -> None:
    """Raises WorkbookRefused unless `file` is a whole, plain and reasonably sized XLSX archive.

    Every entry is unpacked once and thrown away: the sizes that an archive states can be believed
    only together with its checksums, and a document type definition could make an XML parser
    expand a few bytes into gigabytes.
    """
    _guard_size(file)
    with damage_refused(), zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        _guard_entries(entries)
        names = {entry.filename for entry in entries}
        if "[Content_Types].xml" not in names or not any(n.startswith("xl/") for n in names):
            raise WorkbookRefused("Это архив, но не книга XLSX: внутри нет листов.")
        for entry in entries:
            _guard_content(archive, entry)
    file.seek(0)


@contextmanager
def damage_refused() -> Iterator[None]:
    """Turns what zipfile and zlib raise on damaged archives into WorkbookRefused."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError,
            RuntimeError, KeyError, OverflowError) as err:  # fmt: skip
        raise WorkbookRefused(
            "Файл повреждён и не читается как книга XLSX. Сохраните его заново."
        ) from err


def _guard_size(file: IO[bytes]) -> None:
    head = file.read(8)
    size = file.seek(0, 2)
    file.seek(0)
    if head == _OLE:
        raise WorkbookRefused(
            "Файл защищён паролем или записан в старом формате .xls. "
            "Сохраните его как книгу Excel (.xlsx) без пароля."
        )
    if not head.startswith(b"PK"):
        raise WorkbookRefused("Это не книга XLSX. Сохраните таблицу как книгу Excel (.xlsx).")
    if size > LARGEST_FILE:
        raise WorkbookRefused(f"Файл больше {LARGEST_FILE // 2**20} МиБ. Разделите его на части.")


def _guard_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise WorkbookRefused(f"В книге больше {MOST_ENTRIES} вложенных файлов; это не таблица.")
    if len({entry.filename for entry in entries}) != len(entries):
        raise WorkbookRefused("Файл повреждён: вложенные файлы повторяются. Сохраните его заново.")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise WorkbookRefused("Книга защищена паролем. Сохраните её без пароля.")
    if sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise WorkbookRefused(
            f"Книга распаковывается больше чем в {LARGEST_UNPACKED // 2**20} МиБ; "
            "такие файлы не принимаются."
        )
    for entry in entries:
        swollen = entry.file_size > HIGHEST_RATIO * max(entry.compress_size, 1)
        if entry.file_size > RATIO_FROM and swollen:
            raise WorkbookRefused(
                "Книга сжата подозрительно сильно; такие файлы не принимаются. "
                "Удалите пустые строки и сохраните её заново."
            )


def _guard_content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    is_xml = False
    tail = b""
    with archive.open(entry) as content:
        chunk = content.read(_CHUNK)
        if _looks_like_xml(entry.filename, chunk):
            is_xml = True
            _guard_encoding(chunk)
        while chunk:
            if is_xml and b"\0" in chunk:
                raise WorkbookRefused(_NOT_UTF8)
            if is_xml and b"<!DOCTYPE" in (seen := tail + chunk):
                raise WorkbookRefused("В книге есть объявление DOCTYPE; такие файлы опасны.")
            if is_xml:
                tail = seen[-_OVERLAP:]
            chunk = content.read(_CHUNK)


def _looks_like_xml(name: str, head: bytes) -> bool:
    """By what it holds, too: which entries are parsed is said inside the book, not by names."""
    return name.endswith((".xml", ".rels", ".vml")) or head.lstrip(b" \t\r\n").startswith(_XML)


def _guard_encoding(head: bytes) -> None:
    """In another encoding a declaration is spelt in other bytes, and would not be seen."""
    declared = _ENCODING.match(head.removeprefix(b"\xef\xbb\xbf")[:_DECLARATION])
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii"):
        raise WorkbookRefused(_NOT_UTF8)
