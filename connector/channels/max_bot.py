"""The bot of an installation in the messenger MAX, over its published Bot API.

Written from the documentation (dev.max.ru/docs-api) and tried against a server that answers in its
shapes, not yet against MAX itself: docs/ru/channels.md says so.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connector.channels.channel import ChannelDown, OutgoingLetter, Refused, TryLater, mark_of
from connector.errors import ConnectorError

OFFICIAL = "https://platform-api.max.ru"
MOST_CHARACTERS = 4000
MOST_ANSWER = 1 << 20
CONNECT_S = 5.0
READ_S = 20.0
WHOLE_S = 60.0
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
    """Safe for threads: each call has a session of its own."""

    name = "max"

    def __init__(self, token: str, url: str = OFFICIAL, allow_private: bool = False) -> None:
        self._token = token
        self._url = url.rstrip("/")
        self._allow_private = allow_private

    def send(self, letter: OutgoingLetter) -> bytes | None:
        if not (letter.address.isascii() and letter.address.isdecimal()):
            raise Refused("bad_address")
        text = f"{letter.short or letter.subject} [{mark_of(letter)}]"
        self.say(letter.address, text)
        return text.encode()

    def say(self, user_id: str, text: str) -> None:
        """One message to one person. Raises TryLater, ChannelDown, Refused."""
        status, answer = self._call(
            "POST", "/messages", {"user_id": user_id}, {"text": text[:MOST_CHARACTERS]}
        )
        if 200 <= status < 300:
            return
        code = _code(answer)
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
            status, answer = self._call("GET", "/updates", query, None, wait_s)
        except (ChannelDown, TryLater) as err:
            raise MaxFault(str(err)) from err
        if status != 200 or not isinstance(answer, dict):
            raise MaxFault(f"max_{status}")
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
    ) -> tuple[int, Any]:
        """Status and JSON. Raises ChannelDown where nobody was reached, TryLater where nobody knows
        whether it was taken."""
        import requests

        from connector.outgoing import (
            BodyBroken,
            BodyTooLarge,
            BodyTooSlow,
            Guard,
            GuardedSession,
            OutgoingRefused,
            read_body,
        )

        guard = Guard.for_urls(self._url, allow_private=self._allow_private)
        with GuardedSession(guard) as session:
            try:
                response = session.request(
                    method,
                    self._url + path,
                    params=dict(query),
                    json=body,
                    # In the header only: what stands in an address ends up in logs.
                    headers={"Authorization": self._token},
                    timeout=(CONNECT_S, READ_S + wait_s),
                    stream=True,
                )
                raw = read_body(response, MOST_ANSWER, WHOLE_S + wait_s)
            except OutgoingRefused as err:
                raise ChannelDown(f"outgoing_{err.reason}") from err
            except (requests.ConnectTimeout, requests.exceptions.SSLError) as err:
                raise ChannelDown("unreachable") from err
            except (requests.ReadTimeout, BodyBroken, BodyTooLarge, BodyTooSlow) as err:
                raise TryLater("answer_lost", perhaps_sent=True) from err
            except requests.RequestException as err:
                raise ChannelDown("unreachable") from err
        try:
            return response.status_code, json.loads(raw)
        except (ValueError, RecursionError):
            return response.status_code, None


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
