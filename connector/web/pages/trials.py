"""Rules tried before they are in force: other numbers, files as they are now, and their check.

Nothing is saved: the trial reads in a snapshot in which the database refuses to write.
"""

from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from flask import Blueprint, render_template, request

from connector.errors import ConnectorError
from connector.rulebook import MunicipalityRules, Rulebook
from connector.rulebook.trials import trial, what_if
from connector.services.access.visibility import VisibilityService
from connector.services.rules.changes import RuleChanges
from connector.services.rules.diff import Progress, RuleDiff
from connector.testing.checking import Checked
from connector.testing.installed_rules import check_folder, check_installed
from connector.texts.because import because_text
from connector.web.access import the_viewer
from connector.web.household import household, today
from connector.web.knobs import groups, turned

blueprint = Blueprint("trials", __name__, url_prefix="/rules/<municipality>")

MOST_SUBJECTS = 3000
"""Judged within one request, in a few seconds; more of them by the command."""
MOST_SECONDS = 20.0
MOST_LISTED = 100

FILES = "files"


class TooLong(ConnectorError):
    """A trial that a page must not wait for."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What came of a trial: changes, or why there are none."""

    changes: RuleChanges | None = None
    told: tuple[str, ...] = ()
    command: str | None = None


@blueprint.get("/try")
def ask(municipality: str) -> str:
    """The numbers of the rules, to be changed."""
    return _page(municipality, None)


@blueprint.post("/try")
def look(municipality: str) -> str:
    """What other numbers, or the files as they are now, would change."""
    found = groups(_rules(municipality), today(municipality), request.form)
    amendments, wrong = turned(found)
    if wrong:
        return _page(municipality, Shown(told=tuple(f"Ожидалось число: {one}." for one in wrong)))
    is_files = request.form.get("what") == FILES
    if not amendments and not is_files:
        return _page(municipality, Shown(told=("Измените хотя бы одно число.",)))
    book = household().rulebook
    tried = (
        trial(book, municipality, None, amendments)
        if is_files
        else what_if(book, municipality, amendments)
    )
    words = ["connector plugins diff", municipality, *(f"--what-if {one}" for one in amendments)]
    return _page(municipality, _tried(municipality, tried, " ".join(words)))


@blueprint.get("/check")
def check(municipality: str) -> str:
    """Files, examples and scenarios of the rules, checked now."""
    book = household().rulebook
    own = check_installed(book, municipality)
    found: list[tuple[str, Checked]] = [("Правила муниципалитета", own)]
    folder = _folder_beside(municipality)
    if folder is not None:
        found.append((f"Папка {folder.name} в CONNECTOR_RULES_DIR", check_folder(book, folder)))
    return render_template(
        "rules_check.html", code=municipality, title=_rules(municipality).title, checked=found
    )


def _folder_beside(municipality: str) -> Path | None:
    """The municipality's folder in the rules folder, where a plugin goes before it."""
    rules_dir = household().config.rules_dir
    known = household().rulebook.known().get(municipality)
    if rules_dir is None or known is None or known.plugin.distribution is None:
        return None
    folder = rules_dir / municipality
    return folder if folder.is_dir() else None


def _page(municipality: str, shown: Shown | None) -> str:
    rules = _rules(municipality)
    day = today(municipality)
    with household().db.reading() as session:
        sight = VisibilityService(session).sight(the_viewer(), municipality, day)
    return render_template(
        "rules_try.html",
        code=municipality,
        title=rules.title,
        groups=groups(rules, day, request.form),
        what=request.form.get("what", ""),
        shown=shown,
        sight=sight,
        because_text=because_text,
    )


def _rules(municipality: str) -> MunicipalityRules:
    return household().rulebook.rules(municipality)


def _tried(municipality: str, tried: Rulebook, command: str) -> Shown:
    if tried.faults:
        return Shown(told=tuple(str(fault) for fault in tried.faults[municipality]))
    try:
        with household().db.snapshot() as session:
            work = RuleDiff(session, municipality, today(municipality), most=MOST_LISTED)
            if work.subjects() > MOST_SUBJECTS:
                raise TooLong(municipality)
            return Shown(work.changes(household().rulebook, tried, _within(MOST_SECONDS)))
    except TooLong:
        return Shown(command=command)


def _within(seconds: float) -> Progress:
    """Ends the work when it has taken too long; looks at the clock after each chunk."""
    by = monotonic() + seconds

    def tell(done: int, of: int) -> None:
        if monotonic() > by:
            raise TooLong(f"{done} of {of}")

    return tell
