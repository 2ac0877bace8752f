"""Long work asks a Moodle no faster than it answers: the slower the site, the longer the rests."""

from collections.abc import Callable
from time import monotonic

from connector.moodle.answers import Reading
from connector.moodle.questions import Question
from connector.moodle.reading import Asks

LONGEST_REST_S = 5.0


class Paced:
    """Rests after each answer `share` times as long as Moodle worked at it. Counts as it asks.

    share: 0 rests never, 1 leaves the site half of the time to its learners. The budget of the
    source (connector.moodle.budget) holds besides. before: called before each question.
    """

    def __init__(
        self,
        client: Asks,
        share: float,
        sleep: Callable[[float], None],
        tick: Callable[[], float] = monotonic,
        before: Callable[[], None] = lambda: None,
    ) -> None:
        self._client = client
        self._share = share
        self._sleep = sleep
        self._tick = tick
        self._before = before
        self.calls = 0
        self.seconds = 0.0

    def call(self, question: Question) -> Reading:
        self._before()
        began = self._tick()
        try:
            return self._client.call(question)
        finally:
            took = self._tick() - began
            rest = min(took * self._share, LONGEST_REST_S)
            self.calls += 1
            self.seconds += took + rest
            if rest > 0:
                self._sleep(rest)
