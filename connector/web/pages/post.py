"""Letters as they went out, and the notices they were made of."""

from flask import Blueprint, abort, make_response, render_template, request
from werkzeug.wrappers import Response

from connector.services.access.looks import LETTER_LOOKED_AT
from connector.services.notices.bursts import BurstService
from connector.services.notices.mailbox import LetterDetails, MailboxService
from connector.web.access import the_viewer
from connector.web.headers import LETTER_POLICY
from connector.web.household import household
from connector.web.noting import note
from connector.web.numbers import number_of
from connector.web.words import NOTICE_STATES

blueprint = Blueprint("post", __name__, url_prefix="/m/<municipality>")

PER_PAGE = 50


@blueprint.get("/letters")
def letters(municipality: str) -> str:
    """The mailbox: everybody's for those who see everybody, else one's own letters."""
    recipients = _own()
    before = number_of(request.args.get("before"))
    with household().db.reading() as session:
        found = MailboxService(session).letters(municipality, recipients, before, PER_PAGE)
    older = found[-1].id if len(found) == PER_PAGE else None
    return render_template(
        "letters.html",
        letters=found,
        older=older,
        own=recipients is not None,
        stay_here=not household().config.smtp_url,
    )


@blueprint.get("/letters/<int:letter_id>")
def letter(municipality: str, letter_id: int) -> str:
    return render_template("letter.html", letter=_read(municipality, letter_id))


@blueprint.get("/letters/<int:letter_id>/body")
def letter_body(municipality: str, letter_id: int) -> Response:
    """The letter's own HTML, for the frame: a policy of its own lets it do nothing but be seen."""
    response = make_response(_read(municipality, letter_id).html)
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@blueprint.get("/notices")
def notices(municipality: str) -> str:
    state = request.args.get("state", "")
    with household().db.reading() as session:
        found = MailboxService(session).notices(
            municipality,
            _own(),
            state=state if state in NOTICE_STATES else None,
            before=number_of(request.args.get("before")),
            limit=PER_PAGE,
        )
        burst = BurstService(session).count(municipality) if the_viewer().sees_all_people else 0
    older = found[-1].id if len(found) == PER_PAGE else None
    return render_template(
        "notices.html", notices=found, state=state, states=NOTICE_STATES, older=older, burst=burst
    )


def _own() -> list[str] | None:
    """Whose post may be seen; None: everybody's."""
    viewer = the_viewer()
    if viewer.sees_all_people:
        return None
    if viewer.person is None:
        abort(403)
    return [viewer.person]


def _read(municipality: str, letter_id: int) -> LetterDetails:
    """A letter, and the look at it written down: the frame's address can be opened by itself."""
    if number_of(str(letter_id)) is None:
        abort(404)
    with household().db.reading() as session:
        found = MailboxService(session).letter(municipality, letter_id, _own())
    recipient = found.line.recipient
    if recipient is not None and recipient != the_viewer().person:
        note(LETTER_LOOKED_AT, municipality, recipient, {"letter": letter_id})
    return found
