"""Receiving goes first where it shares an interpreter with the work, as in `connector run`.

A batch holds the interpreter for tens of milliseconds, and whoever is answered meanwhile waits for
it several times. While senders crowd at the door the work therefore rests between batches; what
waits is stored and is caught up with when the crowd is gone. It never stops: of a crowd that stays
the work keeps its share of the time.
"""

import time
from collections.abc import Callable

from connector.runtime.loops import Work

CROWD = 4
"""So many requests stored together: they come faster than one by one they could be served."""

REST = 9.0
"""How long the work rests at most, as a multiple of what its last batch took."""

LONGEST_S = 2.0
_LOOK_S = 0.02


def courteous(
    work: Work,
    crowd: Callable[[], int],
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Work:
    """`work` with rests after its turns while `crowd`, the requests stored together, is large."""

    def turn() -> int:
        began = clock()
        done = work()
        ended = clock()
        rests_until = ended + min((ended - began) * REST, LONGEST_S)
        while done and crowd() >= CROWD and clock() < rests_until:
            sleep(_LOOK_S)
        return done

    return turn
