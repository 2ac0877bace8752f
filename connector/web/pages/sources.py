"""Sources: whether they are heard of, when the connector last looked by itself, what was missed."""

from flask import Blueprint, render_template

from connector.services.alarms.lists import AlarmLists
from connector.services.sources.source_figures import SourceFigures
from connector.texts.letters import heading_of
from connector.web.access import the_viewer
from connector.web.events import FOUND
from connector.web.household import household
from connector.web.reasons import ADVICE, stem
from connector.web.sender_words import SENDERS

blueprint = Blueprint("sources", __name__, url_prefix="/sources")


@blueprint.get("/")
def listing() -> str:
    with household().db.reading() as session:
        found = SourceFigures(session).all(the_viewer().deliveries_of)
        open_ones = AlarmLists(session, the_viewer().deliveries_of).open_ones()
    rulebook = household().rulebook
    titles = {code: rulebook.rules(code).title for code in rulebook.municipalities()}
    advice = {one.error: ADVICE.get(stem(one.error)) for one in found if one.error}
    alarms: dict[str, list[str]] = {}
    for alarm in open_ones:
        alarms.setdefault(alarm.about, []).append(
            heading_of(f"alarm_{alarm.kind}", {}) or alarm.kind
        )
    return render_template(
        "sources.html",
        sources=found,
        titles=titles,
        kinds=FOUND,
        advice=advice,
        alarms=alarms,
        senders={str(sender.dialect): sender.title for sender in SENDERS},
    )
