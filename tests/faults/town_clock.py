"""One time for every process of a town, which a nemesis may move on, and a wrong one for some.

Leases, pauses and looks are minutes long. Moving the clock past them in all processes at once is
what waiting would be, and nothing of the product has to be made hastier for the test.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

BEGINNING = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
"""A Tuesday, ten in the morning in Moscow: letters may go out, and the day is long."""


@dataclass(frozen=True)
class TownClock:
    """Implements connector.clock.Clock. Every process of a machine has the same monotonic clock.

    folder: holds `moved`, seconds that the town's time was moved on, and `wrong-<name>`, seconds by
        which the clock of the processes of that name is wrong.
    """

    folder: Path
    began: float
    name: str = ""

    @classmethod
    def of(cls, folder: Path, name: str) -> "TownClock":
        """The clock of a town that began earlier, perhaps in another process."""
        return cls(folder, float((folder / "began").read_text()), name)

    @classmethod
    def begin(cls, folder: Path) -> "TownClock":
        folder.mkdir(parents=True)
        began = monotonic()
        (folder / "began").write_text(repr(began))
        return cls(folder, began)

    def now(self) -> datetime:
        passed = monotonic() - self.began + self._read("moved")
        if self.name:
            passed += self._read(f"wrong-{self.name}")
        return BEGINNING + timedelta(seconds=passed)

    def move_on(self, seconds: float) -> None:
        """For everybody."""
        self._write("moved", self._read("moved") + seconds)

    def set_wrong(self, name: str, seconds: float) -> None:
        """For the processes of that name only; negative: theirs goes behind."""
        self._write(f"wrong-{name}", seconds)

    def _read(self, name: str) -> float:
        try:
            return float((self.folder / name).read_text())
        except FileNotFoundError:
            return 0.0

    def _write(self, name: str, seconds: float) -> None:
        # Replaced whole: a reader must not find half a number.
        fresh = self.folder / f"{name}.new"
        fresh.write_text(repr(seconds))
        fresh.replace(self.folder / name)
