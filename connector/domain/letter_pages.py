"""The pages that letters lead to: paths as the web application serves them."""

from urllib.parse import quote

_OF_PEOPLE = "/staff/"


def route_page(municipality: str, person: str, number: str) -> str:
    """A route with its requests. number: of the route, whatever signs it bears."""
    return f"{_town(municipality)}{_OF_PEOPLE}{_quoted(person)}/routes/{_quoted(number)}"


def person_page(municipality: str, person: str) -> str:
    return f"{_town(municipality)}{_OF_PEOPLE}{_quoted(person)}"


def decision_page(municipality: str, number: str) -> str:
    return f"{decisions_page(municipality)}{_quoted(number)}"


def decisions_page(municipality: str) -> str:
    """Those that concern the reader."""
    return f"{_town(municipality)}/decisions/"


def indicator_page(municipality: str, code: str) -> str:
    return f"{figures_page(municipality)}indicators/{_quoted(code)}"


def figures_page(municipality: str) -> str:
    """The first page, which counts everything that waits for its reader."""
    return f"{_town(municipality)}/"


def board_page(municipality: str) -> str:
    """The stalled routes that the reader may answer to."""
    return f"{_town(municipality)}/routes/stalls/"


def drafts_page(municipality: str) -> str:
    return f"{_town(municipality)}/routes/drafts/"


def waiting_page(municipality: str) -> str:
    """The requests and documents that wait for a methodist."""
    return f"{_town(municipality)}/routes/waiting"


def names_somebody(page: str) -> bool:
    """Whether the path bears a personnel number: no messenger may be told that (domain 6)."""
    return _OF_PEOPLE in page


def _town(municipality: str) -> str:
    return f"/m/{_quoted(municipality)}"


def _quoted(part: str) -> str:
    return quote(part, safe="")
