"""What argparse says by itself, in Russian.

argparse takes its sentences from gettext, which goes by the language of the terminal; the commands
are Russian on every terminal. A sentence that a later Python words otherwise stays English.
"""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

_SENTENCES = {
    "usage: ": "как вызвать: ",
    "positional arguments": "что указать",
    "options": "ключи",
    "show this help message and exit": "показать эту справку",
    "%(prog)s: error: %(message)s\n": "%(prog)s: %(message)s.\nПодробнее: %(prog)s --help\n",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "the following arguments are required: %s": "не указано: %s",
    "one of the arguments %s is required": "нужно одно из: %s",
    "unrecognized arguments: %s": "лишнее или написано с ошибкой: %s",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s: %(matches)s — что из них",
    "not allowed with argument %s": "нельзя вместе с %s",
    "ignored explicit argument %r": "значение %r здесь не нужно",
    "expected one argument": "нужно значение",
    "expected at most one argument": "нужно не больше одного значения",
    "expected at least one argument": "нужно хотя бы одно значение",
    "expected %s argument": "нужно столько значений: %s",
    "invalid choice: %(value)r (choose from %(choices)s)": "нет «%(value)s»; есть %(choices)s",
    "invalid %(type)s value: %(value)r": "нужно целое число, а не «%(value)s»",
}
"""`int` is the only type of the commands that leaves its refusal to argparse."""


@contextmanager
def in_russian() -> Iterator[None]:
    """For its length whatever argparse says is Russian, in this whole process."""
    former = argparse._, argparse.ngettext  # type: ignore[attr-defined]
    argparse._ = _said  # type: ignore[attr-defined]
    argparse.ngettext = lambda one, many, n: _said(one)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        argparse._, argparse.ngettext = former  # type: ignore[attr-defined]


def _said(sentence: str) -> str:
    return _SENTENCES.get(sentence, sentence)
