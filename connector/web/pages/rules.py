"""The rules of each municipality: in force since when, at fault where, how their Python does."""

from flask import Blueprint, render_template

from connector.services.access.visibility import Role
from connector.services.rules.states import RuleStates
from connector.web.access import the_viewer
from connector.web.household import household, now

blueprint = Blueprint("rules", __name__, url_prefix="/rules")


@blueprint.get("/")
def listing() -> str:
    viewer = the_viewer()
    with household().db.reading() as session:
        states = RuleStates(session, household().rulebook, now()).all(viewer.deliveries_of)
    return render_template(
        "rules.html",
        states=states,
        # What Python says of its own faults may quote a person.
        sees_messages=viewer.role is Role.ADMINISTRATOR,
        rules_dir=household().config.rules_dir if viewer.role is Role.ADMINISTRATOR else None,
    )
