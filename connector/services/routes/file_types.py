"""What a file is, told by its bytes: a name and a type that somebody sent prove nothing."""

import re
import zipfile
from dataclasses import dataclass
from io import BytesIO

MOST_BYTES = 5 << 20
"""Of one file: a photograph of a certificate, or some scanned pages."""

_MOST_ENTRIES = 5000
_MOST_TYPE = 200


@dataclass(frozen=True, slots=True)
class FileType:
    """mime: as it is served; suffix: with which it is saved; title: as people call it."""

    mime: str
    suffix: str
    title: str


PDF = FileType("application/pdf", ".pdf", "PDF")
JPEG = FileType("image/jpeg", ".jpg", "JPEG")
PNG = FileType("image/png", ".png", "PNG")
DOCX = FileType(
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx", "DOCX"
)
ODT = FileType("application/vnd.oasis.opendocument.text", ".odt", "ODT")

KNOWN = (PDF, JPEG, PNG, DOCX, ODT)


def type_of(content: bytes) -> FileType | None:
    """None for what is none of ours; also for documents with macros, which nobody needs here."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"PK\x03\x04"):
        return _document(content)
    return None


def _document(content: bytes) -> FileType | None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            if len(names) > _MOST_ENTRIES or any("vbaproject" in n.casefold() for n in names):
                return None
            if "word/document.xml" in names and "[Content_Types].xml" in names:
                return DOCX
            if names[:1] == ["mimetype"]:
                entry = archive.getinfo("mimetype")
                said = archive.read(entry) if entry.file_size <= _MOST_TYPE else b""
                return ODT if said.decode("ascii", "replace").strip() == ODT.mime else None
    # Whatever a broken archive makes the reader raise, it is no document.
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError, EOFError):
        return None
    return None


def tidy_name(name: str, kind: FileType) -> str:
    """A name to save it under: no folders, nothing that steers a terminal, the right ending."""
    base = re.split(r"[\\/]", name)[-1]
    plain = "".join(c for c in base if c.isprintable() and c not in '"<>|:*?').strip(" .")
    stem = plain.rpartition(".")[0] or plain or "file"
    return f"{stem[:150]}{kind.suffix}"
