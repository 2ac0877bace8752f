"""The pages that letters lead to: paths as the web application serves them."""

from urllib.parse import quote

_OF_PEOPLE = "/staff/"


def route_page(municipality: str, person: str, number: str) -> str:
    """A route with its requests. number: of the route, whatever signs it bears."""
    return f"{_town(municipality)}{_OF_PEOPLE}{_quoted(person)}/routes/{_quoted(number)}"


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
