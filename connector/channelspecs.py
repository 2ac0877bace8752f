"""What a plugin that brings channels may say (docs/ru/channel-plugins.md, docs/en/).

Unlike a rule plugin, such a plugin is run in the connector's own processes: it is code that the
administrator installs and trusts. Its entry point stands in the group `connector.channels`.
"""

from collections.abc import Mapping
from typing import Any

import pluggy

from connector.domain.messengers import FaultyChannel, Http, OfferedChannel

GROUP = "connector.channels"
hookspec = pluggy.HookspecMarker("connector")


@hookspec
def connector_channels(  # type: ignore[empty-body]
    settings: Mapping[str, Any], http: Http
) -> list[OfferedChannel | FaultyChannel]:
    """The ways to reach a person that the plugin brings.

    settings: what the administrator wrote for the plugin in CONNECTOR_CHANNELS, under the name of
    its entry point; empty without any. http: the only way in which it may call others. Asked once
    in each process, before there is a database or a network: an offer connects to nothing. What it
    raises is shown to the administrator, and keeps no other channel from working.
    """
