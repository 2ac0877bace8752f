"""Moodle and the mail server misbehave, each in its ways."""

import time
from collections.abc import Callable

from connector.replay import Params, Replied
from tests.faults.town import Town
from tests.faults.town_case import town_case

MAINTENANCE = Replied(503, text="<html><title>Site under maintenance</title></html>")
EXCEPTION = Replied(
    200, {"exception": "dml_read_exception", "errorcode": "dmlreadexception", "message": "x"}
)
REVOKED = Replied(
    200,
    {
        "exception": "moodle_exception",
        "errorcode": "invalidtoken",
        "message": "Invalid token - token not found",
    },
)
HALF = Replied(200, text='[{"id": 19, "fulln', headers={"Content-Type": "application/json"})


def moodle(town: Town, answers: Callable[[str, Params], Replied], seconds: float = 8) -> None:
    """Every so often it answers so; then it is well again."""
    usual = town.moodle.server.answers
    town.moodle.server.answers = answers
    time.sleep(seconds)
    town.moodle.server.answers = usual


@town_case("Moodle under maintenance")
def maintenance(town: Town) -> None:
    moodle(town, lambda function, params: MAINTENANCE)


@town_case("Moodle answering 200 with an exception")
def exceptions(town: Town) -> None:
    moodle(town, lambda function, params: EXCEPTION)


@town_case("Moodle revoking the token in mid-work")
def revoked(town: Town) -> None:
    moodle(town, lambda function, params: REVOKED)


@town_case("Moodle breaking off its answers")
def half_answers(town: Town) -> None:
    moodle(town, lambda function, params: HALF)


@town_case("Moodle slow, with a failure now and then")
def slow(town: Town) -> None:
    usual, chance = town.moodle.server.answers, town.chance

    def answer(function: str, params: Params) -> Replied:
        time.sleep(chance.uniform(0, 0.3))
        return chance.choice((usual(function, params),) * 3 + (MAINTENANCE,))

    moodle(town, answer)


@town_case("mail server refusing for the moment (4xx)")
def mail_later(town: Town) -> None:
    town.smtp.reply_to_data = "451 4.3.0 Not now"
    time.sleep(5)
    town.smtp.reply_to_data = None


@town_case("mail server going away (421)")
def mail_away(town: Town) -> None:
    town.smtp.reply_to_recipient = "421 4.3.2 Shutting down"
    time.sleep(5)
    town.smtp.reply_to_recipient = None


@town_case("mail server dropping the line on the letter")
def mail_drops(town: Town) -> None:
    town.smtp.drop_on_data = True
    time.sleep(5)
    town.smtp.drop_on_data = False


@town_case("mail server slow")
def mail_slow(town: Town) -> None:
    town.smtp.seconds_before_reply = 1.5
    time.sleep(8)
    town.smtp.seconds_before_reply = 0.0


@town_case("mail server refusing one mailbox for good (5xx)")
def mail_refuses(town: Town) -> None:
    """Those letters fail, with a reason; everybody else gets theirs."""
    town.refuses_letters = True
    town.smtp.reply_to_recipient = "550 5.1.1 No such user"
    town.wait_for(lambda: town.ask("SELECT count(*) FROM notices WHERE state = 'failed'") > 3)
    town.smtp.reply_to_recipient = None
