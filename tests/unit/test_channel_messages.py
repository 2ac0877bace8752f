"""Short texts: no names, the link kept whole, and never a byte more than Moodle takes."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.channels.moodle_message import MOST_BYTES, MoodleMessages, fitted
from connector.domain.messengers import Refused, ShortMessage
from connector.moodle.answers import Reading
from connector.moodle.errors import MoodleRefused
from connector.moodle.messages import MessageRefused, send_message
from connector.moodle.questions import Question
from connector.moodle.replies import check_error
from connector.texts.short import short_text

REST = Path(__file__).parents[1] / "contract/moodle/rest"
CAPTURED = REST / "core_message_send_instant_messages.json"
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
LINK = "https://service.example/korolev/routes"


def message(address: str) -> ShortMessage:
    return ShortMessage(address, "Маршрут остановился.", "abcdef")


class Kept:
    def __init__(self) -> None:
        self.told: list[tuple[str, str, str]] = []

    def tell(self, source: str, user_id: str, text: str) -> None:
        self.told.append((source, user_id, text))


class Moodle:
    """Answers with a captured case."""

    def __init__(self, case: str) -> None:
        cases = json.loads(CAPTURED.read_text(encoding="utf-8"))["cases"]
        (self.case,) = [one for one in cases if one["case"].startswith(case)]
        self.asked: list[Question] = []

    def act(self, order: Question) -> Reading:
        self.asked.append(order)
        body: Any = self.case["response"]
        check_error(body)
        return Reading(order.function.value, dict(order.params), "answer", body, NOW)


@given(st.text(min_size=1, max_size=3000))
def test_a_text_fits_and_stays_readable(text: str) -> None:
    made = fitted(f"{text} {LINK}", " [abcdef]")
    assert len(made.encode()) <= MOST_BYTES
    assert made.endswith(f"{LINK} [abcdef]")
    if len(text.encode()) < 3000:
        assert made == f"{text} {LINK} [abcdef]"


def test_a_short_text_is_a_sentence_and_a_link() -> None:
    told = short_text("Маршрут остановился", "Королёв", LINK)
    assert told == f"Королёв, методическая служба. Маршрут остановился. Подробности: {LINK}"
    assert len(short_text("я" * 900, "Королёв", "")) < 260


def test_a_message_bears_the_mark_of_its_letter() -> None:
    kept = Kept()
    channel = MoodleMessages(kept)
    channel.send(message("mood:42"))
    channel.send(message("mood:42"))
    assert kept.told == [("mood", "42", "Маршрут остановился. [abcdef]")] * 2


@pytest.mark.parametrize("address", ["", "mood", "mood:", ":4", "mood:x", "mood:4 2", "mood:٤"])
def test_what_is_no_account_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        MoodleMessages(Kept()).send(message(address))


def test_one_message_is_one_call() -> None:
    moodle = Moodle("ok: one message")
    send_message(moodle, "4", "Назначена программа")
    ((function, params),) = [(one.function, dict(one.params)) for one in moodle.asked]
    assert function == "core_message_send_instant_messages"
    assert params == {
        "messages[0][touserid]": "4",
        "messages[0][text]": "Назначена программа",
        "messages[0][textformat]": "2",
    }


def test_the_captured_refusals_are_of_one_message() -> None:
    cases = json.loads(CAPTURED.read_text(encoding="utf-8"))["cases"]
    refused = 0
    for one in cases:
        response = one["response"]
        if isinstance(response, list) and all(part["msgid"] != -1 for part in response):
            continue
        with pytest.raises((MessageRefused, MoodleRefused)) as caught:
            send_message(Moodle(one["case"]), "4", "x")
        refused += isinstance(caught.value, MessageRefused)
        # Moodle's own text can quote people.
        assert " " not in caught.value.reason
    assert refused >= 2
