"""The JSON API (contract 4): bearer tokens, marshmallow schemas, OpenAPI."""

from typing import Any

from flask import Flask
from flask_smorest import Api, Blueprint

from connector import __version__
from connector.web.api import deliveries, events, figures, people

PREFIX = "/api/v1"


class _Api(Api):  # type: ignore[misc]
    """Errors are told by connector.web.faults, the same for every route of the application."""

    def _register_error_handlers(self) -> None:
        pass


def register_api(app: Flask) -> Blueprint:
    """Registers the API; gives its blueprint, which takes no forms and so needs no CSRF token."""
    app.config.update(
        API_TITLE="Connector",
        API_VERSION=__version__,
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
    )
    bearer: dict[str, Any] = {"type": "http", "scheme": "bearer"}
    options = {
        "components": {"securitySchemes": {"bearer": bearer}},
        "security": [{"bearer": []}],
        "info": {"description": "Figures, people, notices and deliveries of a municipality."},
    }
    api = _Api(app, spec_kwargs=options)
    blueprint = Blueprint("api", __name__, url_prefix=PREFIX, description="")
    for part in (figures, people, deliveries, events):
        part.register(blueprint)
    api.register_blueprint(blueprint)
    return blueprint
