"""What a worker does with a hint: works until there is nothing left, or its time is over."""

import logging
from collections.abc import Callable
from functools import partial
from time import monotonic

from connector.errors import BrokerUnavailable, StorageUnavailable
from connector.runtime.engine import Engine
from connector.runtime.hints import FOLLOWS, Hint, work_of

log = logging.getLogger(__name__)

BUDGET_S = 20.0
"""One task works so long and then asks for another turn: kinds of work share the workers, and a
worker that is told to stop has stopped soon."""
MANY = 20
"""A first turn of so much leaves more for others: a whole batch of the smallest kind."""


def drain(
    kind: str,
    engine: Engine,
    publish: Callable[[str], None],
    budget_s: float = BUDGET_S,
    clock: Callable[[], float] = monotonic,
) -> int:
    """Works off one kind of work; how much was done. A fault is logged and ends the turn.

    A kind that is not known is left alone: while an installation is upgraded, a newer process may
    speak to an older worker.
    """
    if kind not in list(Hint):
        log.warning("drain.unknown_kind")
        return 0
    hint = Hint(kind)
    tell = partial(_tell, publish)
    try:
        done, is_cut_off = _work(work_of(engine, hint), partial(tell, hint), budget_s, clock)
    except StorageUnavailable as err:
        log.warning("drain.storage_unavailable kind=%s error=%s", hint, err)
        return 0
    # As the threads of the embedded way do. Celery would put the error's own words into the log,
    # and they may quote a person; what was in hand stays claimed until its term ends.
    except Exception:
        log.exception("drain.fault kind=%s", hint)
        return 0
    if done:
        log.info("drain.done kind=%s count=%d", hint, done)
    if is_cut_off:
        tell(hint)
    if done and hint in FOLLOWS:
        tell(FOLLOWS[hint])
    return done


def _work(
    work: Callable[[], int], wake: Callable[[], None], budget_s: float, clock: Callable[[], float]
) -> tuple[int, bool]:
    """How much was done, and whether the time was over before the work was."""
    ends_at = clock() + budget_s
    done = turn = work()
    if turn >= MANY:
        # Each worker that finds much wakes one more: a burst told in one hint reaches them all.
        wake()
    while turn:
        if clock() >= ends_at:
            return done, True
        turn = work()
        done += turn
    return done, False


def _tell(publish: Callable[[str], None], kind: str) -> None:
    try:
        publish(kind)
    except BrokerUnavailable as err:
        log.warning("drain.hint_lost kind=%s error=%s", kind, err)
