"""Taking a request's body off the wire, within limits that hold whatever server stands before us.

A length is demanded: gunicorn with Werkzeug cut a chunked body at the limit and answered 200, and a
body cut by a lost connection looks whole to whoever does not know how long it should be.
"""

import re
from collections.abc import Mapping
from typing import Any

_DIGITS = re.compile(r"[0-9]{1,40}", re.ASCII)


class Refused(Exception):
    """The request is not taken. `reason` is a code, counted and logged; `sentence` is for people.

    status: of the answer, 400 to 415.
    """

    def __init__(self, status: int, reason: str, sentence: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.sentence = sentence


def body_length(environ: Mapping[str, Any], limit: int) -> int:
    """The announced length in bytes. Raises Refused: 411, 413."""
    announced = environ.get("CONTENT_LENGTH") or ""
    if environ.get("HTTP_TRANSFER_ENCODING") or not _DIGITS.fullmatch(announced):
        raise Refused(411, "no_length", "A Content-Length is needed; chunked bodies are not taken.")
    length = int(announced)
    if length > limit:
        raise Refused(413, "too_large", f"The body may have at most {limit} bytes.")
    return length


def media_type(environ: Mapping[str, Any], taken: tuple[str, ...]) -> str:
    """The content type, without parameters, one of `taken`. Raises Refused: 415."""
    encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding not in ("", "identity"):
        raise Refused(415, "content_encoding", "Compressed bodies are not taken.")
    announced: str = environ.get("CONTENT_TYPE", "")
    media, *parameters = (part.strip().lower() for part in announced.split(";"))
    if media not in taken:
        raise Refused(415, "content_type", "This content type is not taken here.")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') not in ("utf-8", "utf8"):
            raise Refused(415, "charset", "Only UTF-8 is taken.")
    return media


def read_body(environ: Mapping[str, Any], length: int) -> bytes:
    """Exactly `length` bytes. Raises Refused (400) if the sender hung up before."""
    stream = environ["wsgi.input"]
    parts = []
    missing = length
    while missing:
        try:
            part = stream.read(missing)
        except OSError:
            part = b""
        if not part:
            raise Refused(400, "cut_short", "The body ended before its announced length.")
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
