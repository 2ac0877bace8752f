"""Invented params are those that notices really bear, so that a sample is what is sent."""

from datetime import date, timedelta
from functools import cache

import pytest

from connector.domain.alarms import AlarmKind
from connector.domain.letter_kinds import KINDS
from connector.domain.notices import owed_for
from connector.domain.owed import Owed
from connector.domain.records import HandmadeEvidence
from connector.domain.stall_answers import AnswerKind
from connector.texts.sample_alarms import alarm_items
from connector.texts.sample_routes import ROUTES
from tests.unit import test_notices_decisions as decisions
from tests.unit import test_notices_owed as found
from tests.unit import test_notices_recommendations as recommendations
from tests.unit import test_notices_requests as requests
from tests.unit import test_notices_routes as routes
from tests.unit import test_notices_stalls as stalls
from tests.unit.test_texts_alarms import SHAPES

DAY = date(2026, 3, 10)
ELSEWHERE = {
    "decisions_waiting",
    "stalls_week",
    "plan_met",
    "plan_lost",
    "address_stopped",
    "sign_in_link",
}
"""Owed by services, which need a database: tests/integration says what they bear."""


@cache
def really_owed() -> dict[tuple[str, str], set[str]]:
    """Names of the params by kind and role."""
    proof = HandmadeEvidence("x", "1", "step", "1/2", DAY, None, DAY + timedelta(days=20))
    done = stalls.DAY * 40 + stalls.STALLED_ON
    held = [
        stalls.case(stalls.measure(stalls.STALLED_ON, stalls.HEADS_ON)),
        stalls.case(stalls.answer(AnswerKind.HANDED_OVER, stalls.HEADS_ON, to="other")),
        stalls.case(done=done),
    ]
    owed: list[Owed] = [
        *owed_for(found.case(found.failed()), found.FULL, found.TAKEN),
        *owed_for(routes.case(handmade=(proof,)), routes.AROUND, DAY),
        *owed_for(routes.case(routes.completion(DAY, "a")), routes.AROUND, DAY),
        *(
            one
            for request, n in ((requests.ASKED, 0), (requests.ASKED, 4), (requests.GRANTED, 1))
            for one in requests.owed(request, requests.MONDAY + n * requests.DAY)
        ),
        *(
            one
            for day in (decisions.MADE, decisions.WARNED, decisions.DUE + decisions.DAY)
            for decision in (decisions.FOR_SCHOOL, decisions.NOBODY_S)
            for one in decisions.owed(decision, day)
        ),
        *recommendations.owed(recommendations.ON, recommendations.ONE),
        *owed_for(_whole(), routes.AROUND, DAY + timedelta(days=1)),
        *(
            one
            for case in held
            for n in range(60)
            for one in owed_for(case, stalls.CIRCLE, stalls.STALLED_ON + n * stalls.DAY)
        ),
    ]
    # Whose page a letter leads to is never told in words.
    return {(one.kind, str(one.role)): set(one.params) - {"of"} for one in owed}


def _whole() -> routes.StaffCase:
    last = HandmadeEvidence("y", "1", "step", "1/2", DAY + timedelta(days=1))
    return routes.case(routes.completion(DAY, "a"), handmade=(last,))


@pytest.mark.parametrize("kind", sorted(ROUTES.keys() - ELSEWHERE))
def test_a_sample_bears_what_the_notice_does(kind: str) -> None:
    roles = {role for named, role in really_owed() if named == kind}
    assert roles
    for role in roles:
        for item in ROUTES[kind](DAY, role):
            assert set(item) == really_owed()[kind, role], (kind, role)


@pytest.mark.parametrize("kind", AlarmKind)
def test_an_alarm_s_sample_bears_what_the_alarm_does(kind: AlarmKind) -> None:
    for item in alarm_items(f"alarm_{kind}", "korolev", DAY):
        shape, _ = SHAPES[kind][0]
        assert set(item) == {*shape, "alarm"}


def test_every_kind_is_invented_once() -> None:
    alarms = {kind for kind in KINDS if kind.startswith("alarm_")}
    assert set(ROUTES) | alarms == set(KINDS)
