"""Rule plugins written to a folder, as a municipality's programmer might hand them in."""

from pathlib import Path
from textwrap import dedent, indent

from connector.domain.cases import StaffCase
from connector.domain.dossier import Dossier
from connector.testing import builders

HEAD = """
import ctypes, os, re, signal, sys, time
from datetime import date
from connector import hookimpl
from connector.domain.owed import Owed, Recipient

def owed(case, day, **params):
    return Owed(f"told:{case.code}", "told", Recipient.HEAD, "7", params, day)
"""
RULES = """
@hookimpl
def connector_rule_folders():
    from importlib.resources import files
    return [files(__name__) / "rules"]
"""
MUNICIPALITY = "code: {code}\ntitle: Посёлок\ntimezone: Europe/Moscow\n"
INDICATORS = """
indicators:
  - code: {code}.everyone
    title: Доля имеющих маршрут
    subject: staff
    kind: share
    period: year
    population: {{everyone: true}}
    achieved: {{has_route: true}}
    basis: {{document: Положение, clause: "1"}}
"""


def notices(body: str) -> str:
    """The hook with this body; about everybody else it owes one notice."""
    return f"@hookimpl\ndef connector_notices(case, circle, day):\n{indent(dedent(body), '    ')}\n"


def poison(deed: str) -> str:
    """Does a deed to the second person only."""
    return notices(f"if case.code == '2':\n    {deed}\nreturn [owed(case, day)]")


def write_package(folder: Path, name: str, text: str) -> str:
    """Writes a package below `folder`, which has to be on sys.path; returns its name."""
    package = folder / name
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text(HEAD + text, encoding="utf-8")
    return name


def install(folder: Path, code: str, text: str, version: str = "1.0") -> Path:
    """A distribution as pip would leave it in `folder`, with rule files of one indicator."""
    name = f"connector_{code}"
    write_package(folder, name, RULES + text)
    rules = folder / name / "rules"
    rules.mkdir(exist_ok=True)
    (rules / "municipality.yaml").write_text(MUNICIPALITY.format(code=code), encoding="utf-8")
    (rules / "indicators.yaml").write_text(INDICATORS.format(code=code), encoding="utf-8")
    info = folder / f"{name}-1.dist-info"
    info.mkdir(exist_ok=True)
    metadata = f"Metadata-Version: 2.1\nName: connector-{code}\nVersion: {version}\n"
    (info / "METADATA").write_text(metadata, encoding="utf-8")
    points = f"[connector]\n{code} = {name}\n"
    (info / "entry_points.txt").write_text(points, encoding="utf-8")
    return folder / name


def person(number: str) -> StaffCase:
    return builders.staff_case(Dossier(builders.staff(number)), GROUND)


GROUND = builders.setting()
