"""What README promises, what the Makefile has and what CI runs are the same commands."""

import re

from tests.guards.tree import ROOT, none_of

TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
CALLED = re.compile(r"\bmake ([a-z][a-z-]*)")
CODE = re.compile(r"^```.*?^```|`[^`\n]+`|^    .*$", re.MULTILINE | re.DOTALL)


def targets() -> set[str]:
    return set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))


def commands(text: str) -> set[str]:
    """The make targets that the code (not the prose) of a Markdown page calls."""
    return {name for code in CODE.findall(text) for name in CALLED.findall(code)}


def test_the_readme_names_the_two_commands() -> None:
    assert commands((ROOT / "README.md").read_text(encoding="utf-8")) >= {"demo", "test"}


def test_every_page_calls_targets_that_exist() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")]
    none_of(
        (
            f"{page.relative_to(ROOT)}: make {name}"
            for page in pages
            for name in sorted(commands(page.read_text(encoding="utf-8")) - targets())
        ),
        "the Makefile has no such target:",
    )


def test_ci_runs_what_a_developer_runs() -> None:
    lines = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    code = [line for line in lines if line and not line.startswith("#")]
    assert code == ["set -eu", 'cd "$(dirname "$0")/.."', "make test"]
    assert lines[0].startswith("#!")
    assert (ROOT / ".ci/run").stat().st_mode & 0o111, "it must be executable"


def test_commands_are_told_from_prose() -> None:
    page = "Please make sure.\n\n    make demo\n\n`make test` and\n```\nmake install\n```\n"
    assert commands(page) == {"demo", "test", "install"}
