"""How people write the same word: case, «ё», blanks, underscores and stars do not matter."""

import re
import unicodedata

_SEPARATORS = re.compile(r"[\s_]+")
# Embeddings and overrides of direction: pasted along unseen, they turn around what stands beside.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def plain(word: str) -> str:
    """The form in which headers, sheet names and choices are compared."""
    text = unicodedata.normalize("NFKC", word).casefold().replace("ё", "е")
    return _SEPARATORS.sub(" ", text).strip(" *:.")


def tidy(text: str) -> str:
    """The text as it is stored: composed letters, ordinary blanks, none at the ends, and nothing
    that turns the direction of writing."""
    return _TURNING.sub("", unicodedata.normalize("NFC", text)).replace("\u00a0", " ").strip()


def sort_key(text: str) -> str:
    """Sorts Russian names without a collation: «ё» lies after «я» by code point."""
    return text.casefold().replace("ё", "е")


def is_unwritable(text: str) -> bool:
    """Whether it holds control characters; PostgreSQL refuses NUL and lone surrogates."""
    return _UNWRITABLE.search(text) is not None
