"""Whatever can be in the way of an action is told in words, with who has to do what."""

from connector.models.action import ACTION_STATES
from connector.runtime.act import NO_TOKEN, OF_ONE_ACTION
from connector.services.acting.enrolments import NO_ACCOUNT, NO_SOURCE
from connector.web.action_words import ACTION_STATES as STATE_WORDS
from connector.web.action_words import WHY, why


def test_every_refusal_and_state_has_its_words() -> None:
    assert OF_ONE_ACTION | {NO_TOKEN, NO_ACCOUNT, NO_SOURCE} <= WHY.keys()
    assert set(ACTION_STATES) == STATE_WORDS.keys()
    assert "503" in why("http_503")
    assert why("something_new").endswith("something_new")
    assert why(None) == ""
