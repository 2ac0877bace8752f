"""Where a person is written to: e-mail, messages in Moodle, the bot in MAX."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.domain.messengers import MAX, MOODLE
from connector.domain.preferences import EMAIL
from connector.services.notices.linking import LinkingService
from connector.services.notices.notices import NoticeService
from connector.services.notices.post_offices import PostOffices
from connector.web.access import the_viewer
from connector.web.household import household, now

blueprint = Blueprint("ways", __name__, url_prefix="/me/ways")


@blueprint.get("/")
def mine() -> str:
    municipality, number = _whose()
    return _page(municipality, number)


@blueprint.post("/")
def change() -> str | Response:
    """do: code (for MAX), moodle (link), leave (channel), choose (channel)."""
    municipality, number = _whose()
    do, channel = request.form.get("do"), request.form.get("channel", "")
    if channel not in ("", EMAIL, *household().channels):
        abort(400)
    code = None
    with household().db.writing() as session:
        linking = LinkingService(session)
        known = linking.known(municipality, number)
        if do == "code" and MAX in household().channels:
            code = linking.new_code(municipality, number, MAX, now())
        elif do == "moodle":
            address = request.form.get("address", "")
            if address not in linking.moodle_accounts(municipality, number):
                abort(400)
            linking.confirm(municipality, number, MOODLE, address, now())
            flash("Готово: уведомления будут приходить сообщениями в Moodle.")
        elif do == "leave" and channel in known:
            linking.leave(municipality, number, channel, now())
            flash("Отключено. Уведомления будут приходить на почту.")
        elif do == "choose" and (channel == EMAIL or channel in known):
            linking.choose(municipality, number, channel, now())
            flash("Записано.")
        else:
            abort(400)
        if code is None:
            # What waits goes the new way too.
            office = PostOffices(household().rulebook, household().settings).find(
                session, municipality, now()
            )
            if office is not None:
                NoticeService(session).readdress(municipality, office.hours, now(), number)
    return _page(municipality, number, code) if code else redirect(url_for("ways.mine"))


def _page(municipality: str, number: str, code: str | None = None) -> str:
    config = household().config
    with household().db.reading() as session:
        linking = LinkingService(session)
        known = linking.known(municipality, number)
        chosen = linking.chosen(municipality, number)
        accounts = linking.moodle_accounts(municipality, number)
    return render_template(
        "ways.html",
        known=known,
        chosen=chosen,
        accounts=accounts,
        has_max=MAX in household().channels,
        bot=config.max_bot,
        code=code,
    )


def _whose() -> tuple[str, str]:
    """Only people with a personnel number have ways of their own."""
    viewer = the_viewer()
    if viewer.municipality is None or viewer.person is None:
        abort(404)
    return viewer.municipality, viewer.person
