"""A plugin asked in this process: all of the way to its answer but the pipe."""

import json
from collections.abc import Collection, Sequence
from datetime import date
from types import ModuleType
from typing import Any

from connector import hookimpl
from connector.isolation.answers import read_said
from connector.isolation.asker import Pair
from connector.isolation.said import Said
from connector.isolation.speaker import Speaker


class InProcess:
    """Implements Asker."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self.asked = 0

    def ask(self, pairs: Sequence[Pair], day: date, hooks: Collection[str]) -> list[Said]:
        self.asked += len(pairs)
        return [self._one(case, circle, day, hooks) for case, circle in pairs]

    def _one(self, case: Any, circle: Any, day: date, hooks: Collection[str]) -> Said:
        said = {**self._speaker.say(case, circle, day, hooks), "used": 0}
        return read_said(json.dumps(said).encode(), hooks).said

    def close(self) -> None:
        pass


def speaker(**hooks: Any) -> Speaker:
    """One of a module with these hooks; what is no function stands in it as it is."""
    module = ModuleType("connector_test")
    for name, value in hooks.items():
        setattr(module, name, hookimpl(value) if callable(value) else value)
    return Speaker(module)
