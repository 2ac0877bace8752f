"""A command whose options may stand between its arguments: `new CODE --title … PATH`."""

import argparse
from collections.abc import Sequence
from typing import Any


class Intermixed(argparse.ArgumentParser):
    """argparse alone takes an optional argument for left out as soon as an option comes first."""

    _mixing = False

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[argparse.Namespace, list[str]]:
        if self._mixing:
            return super().parse_known_args(args, namespace)
        self._mixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._mixing = False
