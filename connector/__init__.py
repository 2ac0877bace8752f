"""An event-driven connector between Moodle and municipal methodical services."""

import pluggy

hookimpl = pluggy.HookimplMarker("connector")
"""Marks a rule plugin's implementation of a hook of `connector.hookspecs`."""

__version__ = "0.1.0"
__all__ = ["__version__", "hookimpl"]
