"""connector competencies import SOURCE FRAMEWORK --municipality M."""

import argparse
from typing import Any

from connector.cli.output import Output, table
from connector.cli.session import container, importer, known_municipality
from connector.errors import BadSettings, ConnectorError
from connector.moodle.errors import MoodleError
from connector.runtime.engine import Engine
from connector.runtime.frameworks import Taking, ask
from connector.services.imports.frameworks import ReadFramework
from connector.services.sources.sources import SourceService
from connector.spreadsheets.sheets_catalogue import AREAS
from connector.web.action_words import why


class NotRead(ConnectorError):
    """A framework could not be read; the message (Russian) says why."""


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    group = commands.add_parser("competencies", help="компетенции из Moodle")
    actions = group.add_subparsers(dest="action", required=True, metavar="действие")
    parser = actions.add_parser(
        "import", parents=[common], help="взять структуру компетенций Moodle как справочник"
    )
    parser.add_argument("source", metavar="ИСТОЧНИК", help="код источника")
    parser.add_argument("framework", metavar="СТРУКТУРА", help="её idnumber или номер в Moodle")
    parser.add_argument("--municipality", required=True, metavar="M", help="чей справочник")
    parser.add_argument(
        "--area", choices=tuple(AREAS), help="область тех, чью область структура не называет"
    )
    parser.add_argument("--dry-run", action="store_true", help="только показать, что изменится")
    parser.set_defaults(run=_import)


def _import(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made:
        municipality = known_municipality(made, arguments.municipality)
        now = made.clock.now()
        with made.db.reading() as session:
            source = SourceService(session, made.box).get(arguments.source)
        if municipality not in source.municipalities:
            raise BadSettings(f"Источник «{source.code}» не обслуживает «{municipality}».")
        client = made.moodles.client(source)
        if client is None:
            raise NotRead(f"У источника «{source.code}» нет адреса или токена Moodle.")
        taking = Taking(made, municipality, importer(made))
        try:
            shown = ask(client, arguments.framework, arguments.area, taking.kept_areas())
        except MoodleError as err:
            raise NotRead(f"Структуры компетенций не прочитаны. {why(err.reason)}") from err
        if shown.framework is None or shown.read is None:
            names = ", ".join(f"{f.idnumber or f.id} ({f.name})" for f in shown.known) or "нет"
            raise NotRead(f"Структуры «{arguments.framework}» в Moodle нет. Есть: {names}.")
        if arguments.dry_run:
            plan = taking.compare(shown.read, now)
        else:
            plan = taking.write(shown.read, now, "cli")
            if plan.is_sound and not made.config.is_distributed:
                Engine(made).settle()
    document = {
        "framework": shown.framework.name,
        **plan.as_json(),
        "unnamed": list(shown.read.unnamed),
        "areas": list(shown.read.areas),
        "changes": [
            {"code": c.key, "was": _title(c.before), "becomes": _title(c.body)}
            for c in plan.changes
        ],
    }
    output.result(document, _lines(document, shown.read, arguments.dry_run))
    return 0 if plan.is_sound else 1


def _title(body: Any) -> str | None:
    if body is None:
        return None
    return f"{body.get('title') or ''} [{body.get('area') or '—'}]"


def _lines(document: dict[str, Any], read: ReadFramework, dry_run: bool) -> list[str]:
    if document["faults"]:
        faults = [f"строка {f['row']}: {f['expected']}" for f in document["faults"]]
        return [*faults, "Ничего не записано."]
    rows = [(c["code"], c["was"] or "новая", c["becomes"]) for c in document["changes"]]
    lines = [f"Структура «{document['framework']}»."]
    lines += table(("код", "было", "станет"), rows) if rows else ["Ничего не меняется."]
    if read.areas:
        lines.append(f"Стали областями, а не компетенциями: {', '.join(read.areas)}.")
    if read.unnamed:
        lines.append(
            "Пропущены, потому что в Moodle у них нет идентификатора (idnumber): "
            f"{', '.join(read.unnamed)}."
        )
    return [*lines, "Проверка: ничего не записано." if dry_run else "Загружено."]
