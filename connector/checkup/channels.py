"""Channels beside e-mail: which there are, what is amiss with them, what waits for them and why."""

from collections.abc import Iterator

from sqlalchemy import func, select

from connector.bootstrap import Container
from connector.checkup.finding import Finding, note, ok, trouble
from connector.domain.preferences import EMAIL
from connector.models import Notice


def channels(made: Container) -> Iterator[Finding]:
    """Asks nobody but the plugins themselves, which may ask their other side."""
    for fault in made.offered.faults:
        yield trouble("channels", f"Канал не действует ({fault.where}): {fault.message}")
    for code, offer in made.offered.by_code.items():
        try:
            amiss = offer.examine() if offer.examine else None
        # Somebody else's code.
        except Exception as err:
            amiss = f"проверка сломалась ({type(err).__name__})."
        if amiss:
            yield trouble("channels", f"Канал «{offer.title}» ({code}): {amiss}")
    titles = ", ".join(offer.title for offer in made.offered.by_code.values())
    yield ok("channels", f"Кроме почты: {titles}.")


def unsent(made: Container) -> Iterator[Finding]:
    """Raises StorageUnavailable."""
    count = func.count()
    with made.db.reading() as session:
        rows = session.execute(
            select(Notice.channel, Notice.reason, count)
            .where(Notice.state == "waiting", Notice.channel != EMAIL, Notice.reason.is_not(None))
            .group_by(Notice.channel, Notice.reason)
            .order_by(count.desc(), Notice.channel, Notice.reason)
        ).all()
    for channel, reason, waiting in rows:
        offer = made.offered.by_code.get(channel)
        yield note(
            "channels",
            f"Канал «{offer.title if offer else channel}»: ждут отправки {waiting} ({reason}).",
            "Что значит причина: docs/ru/channels.md.",
        )
