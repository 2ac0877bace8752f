"""What is imported is also asked for: a package that came along with another may leave with it."""

import re
import sys
from importlib.metadata import packages_distributions

import pytest

from tests.guards.test_packages import setup_cfg
from tests.guards.tree import ROOT, imported, none_of, parse, place, python_files

NAME = re.compile(r"^[A-Za-z0-9._-]+")
OURS = {"connector", "tests"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def asked_for(*options: tuple[str, str]) -> set[str]:
    config = setup_cfg(ROOT)
    lines = [line for option in options for line in config.get(*option).splitlines()]
    return {normal(found[0]) for line in lines if (found := NAME.match(line.strip()))}


CORE = asked_for(("options", "install_requires"), ("options.extras_require", "postgres"))
CORE |= asked_for(
    *(("options.extras_require", extra) for extra in ("tracing", "testing", "apprise"))
)
DEV = CORE | asked_for(("options.extras_require", "dev"))


@pytest.mark.parametrize(("folder", "allowed"), [("connector", CORE), ("tests", DEV)])
def test_every_import_is_a_dependency(folder: str, allowed: set[str]) -> None:
    distributions = packages_distributions()
    none_of(
        (
            f"{place(path, line)} imports {module}"
            for path in python_files(folder)
            for module, line in imported(parse(path))
            if (top := module.split(".")[0])
            and top not in sys.stdlib_module_names
            and not top.startswith("connector")
            and top not in OURS
            and not allowed & {normal(name) for name in distributions.get(top, ())}
        ),
        "not among the dependencies in setup.cfg:",
    )


def test_the_lists_are_read() -> None:
    assert {"flask", "psycopg", "flask-wtf"} <= CORE
    assert {"pytest-xdist", "types-pyyaml"} <= DEV - CORE
