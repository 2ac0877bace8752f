"""A case in a whole town: the trouble is the case's own, everything round it is done here."""

from collections.abc import Callable, Iterator

from tests.faults.cases import case
from tests.faults.founding import Founding
from tests.faults.ground import Trial
from tests.faults.invariants import check
from tests.faults.outcome import Findings, Outcome
from tests.faults.recovery import Restless, come_to_rest
from tests.faults.stream import parcels
from tests.faults.town import Town, town

Trouble = Callable[[Town], None]
Elsewhere = Callable[[Trial], Iterator[Founding]]


def town_case(
    name: str, *, short: bool = False, pace_s: float = 0.02, over_a_line: bool = False
) -> Callable[[Trouble], Trouble]:
    """Decorates a function that makes the trouble while the senders send, and ends it.

    When it returns, whoever died is started again and the trouble is over: from then on the time to
    recover counts. pace_s: what each of four senders rests after a request. over_a_line: whether
    the line to the database can be cut and held.
    """

    def add(trouble: Trouble) -> Trouble:
        def run(trial: Trial) -> Outcome:
            with town(trial, over_a_line=over_a_line) as made:
                return lived_through(made, trouble, pace_s)

        case(name, short=short)(run)
        return trouble

    return add


def lived_through(made: Town, trouble: Trouble, pace_s: float = 0.02) -> Outcome:
    """The town's life from its beginning to a farewell with exit codes of 0."""
    made.start_everything()
    made.senders.start(parcels(made.founding.secret, made.chance.randrange(2**32)), pace_s=pace_s)
    trouble(made)
    made.mend()
    over_at = made.clock.now()
    try:
        come_to_rest(made)
    except Restless as err:
        findings = Findings(broken=[f"never came to rest: {err}"])
        findings.lost += made.senders.left
    else:
        findings = check(made, made.founding.calm)
        _farewell(made, findings)
    recovery_s = (made.clock.now() - over_at).total_seconds()
    return Outcome(
        len(made.senders.acknowledged),
        findings.lost,
        findings.doubled,
        recovery_s,
        findings.broken,
    )


def _farewell(made: Town, findings: Findings) -> None:
    leaving = made.alive()
    for one in leaving:
        one.tell_to_end()
    for one in leaving:
        try:
            code = one.wait(60)
        except TimeoutError:
            findings.broken.append(f"{one.kind} does not end")
            continue
        findings.found(int(code != 0), f"{one.kind} ended with {code}\n{one.said()[-2000:]}")
