"""connector db retention: what will be deleted, and when."""

import argparse
from typing import Any

from connector.cli.output import Output, day, table
from connector.cli.session import container
from connector.runtime.retain import Retainer
from connector.services.upkeep.retention import Class, Due, Keep, RetentionService

WORDS = {
    Class.BODIES: "тексты обработанных сообщений и ответы Moodle",
    Class.ASIDE: "тексты отложенных сообщений",
    Class.LETTERS: "тексты отправленных писем",
    Class.AUDIT: "журнал просмотров и решений",
    Class.COUNTS: "посуточные счётчики отказов",
    Class.EVENTS: "события для других систем",
}


def add_to(actions: Any, common: argparse.ArgumentParser) -> None:
    parser = actions.add_parser(
        "retention", parents=[common], help="сроки хранения: что и когда удаляется"
    )
    parser.add_argument("--now", action="store_true", help="удалить сейчас, не дожидаясь суток")
    parser.set_defaults(run=_retention)


def _retention(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made:
        keep = Keep.of(made.config)
        with made.db.snapshot() as session:
            found = RetentionService(session, keep).due(made.clock.now())
        if arguments.now:
            retainer = Retainer(made.db, keep, made.clock)
            while retainer.run_once():
                pass
    document = {
        "deleted": arguments.now,
        "classes": [
            {"class": str(d.what), "days": d.days, "older_than": d.before, "rows": d.count}
            for d in found
        ],
    }
    head = ("что", "хранится дней", "удаляется старше", "удалено" if arguments.now else "пора")
    output.result(document, table(head, [_row(one) for one in found]))
    return 0


def _row(one: Due) -> tuple[str, str, str, str]:
    return (
        WORDS[one.what],
        str(one.days) if one.days else "бессрочно",
        day(one.before) or "—",
        str(one.count),
    )
