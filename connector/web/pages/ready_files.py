"""Files that an administrator of a Moodle uploads or imports there as they are."""

from flask import Blueprint, Response, abort

from connector.dialects.native_settings import settings_text
from connector.dialects.tool_trigger_files import workflows_zip
from connector.domain.signals import Dialect
from connector.errors import UnknownThing
from connector.moodle.rights import ROLE, role_file
from connector.runtime.check_source import acting_functions
from connector.services.access.looks import SECRET_TAKEN
from connector.services.sources.sources import SourceDetails, SourceService
from connector.web.household import household, now
from connector.web.noting import note
from connector.web.role_words import ROLE_ABOUT, ROLE_NAME

blueprint = Blueprint("ready_files", __name__, url_prefix="/sources")


@blueprint.get("/moodle-plugin.zip")
def plugin() -> Response:
    """Our plugin, the same bytes as `make moodle-plugin` gives."""
    # Only here: a process that connects no Moodle need not hold it.
    from connector.moodle_plugin import build_zip

    return _file(build_zip.packed(), build_zip.name(), "application/zip")


@blueprint.get("/<code>/role.xml")
def role(code: str) -> Response:
    """The web service user's role with its rights, for "Define roles" of a Moodle."""
    text = role_file(ROLE_NAME, ROLE_ABOUT, acting_functions(household().rulebook, _source(code)))
    return _file(text.encode(), f"{ROLE}.xml", "application/xml")


@blueprint.get("/<code>/settings.txt")
def settings(code: str) -> Response:
    """The text our plugin takes, with the secret in it."""
    endpoint, secret = _endpoint(code, Dialect.NATIVE)
    text = settings_text(endpoint, secret)
    return _file(text.encode(), f"connector-{code}.txt", "text/plain; charset=utf-8")


@blueprint.get("/<code>/workflows.zip")
def workflows(code: str) -> Response:
    """tool_trigger's workflows, with the secret in them."""
    made = workflows_zip(*_endpoint(code, Dialect.TOOL_TRIGGER))
    return _file(made, f"connector-{code}-workflows.zip", "application/zip")


def _endpoint(code: str, dialect: Dialect) -> tuple[str, str]:
    """Where to post and with which secret, while the secret may be looked up at all."""
    source = _source(code)
    if source.dialect is not dialect or not source.shows_secret(now()):
        abort(404)
    note(SECRET_TAKEN, None, None, {"source": code})
    return f"{household().config.public_url}{source.hook}", source.secrets[0]


def _source(code: str) -> SourceDetails:
    try:
        with household().db.reading() as session:
            return SourceService(session, household().box).get(code)
    except UnknownThing:
        abort(404)


def _file(content: bytes, name: str, media_type: str) -> Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=disposition, content_type=media_type)
