"""Free texts of sheets, held against the wording of a document.

A methodist writes «кадровый резерв» where the document says «по формированию кадрового резерва».
Words are compared without case, without ё and but for their endings (at most three letters); words
of one or two letters say nothing.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

_WORD = re.compile(r"\w+")
_ENDING = 3
_STEM = 4


def mentions(text: str, wording: str) -> bool:
    """Whether every word of `wording` is in `text`, in any order."""
    return _covers(_words(text), _words(wording))


@lru_cache(maxsize=4096)
def meant(text: str, wordings: Sequence[str]) -> str | None:
    """The one of `wordings` that `text` means, None where none or several fit.

    By its number in the list («3»), by the same words, or by a part of its words (or more words)
    that fits no other.
    """
    number = text.strip().rstrip(".")
    if number.isdecimal() and 1 <= int(number) <= len(wordings):
        return wordings[int(number) - 1]
    own = _words(text)
    same, near = [], []
    for wording in wordings:
        words = _words(wording)
        wider, narrower = _covers(own, words), _covers(words, own)
        if wider and narrower:
            same.append(wording)
        if wider or narrower:
            near.append(wording)
    found = same or near
    return found[0] if len(found) == 1 else None


def _covers(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether each of `others`, of which there must be some, is among `words`."""
    return bool(others) and all(any(_alike(one, other) for one in words) for other in others)


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    found = _WORD.findall(text.casefold().replace("ё", "е"))
    return tuple(word for word in found if len(word) > 2 and not word.isdecimal())


def _alike(one: str, other: str) -> bool:
    common = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        common += 1
    longest = max(len(one), len(other))
    return common >= longest - _ENDING and common >= min(_STEM, longest)
