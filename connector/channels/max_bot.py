"""The bot of an installation in the messenger MAX, over its published Bot API.

Written from the documentation (dev.max.ru/docs-api) and tried against a server that answers in its
shapes, not yet against MAX itself: docs/ru/channels.md says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.domain.messengers import (
    ChannelDown,
    Http,
    HttpAnswer,
    Refused,
    ShortMessage,
    TryLater,
)
from connector.errors import ConnectorError

OFFICIAL = "https://platform-api.max.ru"
MOST_CHARACTERS = 4000
_UNCERTAIN = (500, 502, 504)
"""Said by whoever stands before the bot's messages, which may have been taken all the same."""
_BLOCKED = ("chat.denied", "dialog.suspended")
_UNKNOWN = ("chat.not.found", "dialog.not.found", "user.not.found")


class MaxFault(ConnectorError):
    """The bot's updates could not be read; the message is a code."""


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody told the bot: a text, or the payload of the link they started it with."""

    user_id: str
    text: str


class MaxBot:
    """A Messenger, and what hears people's codes. http: the guarded way out."""

    def __init__(self, token: str, http: Http, url: str = OFFICIAL) -> None:
        self._token = token
        self._http = http
        self._url = url.rstrip("/")

    def send(self, message: ShortMessage) -> None:
        if not (message.address.isascii() and message.address.isdecimal()):
            raise Refused("bad_address")
        self.say(message.address, message.text)

    def say(self, user_id: str, text: str) -> None:
        """One message to one person. Raises TryLater, ChannelDown, Refused."""
        answer = self._call(
            "POST", "/messages", {"user_id": user_id}, {"text": text[:MOST_CHARACTERS]}
        )
        status = answer.status
        if answer.is_accepted:
            return
        code = _code(answer.json())
        if status == 429 or status >= 500:
            raise ChannelDown(f"max_{status}", perhaps_sent=status in _UNCERTAIN)
        if any(name in code for name in _BLOCKED):
            raise Refused("blocked_by_reader")
        if status == 404 or any(name in code for name in _UNKNOWN):
            raise Refused("unknown_user")
        if status in (401, 403):
            # Not this person's fault: the token is wrong or was withdrawn.
            raise ChannelDown("token_refused")
        raise Refused(f"max_{status}")

    def updates(self, marker: int | None, wait_s: int) -> tuple[list[Said], int | None]:
        """What people told the bot since `marker`, and the next marker. Waits so long for news.

        Raises MaxFault.
        """
        query = {"limit": "100", "timeout": str(wait_s), "types": "message_created,bot_started"}
        if marker is not None:
            query["marker"] = str(marker)
        try:
            reply = self._call("GET", "/updates", query, None, wait_s)
        except (ChannelDown, TryLater) as err:
            raise MaxFault(str(err)) from err
        answer = reply.json()
        if reply.status != 200 or not isinstance(answer, dict):
            raise MaxFault(f"max_{reply.status}")
        next_marker = answer.get("marker")
        found = [said for update in _list(answer, "updates") if (said := _said(update))]
        return found, next_marker if isinstance(next_marker, int) else marker

    def _call(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None,
        wait_s: float = 0,
    ) -> HttpAnswer:
        """Raises ChannelDown, TryLater."""
        # In the header only: what stands in an address ends up in logs.
        headers = {"Authorization": self._token}
        url = self._url + path
        return self._http(method, url, query=query, body=body, headers=headers, wait_s=wait_s)


def _code(answer: Any) -> str:
    """Code and message of an error: which of the two names the cause is not the same everywhere."""
    if not isinstance(answer, dict):
        return ""
    return f"{answer.get('code', '')} {answer.get('message', '')}"


def _list(answer: dict[str, Any], name: str) -> list[Any]:
    found = answer.get(name)
    return found if isinstance(found, list) else []


def _said(update: Any) -> Said | None:
    """None for whatever is no word of a person to the bot alone."""
    if not isinstance(update, dict):
        return None
    if update.get("update_type") == "bot_started":
        return _made(update.get("user"), update.get("payload"))
    message = update.get("message")
    if update.get("update_type") != "message_created" or not isinstance(message, dict):
        return None
    recipient, body = message.get("recipient"), message.get("body")
    if not isinstance(recipient, dict) or recipient.get("chat_type") != "dialog":
        # A code that is told in a group would be heard by all of it.
        return None
    return _made(message.get("sender"), body.get("text") if isinstance(body, dict) else None)


def _made(user: Any, text: Any) -> Said | None:
    if not isinstance(user, dict) or user.get("is_bot") or not isinstance(text, str):
        return None
    number = user.get("user_id")
    return Said(str(number), text.strip()) if isinstance(number, int) and number > 0 else None
