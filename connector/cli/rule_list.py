"""connector plugins list: every municipality's rules, and how they stand."""

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

from connector.bootstrap import Container
from connector.cli.changing import changing_document, changing_told
from connector.cli.output import Output, table
from connector.cli.session import container, follow_rules
from connector.services.rules.states import RuleState, RuleStates


def run(arguments: argparse.Namespace, output: Output) -> int:
    with container(upgrade=False) as made:
        states = _states(made)
    rows = [
        (
            state.entry.municipality,
            state.entry.title or "—",
            _origin(state),
            f"{state.in_force.since:%d.%m.%Y %H:%M} UTC" if state.in_force else "",
            state.entry.indicators,
            len(state.entry.faults) or "",
            ", ".join(_switched_off(state)),
        )
        for state in states
    ]
    head = ("код", "муниципалитет", "откуда", "действует с", "показателей", "ошибок", "выключено")
    told = [line for state in states for line in _told(state)]
    output.result([_document(state) for state in states], [*table(head, rows), *told])
    return 0


def _states(made: Container) -> Sequence[RuleState]:
    """Without a database that could tell, what is found on this machine."""
    if not follow_rules(made):
        return [RuleState(entry) for entry in made.rulebook.plugins_list()]
    with made.db.reading() as session:
        return RuleStates(session, made.rulebook, made.clock.now()).all()


def _document(state: RuleState) -> dict[str, Any]:
    entry = state.entry
    return {
        "municipality": entry.municipality,
        "title": entry.title,
        "distribution": entry.distribution,
        "version": entry.version,
        "indicators": entry.indicators,
        "faults": [str(fault) for fault in entry.faults],
        "switched_off": _switched_off(state),
        "changing": changing_document(state.changing) if state.changing else None,
        "hooks": list(entry.hooks),
        "digest": entry.digest,
        "in_force_since": state.in_force.since if state.in_force else None,
        "is_former": entry.is_former,
        "asked": {"calls": state.asked.calls, "seconds": round(state.asked.seconds, 3)},
    }


def _origin(state: RuleState) -> str:
    entry = state.entry
    if entry.distribution:
        return f"{entry.distribution} {entry.version}"
    return "из базы" if entry.is_former else "папка правил"


def _switched_off(state: RuleState) -> list[str]:
    return [one.fault.rule for one in state.failing if one.off_until is not None]


def _told(state: RuleState) -> Iterator[str]:
    code = state.entry.municipality
    if state.changing:
        yield f"{code}: {changing_told(state.changing)}."
    if state.entry.is_former and state.entry.faults:
        yield f"{code}: файлы с ошибками, действуют последние исправные правила:"
    yield from (f"    {fault}" for fault in state.entry.faults)
