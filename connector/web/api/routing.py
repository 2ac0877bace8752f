"""Adds one route to the API: path, parameters, answer, and the refusals every route may give."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask_smorest import Blueprint
from marshmallow import Schema

from connector.web.api.schemas import Problem

View = TypeVar("View", bound=Callable[..., object])

REFUSALS = {
    400: "A text holds the character NUL, which no text can.",
    401: "No bearer token, or not one of ours.",
    403: "The token is of another municipality, or its role may not see this.",
    404: "Nothing of that name.",
    422: "A parameter has another form than expected, or as_of lies before the period.",
    503: "The database is away; Retry-After says when to ask again.",
}


def get(
    blueprint: Blueprint, path: str, gives: type[Schema] | Schema, takes: type[Schema] | None = None
) -> Callable[[View], View]:
    """A GET route, named like its view; `takes` becomes the view's first argument."""

    def add(view: View) -> View:
        wrapped: Any = view
        for status, description in REFUSALS.items():
            wrapped = blueprint.alt_response(
                status,
                schema=Problem,
                description=description,
                content_type="application/problem+json",
            )(wrapped)
        wrapped = blueprint.response(200, gives)(wrapped)
        if takes is not None:
            wrapped = blueprint.arguments(takes, location="query")(wrapped)
        blueprint.route(path, endpoint=view.__name__, methods=["GET"])(wrapped)
        return view

    return add
