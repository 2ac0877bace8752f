"""Where a person is written to: e-mail, messages in Moodle, the bot in MAX, what plugins bring."""

import logging
from threading import BoundedSemaphore

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from connector.channels.short import say
from connector.domain.messengers import (
    MAX,
    MOODLE,
    ChannelDown,
    OfferedChannel,
    Refused,
    ShortMessage,
    TryLater,
)
from connector.domain.preferences import EMAIL
from connector.services.notices.linking import LinkingService, TooManyCodes
from connector.services.notices.notices import NoticeService
from connector.services.notices.post_offices import PostOffices
from connector.texts.short import code_text
from connector.web.access import the_viewer
from connector.web.household import household, now

blueprint = Blueprint("ways", __name__, url_prefix="/me/ways")
log = logging.getLogger(__name__)

LONGEST_ADDRESS = 200
_places = BoundedSemaphore(2)
"""Sending a code waits for somebody else's server: a slow one must not hold all the threads, which
the hooks need too."""


@blueprint.get("/")
def mine() -> str:
    municipality, number = _whose()
    return _page(municipality, number)


@blueprint.post("/")
def change() -> str | Response:
    """do: code (for MAX), moodle (link), ask and enter (a code sent to a typed address), leave
    (channel), choose (channel)."""
    municipality, number = _whose()
    do, channel = request.form.get("do"), request.form.get("channel", "")
    if do == "ask":
        _ask(municipality, number, channel)
        return redirect(url_for("ways.mine"))
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
        elif do == "enter" and channel in _typed():
            text = request.form.get("code", "")
            if linking.enter(municipality, number, channel, text, now()):
                flash(f"Готово: уведомления будут приходить в {_typed()[channel].title}.")
            else:
                flash("Этот код не подошёл: он действует полчаса и один раз.")
        elif do == "forget" and channel in _typed():
            linking.forget(municipality, number, channel)
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


def _ask(municipality: str, number: str, channel: str) -> None:
    """Sends a code to the address that was typed, and says what became of it."""
    offer = _typed().get(channel)
    if offer is None:
        abort(400)
    address = request.form.get("address", "").strip()
    if not address or len(address) > LONGEST_ADDRESS or not address.isprintable():
        flash(f"Впишите {offer.asks}.")
        return
    if not _places.acquire(blocking=False):
        flash("Сейчас коды получают и другие. Повторите через минуту.")
        return
    try:
        with household().db.writing() as session:
            code = LinkingService(session).ask(municipality, number, channel, address, now())
        say(offer, ShortMessage(address, code_text(code, household().config.public_url)))
        flash("Код отправлен. Введите его ниже.")
    except TooManyCodes:
        flash("За сутки отправлено уже много кодов. Попробуйте завтра.")
    except Refused as err:
        log.info("ways.refused channel=%s reason=%s", channel, err)
        flash(f"Код не отправлен: проверьте, верно ли указано {offer.asks}.")
        _forget(municipality, number, channel)
    except ChannelDown as err:
        log.warning("ways.channel_down channel=%s reason=%s", channel, err)
        flash("Код не отправлен: с той стороны не отвечают. Попробуйте позже.")
        _forget(municipality, number, channel)
    except TryLater as err:
        log.warning("ways.unsure channel=%s reason=%s", channel, err)
        flash("Неизвестно, дошёл ли код. Если он пришёл, введите его ниже.")
    finally:
        _places.release()


def _forget(municipality: str, number: str, channel: str) -> None:
    with household().db.writing() as session:
        LinkingService(session).forget(municipality, number, channel)


def _typed() -> dict[str, OfferedChannel]:
    """Channels on which people type where they are to be found."""
    offers = household().offered.by_code
    return {code: offer for code, offer in offers.items() if offer.asks is not None}


def _page(municipality: str, number: str, code: str | None = None) -> str:
    config = household().config
    with household().db.reading() as session:
        linking = LinkingService(session)
        known = linking.known(municipality, number)
        chosen = linking.chosen(municipality, number)
        accounts = linking.moodle_accounts(municipality, number)
        asked = linking.asked(municipality, number, now())
    shown = {MOODLE, MAX, *_typed()}
    return render_template(
        "ways.html",
        known=known,
        chosen=chosen,
        accounts=accounts,
        typed=_typed(),
        asked=asked,
        gone=[channel for channel in known if channel not in shown],
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
