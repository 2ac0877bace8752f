"""Messages through a source's Moodle, to matched accounts; faults as channels tell them."""

from connector.db import Database
from connector.domain.messengers import ChannelDown, Refused, TryLater
from connector.models import Account
from connector.moodle.errors import MoodleRefused, MoodleUnavailable
from connector.secretbox import SecretBox
from connector.services.sources.identity import HELD
from connector.services.sources.moodles import Moodles
from connector.services.sources.sources import SourceService

NOT_ASKED = frozenset({"breaker_open", "over_budget"})
"""Moodle was not even called: no try of this message."""


class MoodleMessenger:
    """Implements connector.channels.moodle_message.Messenger."""

    def __init__(self, db: Database, box: SecretBox, moodles: Moodles) -> None:
        self._db = db
        self._box = box
        self._moodles = moodles

    def tell(self, source: str, user_id: str, text: str) -> None:
        """One message, in one call. Raises TryLater, ChannelDown, Refused."""
        # Nobody who writes letters without Moodle holds this in memory.
        from connector.moodle.messages import MessageRefused, send_message

        with self._db.reading() as session:
            account = session.get(Account, (source, user_id))
            found = SourceService(session, self._box).find(source)
        if account is None or account.deleted or account.match not in HELD:
            # Taken away from the person meanwhile: it could be somebody else's by now.
            raise Refused("account_not_matched")
        client = self._moodles.client(found) if found is not None else None
        if client is None:
            raise ChannelDown("no_token")
        try:
            send_message(client, user_id, text)
        except MessageRefused as err:
            raise Refused(f"moodle_{err.reason}"[:80]) from err
        except MoodleRefused as err:
            raise ChannelDown(f"moodle_{err.reason}"[:80]) from err
        except MoodleUnavailable as err:
            if err.reason in NOT_ASKED:
                raise ChannelDown(f"moodle_{err.reason}") from err
            raise TryLater(f"moodle_{err.reason}"[:60], perhaps_sent=True) from err
