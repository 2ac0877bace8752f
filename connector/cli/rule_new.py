"""connector plugins new: a rule set that works at once."""

import argparse
from pathlib import Path
from typing import Any

from connector.cli.output import Output
from connector.cli.session import container
from connector.testing.new_plugins import NotMade, new_distribution, new_folder


def add_to(actions: Any, common: argparse.ArgumentParser) -> None:
    parser = actions.add_parser(
        "new", parents=[common], help="начать правила муниципалитета по образцу"
    )
    parser.add_argument("code", metavar="код", help="например verkhnyaya_pyshma")
    parser.add_argument("path", nargs="?", type=Path, metavar="папка", help="куда; её ещё нет")
    parser.add_argument(
        "--title", required=True, metavar="название", help="как пишут его в заголовках"
    )
    parser.add_argument(
        "--zone", default="Europe/Moscow", metavar="пояс", help="часовой, например Asia/Krasnoyarsk"
    )
    parser.add_argument("--python", action="store_true", help="плагин на Python, а не папка YAML")
    parser.set_defaults(run=_new)


def _new(arguments: argparse.Namespace, output: Output) -> int:
    code = arguments.code
    with container(upgrade=False) as made:
        known = {entry.municipality for entry in made.rulebook.plugins_list()}
        rules_dir = made.config.rules_dir
    if code in known:
        raise NotMade(f"Муниципалитет «{code}» уже есть (connector plugins list).")
    is_python = arguments.python
    beside = Path() if is_python or rules_dir is None else rules_dir
    path = arguments.path or beside / (f"connector_{code}" if is_python else code)
    make = new_distribution if is_python else new_folder
    written = make(path, code, arguments.title, arguments.zone)
    document = {
        "municipality": code,
        "path": str(path),
        "python": is_python,
        "files": [str(one) for one in written],
    }
    lines = [f"Готово: {path}", *(f"  {one}" for one in written), *_next(path, is_python)]
    output.result(document, lines)
    return 0


def _next(path: Path, is_python: bool) -> list[str]:
    lines = [f"Проверить: connector plugins check {path}"]
    if is_python:
        return [*lines, f"Поставить: pip install --editable {path}"]
    return [
        *lines,
        f"Действует, когда CONNECTOR_RULES_DIR указывает на {path.resolve().parent}",
    ]
