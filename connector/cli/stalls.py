"""connector stalls: the same list as the board in the browser."""

import argparse
from typing import Any

from connector.cli import asked
from connector.cli.output import Output, day, table
from connector.cli.session import container, known_municipality
from connector.domain.stall_answers import StallAnswer
from connector.domain.stall_standing import Standing
from connector.domain.stall_telling import Untold
from connector.services.stalls.board import BoardService, Card

_STANDINGS = {
    Standing.ESCALATED: "дошёл до следующей ступени",
    Standing.DUE: "пора проверить",
    Standing.NEW: "ответа нет",
    Standing.ACKNOWLEDGED: "принят к сведению",
    Standing.MEASURE: "принята мера",
    Standing.SNOOZED: "отложен",
}


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    stalls = commands.add_parser("stalls", parents=[common], help="остановившиеся маршруты")
    asked.municipality(stalls)
    stalls.set_defaults(run=_stalls)


def _stalls(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made:
        code = known_municipality(made, arguments.municipality)
        with made.db.reading() as session:
            board = BoardService(session, made.rulebook, made.settings, made.clock.now())
            cards = board.cards(code, lambda _: True)
    rows = [
        (
            card.person.full_name,
            card.progress.route.number,
            day(card.episode.first_day),
            card.episode.waited,
            _standing(card),
            ", ".join(member.full_name for member in card.asked) or "не назначен",
        )
        for card in cards
    ]
    head = ("педагог", "маршрут", "стоит с", "рабочих дней", "что с ним", "чья очередь")
    document = [document_of(card) for card in cards]
    output.result(document, table(head, rows) if rows else ["Остановившихся маршрутов нет."])
    return 0


def _standing(card: Card) -> str:
    hold = card.episode.hold
    until = f" до {day(hold.until)}" if hold is not None and hold.until is not None else ""
    return _STANDINGS[card.standing] + until


def document_of(card: Card) -> dict[str, Any]:
    """One route of `--json`. told: roles of which somebody knows; knows: since when, with the name
    of a colleague to whom it was handed; untold: whose turn to hear has come and who has not."""
    episode = card.episode
    step = card.next.step if card.next else None
    return {
        "personnel_no": card.person.personnel_no,
        "name": card.person.full_name,
        "school": card.school.code if card.school else None,
        "route": card.progress.route.number,
        "stalled_since": episode.first_day,
        "reason": str(episode.reason),
        "idle_days": episode.idle_days,
        "working_days": episode.waited,
        "standing": str(card.standing),
        "held_until": episode.hold.until if episode.hold else None,
        "told": [str(role) for role in card.told_roles],
        "knows": [
            {"role": str(one.role), "name": one.name, "since": one.since} for one in card.told
        ],
        "untold": [_untold(one) for one in card.untold],
        "asked": [member.personnel_no for member in card.asked],
        "next_step": step.order if step else None,
        "next_due": step.due_on if step else None,
        "answers": [_answer(answer) for answer in episode.answers],
    }


def _untold(one: Untold) -> dict[str, Any]:
    """state: None where no letter was written yet."""
    letter = one.letter
    return {
        "role": str(one.role),
        "name": one.name,
        "state": letter.state if letter else None,
        "reason": letter.reason if letter else None,
        "not_before": letter.not_before if letter else None,
    }


def _answer(answer: StallAnswer) -> dict[str, Any]:
    return {
        "kind": str(answer.kind),
        "on": answer.on,
        "by": answer.by_name,
        "until": answer.until,
        "to": answer.to_name,
        "text": answer.text,
    }
