"""The command `connector` (contract 2). Exit codes: 0 done, 1 the work failed, 2 wrong usage."""

import argparse
import errno
import sys
from collections.abc import Sequence
from importlib import import_module

from connector.cli.output import Output
from connector.cli.russian import in_russian
from connector.config import LOG_LEVELS
from connector.errors import ConnectorError, StorageUnavailable, UnknownThing, reason_of
from connector.log import set_up_logging
from connector.rulebook import UnknownMunicipality

_GROUPS = {
    "serve": ("run", "web", "worker", "tick", "demo"),
    "database": ("db",),
    "importing": ("import",),
    "competencies": ("competencies",),
    "sources": ("sources",),
    "reconcile": ("reconcile",),
    "deliveries": ("deliveries",),
    "figures": ("shares", "explain", "recount", "snapshot"),
    "stalls": ("stalls",),
    "plugins": ("plugins",),
    "people": ("people",),
    "doctor": ("doctor",),
    "webhooks": ("webhooks",),
    "post": ("post",),
}
"""The modules of this package and their commands. What the others need is not loaded: it would take
longer than most commands do, and stay in a server's memory for ever."""

_THINGS = {
    "source": "источник",
    "delivery": "сообщение",
    "indicator": "показатель",
    "rules": "папка правил или код муниципалитета",
    "staff": "табельный номер",
    "account": "учётная запись",
    "login": "вход",
    "token": "ключ",
    "webhook": "вебхук",
}


_LISTED = {
    "source": "sources list",
    "delivery": "deliveries list",
    "indicator": "shares МУНИЦИПАЛИТЕТ",
    "rules": "plugins list",
    "webhook": "webhooks list",
}
"""Where to look up what there is."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code."""
    with in_russian():
        return _run(argv)


def _run(argv: Sequence[str] | None) -> int:
    given = sys.argv[1:] if argv is None else argv
    if not all(map(_is_text, given)):
        # Undecodable bytes come as half characters, which neither a database nor a file takes.
        print("Аргументы должны быть записаны в UTF-8.", file=sys.stderr)
        return 2
    arguments = parser(_groups_of(given)).parse_args(given)
    output = Output(arguments.json)
    set_up_logging(arguments.log_level)
    try:
        code: int = arguments.run(arguments, output)
        return code
    except UnknownMunicipality as err:
        return _failed(f"Муниципалитета «{err}» нет среди установленных (connector plugins list).")
    except UnknownThing as err:
        advice = f" Какие есть: connector {_LISTED[err.kind]}" if err.kind in _LISTED else ""
        return _failed(f"Не найдено: {_THINGS.get(err.kind, err.kind)} «{err.name}».{advice}")
    except StorageUnavailable as err:
        return _failed(f"База данных недоступна ({err}). Проверьте CONNECTOR_DATABASE_URL.")
    except BrokenPipeError:
        # `connector … | head` has read enough.
        return 0
    except OSError as err:
        return _failed(_told(err))
    except ConnectorError as err:
        return _failed(str(err))
    except KeyboardInterrupt:
        return 130


def _is_text(argument: str) -> bool:
    try:
        argument.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _told(err: OSError) -> str:
    """A sentence about a file or an address. Raises what is about neither."""
    if err.filename is not None:
        return f"{err.filename}: {reason_of(err)}."
    if err.errno in (errno.EADDRINUSE, errno.EACCES, errno.EADDRNOTAVAIL):
        return f"Адрес занять не удалось ({reason_of(err)}). Укажите другой --port или --host."
    raise err


def _groups_of(given: Sequence[str]) -> tuple[str, ...]:
    """The one that has the command; all of them for whoever asks what there is."""
    for group, commands in _GROUPS.items():
        if given and given[0] in commands:
            return (group,)
    return tuple(_GROUPS)


def parser(groups: Sequence[str] = tuple(_GROUPS)) -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="один документ JSON на выходе")
    common.add_argument(
        "--log-level",
        type=str.upper,
        choices=LOG_LEVELS,
        metavar="УРОВЕНЬ",
        help=f"что писать в журнал: {', '.join(LOG_LEVELS)}",
    )
    made = argparse.ArgumentParser(
        prog="connector", description="Связывает Moodle и муниципальную методическую службу."
    )
    commands = made.add_subparsers(dest="command", required=True, metavar="команда")
    for group in groups:
        import_module(f"connector.cli.{group}").add_to(commands, common)
    return made


def _failed(message: str) -> int:
    print(message, file=sys.stderr)
    return 1
