"""`connector plugins new`: a rule set that works at once, from the templates beside this file.

A folder of YAML for CONNECTOR_RULES_DIR, or a distribution with Python and tests. It is written
under another name and renamed when it is whole, so that nobody finds half of it.
"""

import keyword
import re
import shutil
import tempfile
from importlib.resources import files
from pathlib import Path
from zoneinfo import available_timezones

from connector.errors import ConnectorError
from connector.rulebook.faults import near_miss

YAML = ("municipality.yaml", "indicators.yaml", "examples.yaml", "scenarios.yaml")

_LONGEST = 40
_PLACES = "  schools:\n"
_ASSOCIATIONS = "  associations:\n    - {code: a1, head: 1}\n    - {code: a2}\n"


class NotMade(ConnectorError):
    """Nothing was written; says in Russian what to do."""


def new_folder(path: Path, code: str, title: str, zone: str) -> list[Path]:
    """A folder of rule files. The files made, relative to `path`. Raises NotMade."""
    values = _values(code, title, zone)
    return _write(path, {name: _filled(name, values) for name in YAML})


def new_distribution(path: Path, code: str, title: str, zone: str) -> list[Path]:
    """A plugin's distribution with its package and tests. Raises NotMade."""
    values = _values(code, title, zone)
    package = f"connector_{code}"
    rules = {f"{package}/rules/{name}": _filled(name, values) for name in YAML}
    scenarios = f"{package}/rules/scenarios.yaml"
    rules[scenarios] = rules[scenarios].replace(_PLACES, _ASSOCIATIONS + _PLACES)
    rules[scenarios] += _filled("python_scenarios.yaml", values)
    letter = f"{package}/rules/letters/plan_missing.head.txt"
    return _write(
        path,
        {
            "setup.cfg": _filled("setup.cfg", values),
            "pyproject.toml": _filled("pyproject.toml", values),
            "README.md": _filled("README.md", values),
            f"{package}/__init__.py": _filled("package.py", values),
            f"{package}/plans.py": _filled("plans.py", values),
            f"{package}/py.typed": "",
            **rules,
            letter: _filled("plan_missing.head.txt", values),
            f"tests/test_{code}_rules.py": _filled("test_rules.py", values),
        },
    )


def _values(code: str, title: str, zone: str) -> dict[str, str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", code, re.ASCII) or keyword.iskeyword(code):
        raise NotMade(
            f"Код «{code}» не подходит: нужны строчные латинские буквы, цифры и подчёркивание, "
            "первой - буква, например verkhnyaya_pyshma."
        )
    if len(code) > _LONGEST:
        raise NotMade(f"Код длиннее {_LONGEST} знаков.")
    if not title.strip() or any(char in title for char in '"\\') or not title.isprintable():
        raise NotMade("Название пусто, или в нём кавычки либо служебные знаки.")
    if zone not in available_timezones():
        hint = near_miss(zone, available_timezones())
        raise NotMade(f"Неизвестный часовой пояс «{zone}»{hint}.")
    return {"code": code, "dashed": code.replace("_", "-"), "title": title.strip(), "zone": zone}


def _filled(name: str, values: dict[str, str]) -> str:
    text = (files("connector.testing") / "templates" / f"{name}.tmpl").read_text("utf-8")
    return re.sub(r"@(\w+)@", lambda found: values[found[1]], text)


def _write(path: Path, texts: dict[str, str]) -> list[Path]:
    if path.exists():
        raise NotMade(f"{path} уже есть. Укажите другое место или уберите её.")
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".", dir=path.parent))
    try:
        for name, text in texts.items():
            file = scratch / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
        # mkdtemp makes a folder for its owner only; rules are read by the connector's user.
        scratch.chmod(0o755)
        try:
            scratch.rename(path)
        except OSError as err:
            raise NotMade(f"{path} уже есть. Укажите другое место или уберите её.") from err
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return sorted(Path(name) for name in texts)
