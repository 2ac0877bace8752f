"""The checks of the harness find what they look for: each damage is told of, and by its name."""

from collections.abc import Callable, Iterator

import pytest

from tests.faults.ground import Ground
from tests.faults.invariants import check
from tests.faults.outcome import Findings
from tests.faults.recovery import come_to_rest
from tests.faults.stream import parcels
from tests.faults.town import Town, town


@pytest.fixture(scope="module")
def rested(shared: Ground) -> Iterator[Town]:
    """A town after a calm day, with nothing the matter."""
    with town(shared.trial(seed=1)) as made:
        made.start_everything()
        made.senders.start(parcels(made.founding.secret, seed=1))
        come_to_rest(made)
        assert told(made) == ""
        yield made


def found(made: Town) -> Findings:
    return check(made, made.founding.calm)


def told(made: Town) -> str:
    return "\n".join(found(made).broken)


def one_lost(made: Town) -> None:
    made.senders.acknowledged.add(("moodle", "never-stored", "0" * 64))


def one_left(made: Town) -> None:
    made.do("UPDATE deliveries SET state = 'ready' WHERE id = (SELECT min(id) FROM deliveries)")


def one_miscounted(made: Town) -> None:
    made.do("UPDATE shares SET achieved = achieved + 1 WHERE achieved < population")


def one_letter_gone(made: Town) -> None:
    made.smtp.received.pop()


def one_letter_too_many(made: Town) -> None:
    made.smtp.received.append(made.smtp.received[0])


def one_not_owed(made: Town) -> None:
    made.do("UPDATE notices SET state = 'withdrawn' WHERE state = 'sent'")


def one_claimed(made: Town) -> None:
    made.do("UPDATE subjects SET lease_token = 'x' WHERE id = (SELECT min(id) FROM subjects)")


def one_odd_answer(made: Town) -> None:
    made.senders.odd.append("500 at /hooks/moodle")


def one_event_unheard(made: Town) -> None:
    assert made.listener is not None
    made.listener.heard().popitem()


def one_call_unheard(made: Town) -> None:
    made.receiver.heard.pop()


def one_enrolment_undone(made: Town) -> None:
    made.enrolling.orders.popitem()


def one_stall_twice(made: Town) -> None:
    made.do(
        "UPDATE events SET key = key || '-again' WHERE id = "
        "(SELECT min(id) FROM events WHERE type = 'route.stalled')"
    )


def one_draft_too_many(made: Town) -> None:
    made.do(
        "INSERT INTO drafts (municipality, person, result, state, deficits, uncovered, proposed_at)"
        " SELECT municipality, person, result || '-again', state, deficits, uncovered, proposed_at"
        " FROM drafts WHERE state = 'proposed' LIMIT 1"
    )


def one_webhook_claimed(made: Town) -> None:
    made.do("UPDATE webhooks SET lease_token = 'x'")


DAMAGES: dict[Callable[[Town], None], str] = {
    one_lost: "answered 200 and not stored",
    one_left: "not dealt with in time",
    one_miscounted: "rows of shares unlike a calm run's",
    one_letter_gone: "told as sent and never arrived",
    one_letter_too_many: "sent more than 1 + 0 times",
    one_not_owed: "notices not owed any more",
    one_claimed: "claims left at rest",
    one_event_unheard: "events never published",
    one_call_unheard: "events never called out",
    one_enrolment_undone: "actions said to be done that never were",
    one_stall_twice: "stalls told as another episode",
    one_draft_too_many: "drafts too many",
    one_webhook_claimed: "2 claims left at rest",
    one_odd_answer: "odd answers",
}


@pytest.mark.slow
def test_each_damage_is_found(rested: Town) -> None:
    # As many at once as do not hide each other: a check counts everything anew, for seconds.
    hiding = [one_not_owed]
    for damages in ([one for one in DAMAGES if one not in hiding], hiding):
        for damage in damages:
            damage(rested)
        after = found(rested)
        words = "\n".join(after.broken)
        for damage in damages:
            assert DAMAGES[damage] in words, damage.__name__
    assert after.lost >= 3
    assert after.doubled >= 2
    # What was finished was written once more above; the database itself noted it.
    assert "late writes" in words
