"""Passports of indicators: one, or all of a municipality on one page, to be read and printed."""

from flask import Blueprint, render_template

from connector.errors import UnknownThing
from connector.services.figures.passports import Passport, passports
from connector.web.household import household, today

blueprint = Blueprint("passports", __name__, url_prefix="/m/<municipality>")


@blueprint.get("/passports")
def listing(municipality: str) -> str:
    """Every indicator, in the order of the rules."""
    return _page(municipality, _all(municipality), None)


@blueprint.get("/indicators/<code>/passport")
def passport(municipality: str, code: str) -> str:
    found = [one for one in _all(municipality) if one.indicator.code == code]
    if not found:
        raise UnknownThing("indicator", code)
    return _page(municipality, found, code)


def _all(municipality: str) -> list[Passport]:
    return list(passports(household().rulebook.rules(municipality).indicators, today(municipality)))


def _page(municipality: str, found: list[Passport], code: str | None) -> str:
    return render_template("passports.html", passports=found, code=code, day=today(municipality))
