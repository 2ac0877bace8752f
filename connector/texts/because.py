"""Reasons as sentences: `Because` in, Russian out.

The sentences stand in a gettext catalogue, `locales/<language>/because.po`, whose msgids are the
codes; a second language is a second file.
"""

from jinja2 import TemplateError

from connector.domain.because import Because
from connector.texts.catalogues import catalogue, templates


def because_text(because: Because, language: str = "ru") -> str:
    """One line of plain text. A code without a sentence (a plugin's own) is shown as it is."""
    template = templates("because", language).get(because.code)
    if template is None:
        return because.code
    try:
        return template.render(because.params, params=because.params)
    except (TemplateError, TypeError, ValueError):
        # Stored reasons can be older than the sentence; a page must not fail for that.
        return because.code


def sentences(language: str = "ru") -> dict[str, str]:
    """The catalogue: templates by code."""
    return catalogue("because", language)
