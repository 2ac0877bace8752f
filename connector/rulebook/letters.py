"""Words of a plugin's own notices: `letters/<kind>.txt` or `letters/<kind>.<role>.txt` in its rules
folder, written like the core's (connector/texts/letters).

Only plugins that are installed bring them: a template can keep a worker busy, so its author is
trusted, and a bare YAML folder has no notices of its own to put into words.
"""

import re
from collections.abc import Mapping, Sequence
from importlib.resources.abc import Traversable

from jinja2 import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from connector.domain.owed import Recipient
from connector.rulebook.faults import RuleFileFault, RulesRefused

_NAME = re.compile(rf"[a-z][a-z0-9_]*(\.({'|'.join(Recipient)}))?\.txt")


def read_letters(code: str, folders: Sequence[Traversable]) -> Mapping[str, str]:
    """Templates by file name. Raises RulesRefused with every fault that can be seen unrendered."""
    found: dict[str, str] = {}
    faults: list[RuleFileFault] = []
    for folder in (f / "letters" for f in folders):
        for entry in sorted(folder.iterdir(), key=lambda e: e.name) if folder.is_dir() else ():
            place = f"{code}/letters/{entry.name}"
            text = entry.read_bytes().decode("utf-8", "replace")
            faults += _faults(entry.name, text, place)
            found[entry.name] = text
    if faults:
        raise RulesRefused(faults)
    return found


def unused_letters(code: str, folders: Sequence[Traversable]) -> list[RuleFileFault]:
    """Of a folder without a plugin: its author thinks that these words are sent."""
    return [
        RuleFileFault(
            f"{code}/letters/{entry.name}",
            0,
            "папка правил без плагина шаблонов писем не приносит: слова своих сообщений пишутся в "
            "notices.yaml, эту папку уберите",
        )
        for folder in (f / "letters" for f in folders)
        if folder.is_dir()
        for entry in sorted(folder.iterdir(), key=lambda e: e.name)
    ]


def _faults(name: str, text: str, place: str) -> list[RuleFileFault]:
    if not _NAME.fullmatch(name):
        return [RuleFileFault(place, 0, "ожидалось имя вида вид_сообщения.head.txt")]
    if "\ufffd" in text:
        return [RuleFileFault(place, 0, "файл не в кодировке UTF-8")]
    if not text.startswith("# "):
        return [RuleFileFault(place, 1, "первая строка - заголовок письма: «# Заголовок»")]
    try:
        ImmutableSandboxedEnvironment().parse(text)
    except TemplateSyntaxError as err:
        return [RuleFileFault(place, err.lineno, f"шаблон: {err.message}")]
    return []
