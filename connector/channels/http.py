"""The guarded way out as channels use it, and what each way of failing means."""

from collections.abc import Mapping
from typing import Any

from connector.domain.messengers import ChannelDown, HttpAnswer, TryLater

MOST_ANSWER = 1 << 20
CONNECT_S = 5.0
READ_S = 20.0
WHOLE_S = 40.0


class GuardedHttp:
    """Implements connector.domain.messengers.Http. Each request has a session of its own."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private

    def __call__(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        wait_s: float = 0,
    ) -> HttpAnswer:
        # No process holds this until there is somebody to call.
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

        raw = body if isinstance(body, bytes) else None
        guard = Guard.for_urls(url, allow_private=self._allow_private)
        with GuardedSession(guard) as session:
            try:
                response = session.request(
                    method,
                    url,
                    params=dict(query or {}),
                    data=raw,
                    json=None if raw is not None else body,
                    headers=dict(headers or {}),
                    timeout=(CONNECT_S, READ_S + wait_s),
                    stream=True,
                )
                answer = read_body(response, MOST_ANSWER, WHOLE_S + wait_s)
            except OutgoingRefused as err:
                raise ChannelDown(f"outgoing_{err.reason}") from err
            except (requests.ConnectTimeout, requests.exceptions.SSLError) as err:
                raise ChannelDown("unreachable") from err
            except (requests.ReadTimeout, BodyBroken, BodyTooLarge, BodyTooSlow) as err:
                raise TryLater("answer_lost", perhaps_sent=True) from err
            except requests.RequestException as err:
                raise ChannelDown("unreachable") from err
        return HttpAnswer(response.status_code, answer)
