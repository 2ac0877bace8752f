"""What the connector does in Moodle: what waits, what was done, what was refused and why."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.services.access.looks import ACTIONS_RETRIED
from connector.services.acting.acting import ActingService
from connector.services.acting.cohorts import CohortService
from connector.services.acting.listing import ActionList
from connector.texts.words import plural
from connector.web.access import the_viewer
from connector.web.action_words import why
from connector.web.household import household, now, nudge
from connector.web.noting import note
from connector.web.numbers import number_of

blueprint = Blueprint("actions", __name__, url_prefix="/m/<municipality>/actions")

PER_PAGE = 50
TABS = {
    "": ("Открытые", ("waiting", "doing", "refused", "held")),
    "refused": ("Отказы", ("refused",)),
    "done": ("Сделано", ("done",)),
    "withdrawn": ("Больше не нужно", ("withdrawn",)),
}


@blueprint.get("/")
def listing(municipality: str) -> str:
    chosen = request.args.get("state", "")
    if chosen not in TABS:
        chosen = ""
    before = number_of(request.args.get("before"))
    with household().db.reading() as session:
        actions = ActionList(session, municipality)
        found = actions.page(TABS[chosen][1], before, PER_PAGE)
        counts = actions.counts()
        rounds = CohortService(session, municipality).rounds()
    return render_template(
        "actions.html",
        actions=found,
        tabs={
            key: (title, sum(counts.get(state, 0) for state in states))
            for key, (title, states) in TABS.items()
        },
        state=chosen,
        refused=counts.get("refused", 0),
        older=found[-1].id if len(found) == PER_PAGE else None,
        wishes=household().rulebook.rules(municipality).moodle,
        rounds=rounds,
        why=why,
    )


@blueprint.post("/retry")
def retry(municipality: str) -> Response:
    """One action (`action`), or everything that was refused, is tried again at once."""
    if not the_viewer().decides:
        abort(403)
    named = request.form.get("action")
    one = number_of(named)
    if named is not None and one is None:
        abort(400)
    with household().db.writing() as session:
        service = ActingService(session)
        count = service.retry(municipality, now(), None if one is None else [one])
    note(ACTIONS_RETRIED, municipality, None, {"actions": count})
    nudge()
    done = plural(count, "действие", "действия", "действий")
    flash(f"Попробуем снова: {count} {done}. Итог появится на этой странице через минуту.")
    return redirect(url_for("actions.listing", municipality=municipality))
