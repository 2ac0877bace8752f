"""How much a municipality's Python may take before it is ended."""

from dataclasses import asdict, dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """start_s: until the package must have been imported; a cold disk takes seconds.
    case_s: until one case must be answered. Rules of a page's length take microseconds; five
        seconds are left to a machine that is busy elsewhere.
    batch_s, batch_case_s: until a whole batch must be, so many seconds and so many for each case.
        A batch of a hundred may take 20 s, well below the term of its claim (runtime.fold).
    memory: bytes of address space; a child needs 25 MiB by itself.
    frame: bytes of one answer; a notice takes some hundreds.
    """

    start_s: float = 30.0
    case_s: float = 5.0
    batch_s: float = 10.0
    batch_case_s: float = 0.1
    memory: int = 256 * MIB
    frame: int = MIB

    def batch(self, cases: int) -> float:
        """Seconds for a batch of so many cases."""
        return self.batch_s + self.batch_case_s * cases

    def as_body(self) -> dict[str, float]:
        return asdict(self)


def pause(deaths: int) -> float:
    """Seconds until a child may be started anew after so many deaths in a row.

    Three are forgiven, so that a batch with a poisonous case or two is judged to its end; what dies
    for ever is started every five minutes and no oftener.
    """
    return 0.0 if deaths <= 3 else min(300.0, 2.0 ** (deaths - 3))
