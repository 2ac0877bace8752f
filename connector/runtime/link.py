"""The link loop: whoever tells our bot their code has proved that the account there is theirs."""

import logging
from typing import Protocol

from connector.bootstrap import Container
from connector.channels.max_bot import MaxBot, MaxFault, Said
from connector.clock import Clock
from connector.db import Database
from connector.domain.messengers import MAX, ChannelDown, Refused, TryLater
from connector.services.notices.linking import LinkingService

log = logging.getLogger(__name__)

LINK_S = 5.0
WAIT_S = 25
"""How long MAX holds a question for news: no storm of questions, and an answer at once."""

LINKED = (
    "Готово: уведомления методической службы теперь приходят сюда. Вернуть почту можно на сайте."
)
NOT_LINKED = (
    "Этот код не подошёл: он действует полчаса и один раз. Возьмите новый на сайте, "
    "на странице «Куда писать»."
)


class Bot(Protocol):
    """Implemented by connector.channels.max_bot.MaxBot."""

    def updates(self, marker: int | None, wait_s: int) -> tuple[list[Said], int | None]: ...

    def say(self, user_id: str, text: str) -> None: ...


class MaxLinker:
    """bot: None where there is none. Of two that ask MAX, one hears each word."""

    def __init__(self, db: Database, clock: Clock, bot: Bot | None, wait_s: int = WAIT_S) -> None:
        self._db = db
        self._clock = clock
        self._bot = bot
        self._wait_s = wait_s
        # Not kept over a restart: without one, MAX tells what nobody has heard yet.
        self._marker: int | None = None
        self._fault = ""

    def run_once(self) -> int:
        """One question; how many people told something."""
        if self._bot is None:
            return 0
        try:
            heard, self._marker = self._bot.updates(self._marker, self._wait_s)
        except MaxFault as err:
            # Once, not at every look of a night without MAX.
            if str(err) != self._fault:
                log.warning("link.not_heard error=%s", err)
            self._fault = str(err)
            return 0
        self._fault = ""
        for said in heard:
            self._answer(self._bot, said)
        return len(heard)

    def _answer(self, bot: Bot, said: Said) -> None:
        with self._db.writing() as session:
            linked = LinkingService(session).redeem(MAX, said.text, said.user_id, self._clock.now())
        if linked is not None:
            log.info("link.linked municipality=%s channel=%s", linked.municipality, MAX)
        try:
            bot.say(said.user_id, LINKED if linked else NOT_LINKED)
        except (ChannelDown, TryLater, Refused) as err:
            # The link holds; only the good word did not get through.
            log.warning("link.not_answered error=%s", err)


def max_linker(container: Container) -> MaxLinker:
    offer = container.offered.by_code.get(MAX)
    bot = offer.messenger if offer and isinstance(offer.messenger, MaxBot) else None
    return MaxLinker(container.db, container.clock, bot)
