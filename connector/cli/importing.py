"""connector import PATH --municipality M."""

import argparse
from pathlib import Path
from typing import Any

from connector.cli import asked
from connector.cli.output import Output, table
from connector.cli.session import container, importer, known_municipality
from connector.domain.dates import local_day
from connector.runtime.engine import Engine
from connector.spreadsheets.workbook import read_workbook


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("import", parents=[common], help="загрузить таблицы")
    parser.add_argument(
        "path", type=Path, metavar="ПУТЬ", help="книга XLSX или папка с файлами CSV"
    )
    parser.add_argument("--municipality", required=True, metavar="M", help="чьи таблицы")
    parser.add_argument(
        "--effective",
        type=asked.day,
        metavar=asked.DAY,
        help="с какого дня; без него — с сегодняшнего",
    )
    parser.add_argument("--dry-run", action="store_true", help="только показать, что изменится")
    parser.add_argument("--ends", type=int, metavar="N", help="подтвердить увольнение N человек")
    parser.set_defaults(run=_import)


def _import(arguments: argparse.Namespace, output: Output) -> int:
    workbook = read_workbook(arguments.path)
    with container() as made:
        municipality = known_municipality(made, arguments.municipality)
        now = made.clock.now()
        zone = made.rulebook.rules(municipality).zone
        effective = arguments.effective or local_day(now, zone)
        service = importer(made)
        if arguments.dry_run:
            with made.db.reading() as session:
                plan = service.check(session, municipality, workbook, effective, arguments.ends)
        else:
            with made.db.writing() as session:
                plan = service.check(session, municipality, workbook, effective, arguments.ends)
                if plan.is_sound:
                    service.apply(session, plan, now, "cli")
            if plan.is_sound and not made.config.is_distributed:
                # Whether `connector run` is up or not: what was imported shows at once.
                Engine(made).settle()
    document = plan.as_json()
    output.result(document, _lines(document, arguments.dry_run))
    return 0 if plan.is_sound else 1


def _lines(document: dict[str, Any], dry_run: bool) -> list[str]:
    lines = [
        f"{fault['sheet']}, строка {fault['row']}, столбец {fault['column']}: {fault['expected']}"
        for fault in document["faults"]
    ]
    if lines:
        return [*lines, "Ничего не загружено: исправьте и повторите."]
    rows = [
        (sheet, c["added"], c["changed"], c["ended"], c["unchanged"])
        for sheet, c in document["sheets"].items()
    ]
    lines = table(("лист", "новых", "изменено", "завершено", "без изменений"), rows)
    lines += [
        f"Внимание: {w['sheet']}, строка {w['row']}, столбец {w['column']}: {w['text']}"
        for w in document["warnings"]
    ]
    return [*lines, "Проверка: ничего не записано." if dry_run else "Загружено."]
