"""Conditions of rules as sentences, for passports: a word and its parameters in, Russian out."""

from collections.abc import Mapping
from typing import Any

from jinja2 import TemplateError

from connector.domain.words.vocabulary import Word
from connector.texts.catalogues import catalogue, templates
from connector.texts.words import listed


def condition_text(word: Word, given: Mapping[str, Any], language: str = "ru") -> str:
    """One line of plain text. A word without a sentence (a plugin's own) tells its summary and what
    was given to it."""
    params = {param.name: param.default for param in word.params} | dict(given)
    template = templates("conditions", language).get(word.name)
    if template is not None:
        try:
            return template.render(params)
        except (TemplateError, TypeError, ValueError):
            # A word may have got a parameter since its sentence was written.
            pass
    told = "; ".join(f"{name}: {_value(value)}" for name, value in given.items())
    return f"{word.summary} ({told})" if told else word.summary


def joint_text(name: str, language: str = "ru", **params: str) -> str:
    """What `all`, `any`, `not` and `achieved_in` say."""
    return templates("conditions", language)[name].render(params)


def condition_sentences(language: str = "ru") -> dict[str, str]:
    """The catalogue: templates by word."""
    return catalogue("conditions", language)


def _value(value: Any) -> str:
    return listed(value) if isinstance(value, list | tuple) else str(value)
