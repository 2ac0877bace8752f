"""connector reconcile: goes through a Moodle now and finds what no sender told."""

import argparse
import sys
import time
from datetime import date, datetime
from typing import Any

from connector.bootstrap import Container
from connector.cli import asked
from connector.cli.output import Output
from connector.cli.session import container
from connector.domain.dates import start_of
from connector.errors import ConnectorError, LostLease
from connector.models import Reconciliation
from connector.moodle.errors import MoodleError
from connector.moodle.pace import Paced
from connector.runtime.engine import Engine
from connector.runtime.reconcile import DAY_SHARE
from connector.runtime.reconcile_owners import Ground
from connector.runtime.reconcile_pass import Progress
from connector.runtime.rehearse import Rehearsal, rehearse
from connector.services.sources.reconciliations import Stage
from connector.services.sources.sources import SourceDetails, SourceService
from connector.web.events import FOUND
from connector.web.finding_words import refusal

_EVERY_S = 10.0
_ON_TERMINAL_S = 1.0


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser(
        "reconcile", parents=[common], help="сверить с Moodle: найти то, о чём не сообщили"
    )
    parser.add_argument(
        "source", nargs="?", metavar="ИСТОЧНИК", help="код источника; без него — все с ключом"
    )
    parser.add_argument(
        "--since",
        type=asked.day,
        metavar=asked.DAY,
        help="только те, кто заходил в курс с этого дня",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="ничего не записывать: сколько вопросов и времени"
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made:
        sources = _sources(made, arguments.source)
        work = _rehearsed if arguments.dry_run else _reconciled
        told = [work(made, one, _since(made, one, arguments.since), output) for one in sources]
    document = {"dry_run": arguments.dry_run, "sources": [document for document, _ in told]}
    output.result(document, [line for _, lines in told for line in lines])
    return 1 if any(document.get("stopped") for document, _ in told) else 0


def _sources(made: Container, code: str | None) -> list[SourceDetails]:
    with made.db.reading() as session:
        service = SourceService(session, made.box)
        if code is not None:
            found = [service.get(code)]
        else:
            found = [one for one in service.all() if one.url and one.rest_token]
    if not found:
        raise ConnectorError("Нет источника с адресом Moodle и ключом: сверять не с чем.")
    for one in found:
        if not (one.url and one.rest_token):
            raise ConnectorError(
                f"У источника «{one.code}» не заданы адрес Moodle и ключ веб-службы. Задайте: "
                f"connector sources connect {one.code}"
            )
    return found


def _since(made: Container, source: SourceDetails, day: date | None) -> datetime | None:
    if day is None:
        return None
    for town in source.municipalities:
        if town in made.rulebook.municipalities():
            return start_of(day, made.rulebook.rules(town).zone)
    return None


def _ground(made: Container) -> Ground:
    return Ground(made.db, made.rulebook, made.settings, made.clock)


def _reconciled(
    made: Container, source: SourceDetails, since: datetime | None, output: Output
) -> tuple[dict[str, Any], list[str]]:
    engine = Engine(made)
    line = _Line(output)
    try:
        row = engine.reconciler.run(
            source, since, lambda p: line.say(_told(source, p)), engine.fold
        )
    except LostLease:
        line.end()
        return {"source": source.code, "stopped": "busy"}, [
            f"«{source.code}»: сверка уже идёт в другом процессе."
        ]
    except MoodleError as err:
        line.end()
        return {"source": source.code, "stopped": err.reason}, [
            f"«{source.code}»: остановлено. {refusal(err)}",
            "Сделанное сохранено; следующий запуск продолжит с этого места.",
        ]
    line.end()
    while engine.folder.run_once():
        pass
    return _outcome(source, row)


def _outcome(source: SourceDetails, row: Reconciliation) -> tuple[dict[str, Any], list[str]]:
    last = row.last or {}
    document = {"source": source.code, **last}
    found = last.get("found", {})
    lines = [
        f"«{source.code}»: вопросов {last.get('calls', 0)}, человек в курсах "
        f"{last.get('learners', 0)}.",
        *_listed(found),
    ]
    if not found:
        lines.append("  Расхождений нет.")
    lines += _doubts(last.get("refused", {}), last.get("unfound", []))
    return document, lines


def _rehearsed(
    made: Container, source: SourceDetails, since: datetime | None, output: Output
) -> tuple[dict[str, Any], list[str]]:
    client = made.moodles.client(source)
    assert client is not None
    line = _Line(output)
    paced = Paced(client, DAY_SHARE, time.sleep)
    try:
        found = rehearse(
            _ground(made), source, paced, since,
            lambda r: line.say(f"«{source.code}»: курсов {r.courses}, вопросов {r.asked}"),
        )  # fmt: skip
    except MoodleError as err:
        line.end()
        return {"source": source.code, "stopped": err.reason}, [f"«{source.code}»: {refusal(err)}"]
    line.end()
    return _estimate(source, found)


def _estimate(source: SourceDetails, found: Rehearsal) -> tuple[dict[str, Any], list[str]]:
    document = {
        "source": source.code,
        "courses": found.courses,
        "learners": found.learners,
        "calls": found.calls,
        "seconds": round(found.seconds),
        "asked_now": found.asked,
        "is_estimate": found.tried,
        "found": {what: n for what, n in sorted(found.found.items()) if n},
        "refused": dict(found.refused),
        "unfound": found.unfound,
    }
    about = "примерно " if found.tried else ""
    lines = [
        f"«{source.code}»: курсов {found.courses}, человек в них {found.learners}.",
        f"  Вопросов к Moodle будет {about}{found.calls}, времени днём {about}"
        f"{_duration(found.seconds)}; ночью вдвое быстрее.",
        *_listed({what: n for what, n in sorted(found.found.items()) if n}, about),
        *_doubts(found.refused, found.unfound),
        "  Ничего не записано.",
    ]
    return document, lines


def _listed(found: dict[str, int], about: str = "") -> list[str]:
    return [f"  {FOUND.get(what, what)}: {about}{count}" for what, count in sorted(found.items())]


def _doubts(refused: dict[str, int], unfound: list[str]) -> list[str]:
    lines = [
        f"  Moodle отказал ({reason}), раз: {count}. Проверьте: connector sources test"
        for reason, count in sorted(refused.items())
    ]
    if unfound:
        names = ", ".join(f"«{name}»" for name in unfound[:10])
        more = f" и ещё {len(unfound) - 10}" if len(unfound) > 10 else ""
        lines.append(
            f"  В Moodle не найдены (опечатка в справочнике или нет права видеть): {names}{more}."
        )
    return lines


def _duration(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return f"{minutes} мин" if minutes < 90 else f"{minutes // 60} ч {minutes % 60} мин"


_STAGES = {
    Stage.PEOPLE: "люди",
    Stage.PLACES: "курсы и тесты",
    Stage.COURSES: "курс",
    Stage.RATINGS: "оценки компетенций",
}


def _told(source: SourceDetails, progress: Progress) -> str:
    where = _STAGES[progress.stage]
    if progress.course:
        where = f"{where} {progress.at} из {progress.of} «{progress.course[:40]}»"
    return (
        f"«{source.code}»: {where}; человек {progress.learners}, найдено {progress.found}, "
        f"вопросов {progress.calls}"
    )


class _Line:
    """One line that changes on a terminal, a line now and then elsewhere."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._is_terminal = sys.stderr.isatty()
        self._said_at = float("-inf")

    def say(self, text: str) -> None:
        now = time.monotonic()
        if now - self._said_at < (_ON_TERMINAL_S if self._is_terminal else _EVERY_S):
            return
        self._said_at = now
        if self._is_terminal:
            print(f"\r{text}\x1b[K", end="", file=sys.stderr, flush=True)
        else:
            self._output.progress(text)

    def end(self) -> None:
        if self._is_terminal and self._said_at > float("-inf"):
            print(file=sys.stderr, flush=True)
