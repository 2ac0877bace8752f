"""connector post bursts: notices that were held back as too many at once, listed and decided."""

import argparse
from typing import Any

from connector.bootstrap import Container
from connector.cli import asked
from connector.cli.output import Output, moment, table
from connector.cli.session import container, known_municipality
from connector.errors import BadSettings
from connector.services.access.looks import BURST_DISCARDED, BURST_RELEASED, LookService
from connector.services.access.visibility import Role, Viewer
from connector.services.notices.bursts import BurstService, Parked, Part
from connector.services.notices.post_offices import PostOffices

COMMAND = Viewer("connector post", Role.ADMINISTRATOR, None)
_HEAD = ("вид", "роль", "уведомлений", "человек", "с какого времени")


def add_to(group: Any, common: argparse.ArgumentParser) -> None:
    bursts = group.add_parser(
        "bursts", parents=[common], help="уведомления, задержанные из-за того, что их много сразу"
    )
    asked.municipality(bursts)
    bursts.add_argument("--kind", metavar="ВИД", help="только этого вида")
    bursts.add_argument("--role", metavar="РОЛЬ", help="только людям в этой роли")
    what = bursts.add_mutually_exclusive_group()
    what.add_argument("--release", action="store_true", help="отправить")
    what.add_argument("--discard", action="store_true", help="не отправлять, насовсем")
    bursts.set_defaults(run=_bursts)


def _bursts(arguments: argparse.Namespace, output: Output) -> int:
    part = Part(arguments.kind, arguments.role)
    with container() as made:
        town = known_municipality(made, arguments.municipality)
        if arguments.release or arguments.discard:
            count = _decided(made, town, part, arguments.release)
            done = "Отправка разрешена" if arguments.release else "Отклонено"
            output.result({"decided": count}, [f"{done}: {count}."])
            return 0
        with made.db.reading() as session:
            found = BurstService(session).parked(town, part)
    rows = [(p.kind, p.role, p.notices, p.people, moment(p.since)) for p in found]
    lines = table(_HEAD, rows) if rows else ["Ничего не задержано."]
    output.result([_document(one) for one in found], lines)
    return 0


def _decided(made: Container, town: str, part: Part, is_released: bool) -> int:
    """How many notices; the decision and its line in the audit are one transaction."""
    now = made.clock.now()
    with made.db.reading() as session:
        office = PostOffices(made.rulebook, made.settings).find(session, town, now)
    if office is None:
        raise BadSettings(f"Правила муниципалитета «{town}» не читаются.")
    with made.db.writing() as session:
        bursts = BurstService(session)
        if is_released:
            count = bursts.release(town, office.hours, now, part)
        else:
            count = bursts.discard(town, part)
        action = BURST_RELEASED if is_released else BURST_DISCARDED
        detail = {"by": "command", "notices": count, "kind": part.kind, "role": part.role}
        LookService(session).note(COMMAND, action, town, None, now, detail)
    return count


def _document(one: Parked) -> dict[str, Any]:
    """Without names: administrators see none."""
    return {
        "kind": one.kind,
        "role": one.role,
        "notices": one.notices,
        "people": one.people,
        "since": one.since.isoformat(),
    }
