"""Letters as messengers get them: the short words alone, whatever else stands in the letter."""

import logging

from connector.channels.channel import OutgoingLetter, mark_of
from connector.domain.messengers import ChannelDown, OfferedChannel, Refused, ShortMessage, TryLater

log = logging.getLogger(__name__)


def say(offer: OfferedChannel, message: ShortMessage) -> None:
    """Has the channel send it. Raises TryLater, ChannelDown, Refused, whatever the plugin does."""
    try:
        offer.messenger.send(message)
    except (TryLater, ChannelDown, Refused):
        raise
    # Somebody else's code: may raise anything, and must neither stop the others nor be tried
    # without end.
    except Exception as err:
        log.exception("channel.fault channel=%s", offer.code)
        reason = f"channel_fault:{type(err).__name__}"[:60]
        raise TryLater(reason, perhaps_sent=True) from err


class ShortChannel:
    """A messenger as the sender knows channels. A messenger is never handed the letter itself, so
    that no plugin can tell what must not light up on a screen."""

    def __init__(self, offer: OfferedChannel) -> None:
        self.name = offer.code
        self._offer = offer

    def send(self, letter: OutgoingLetter) -> bytes | None:
        message = ShortMessage(letter.address, letter.short or letter.subject, mark_of(letter))
        say(self._offer, message)
        return message.text.encode()
