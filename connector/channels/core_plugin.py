"""The core's own messengers, offered through the same hook as everybody's (architecture)."""

from dataclasses import dataclass

from connector import hookimpl
from connector.channels.max_bot import MaxBot
from connector.channels.moodle_message import MoodleMessages, Teller
from connector.domain.messengers import MAX, MOODLE, Http, OfferedChannel


@dataclass(frozen=True, slots=True)
class CorePlugin:
    """teller: writes messages in a source's Moodle. max_token: of the bot in MAX; empty: none."""

    teller: Teller
    max_token: str
    max_url: str

    @hookimpl
    def connector_channels(self, http: Http) -> list[OfferedChannel]:
        """Messages in Moodle, and the bot in MAX where there is one; each knows whose account is
        whose by a way of its own."""
        moodle = OfferedChannel(MOODLE, "сообщение в Moodle", MoodleMessages(self.teller))
        if not self.max_token:
            return [moodle]
        return [moodle, OfferedChannel(MAX, "MAX", MaxBot(self.max_token, http, self.max_url))]
