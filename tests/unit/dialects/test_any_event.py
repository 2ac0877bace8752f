"""Whatever a foreign event holds, it is kept, and read or called unreadable."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dialects import local_webhooks, tool_trigger, xapi
from connector.dialects.envelope import Unreadable
from connector.dialects.moodle_events import CONCERNS
from tests.unit.dialects.foreign_events import INFO, only, statement

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.text(max_size=6)
    | st.sampled_from(sorted(CONCERNS)),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)
EVENT_NAMES = st.sampled_from(sorted(CONCERNS)) | VALUES
WEBHOOKS = st.fixed_dictionaries(
    {"token": st.just("t"), "eventname": EVENT_NAMES},
    optional=dict.fromkeys(
        ("objectid", "relateduserid", "courseid", "contextinstanceid", "other", "timecreated"),
        VALUES,
    ),
)
TRIGGERS = st.fixed_dictionaries(
    {"event": EVENT_NAMES},
    optional=dict.fromkeys(
        ("eventid", "objectid", "user", "course", "courseid", "timecreated"), VALUES
    ),
)
STATEMENTS = st.builds(
    lambda name, **members: (
        statement("", "")
        | members
        | {
            "context": {
                "extensions": {INFO: {"event_name": name}},
                "contextActivities": members["object"],
            }
        }
    ),
    EVENT_NAMES,
    actor=VALUES,
    object=VALUES,
    timestamp=VALUES,
    verb=VALUES,
    result=VALUES,
)


@pytest.mark.parametrize(
    ("dialect", "bodies"),
    [(local_webhooks, WEBHOOKS), (tool_trigger, TRIGGERS), (xapi, STATEMENTS)],
)
@given(st.data())
def test_whatever_an_event_says_it_is_kept_and_read_or_unreadable(
    dialect: Any, bodies: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    raw = json.dumps(data.draw(bodies)).encode()
    arrival = only(dialect.cut(raw))

    assert len(arrival.key) <= 200
    assert len(arrival.type) <= 120
    assert "\x00" not in arrival.key + arrival.type
    assert only(dialect.cut(raw)) == arrival
    try:
        pointer = dialect.read(arrival.body)
    except Unreadable:
        assert arrival.relevant
    else:
        assert (pointer is not None) is arrival.relevant
