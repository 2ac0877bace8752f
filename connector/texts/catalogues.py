"""Catalogues of sentences: gettext files whose msgids are codes and whose strings are templates."""

from functools import lru_cache
from importlib.resources import files

from jinja2 import Template

from connector.texts.words import sandbox


def catalogue(name: str, language: str) -> dict[str, str]:
    """The sentences of `locales/<language>/<name>.po`, by code."""
    # Nobody but web writes sentences.
    from babel.messages.pofile import read_po

    path = files("connector.texts") / "locales" / language / f"{name}.po"
    with path.open("rb") as file:
        found = read_po(file, locale=language, abort_invalid=True)
    return {str(m.id): str(m.string) for m in found if m.id}


@lru_cache(maxsize=8)
def templates(name: str, language: str) -> dict[str, Template]:
    """The same, ready to be filled in."""
    environment = sandbox()
    found = catalogue(name, language).items()
    return {code: environment.from_string(text) for code, text in found}
