"""A configured sender, and what became of one of its requests.

Below the hooks and the runtime alike, because the one asks and the other answers.
"""

from dataclasses import dataclass, field

from connector.domain.signals import Dialect

WRONG_TIME = "wrong_time"
"""Under which requests are counted that were signed rightly, by a clock that is not ours."""


@dataclass(frozen=True, slots=True)
class HookSource:
    """A configured source. secrets: all live ones, two while one is being rotated.

    A secret is `whsec_` and base64 for native, the token for local_webhooks and tool_trigger, and
    `user:password` or a password alone (then any user name will do) for xapi.
    """

    code: str
    dialect: Dialect
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """How many of a request's events will be looked at, were there already, concern nothing."""

    accepted: int
    duplicate: int
    ignored: int
