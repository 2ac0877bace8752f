"""Reasons as sentences: `Because` in, Russian out.

The sentences stand in a gettext catalogue, `locales/<language>/because.po`, whose msgids are the
codes; a second language is a second file.
"""

from functools import lru_cache
from importlib.resources import files

from babel.messages.pofile import read_po
from jinja2 import Template, TemplateError

from connector.domain.because import Because
from connector.texts.words import sandbox


def because_text(because: Because, language: str = "ru") -> str:
    """One line of plain text. A code without a sentence (a plugin's own) is shown as it is."""
    template = _templates(language).get(because.code)
    if template is None:
        return because.code
    try:
        return template.render(because.params, params=because.params)
    except (TemplateError, TypeError, ValueError):
        # Stored reasons can be older than the sentence; a page must not fail for that.
        return because.code


def sentences(language: str = "ru") -> dict[str, str]:
    """The catalogue: templates by code."""
    path = files("connector.texts") / "locales" / language / "because.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    return {str(m.id): str(m.string) for m in catalogue if m.id}


@lru_cache(maxsize=4)
def _templates(language: str) -> dict[str, Template]:
    environment = sandbox()
    found = sentences(language).items()
    return {code: environment.from_string(text) for code, text in found}
