"""connector shares, explain, recount, snapshot."""

import argparse
from typing import Any

from connector.bootstrap import Container
from connector.cli import asked
from connector.cli.changing import changing_document, changing_told
from connector.cli.output import Output
from connector.cli.session import container, known_municipality
from connector.domain.because import Because, SliceKind
from connector.domain.indicators import IndicatorKind
from connector.domain.nearness import nearest
from connector.domain.periods import (
    AsOfBeforePeriod,
    NotAPeriod,
    Period,
    parse_period,
    period_containing,
)
from connector.domain.shares import percent
from connector.errors import ConnectorError
from connector.models import Tenant
from connector.runtime.engine import Engine
from connector.services.figures.figures import Figure, FigureService, SubjectFigure
from connector.services.figures.snapshots import SnapshotService
from connector.services.folding.rebuilding import Rebuild
from connector.services.folding.recounting import Recount
from connector.services.rules.changeovers import ChangeoverService
from connector.texts.because import because_text


def add_to(commands: Any, common: argparse.ArgumentParser) -> None:
    shares = commands.add_parser("shares", parents=[common], help="показатели муниципалитета")
    asked.municipality(shares)
    when(shares)
    shares.add_argument("--by", choices=["school", "association"], help="по школам, объединениям")
    shares.set_defaults(run=_shares)
    explain = commands.add_parser("explain", parents=[common], help="почему засчитано или нет")
    asked.municipality(explain)
    explain.add_argument(
        "indicator", metavar="ПОКАЗАТЕЛЬ", help="код показателя; какие есть: connector shares"
    )
    explain.add_argument("person", metavar="НОМЕР", nargs="?", help="табельный номер")
    when(explain)
    explain.set_defaults(run=_explain)
    recount = commands.add_parser("recount", parents=[common], help="пересчитать всё заново")
    recount.add_argument("--verify", action="store_true", help="только сверить, ничего не меняя")
    recount.add_argument("--municipality", metavar="M", help="только этот; без него — все")
    recount.set_defaults(run=_recount)
    snapshot = commands.add_parser("snapshot", parents=[common], help="зафиксировать отчёт")
    asked.municipality(snapshot)
    when(snapshot)
    snapshot.set_defaults(run=_snapshot)


def when(parser: argparse.ArgumentParser) -> None:
    """--period and --as-of."""
    parser.add_argument(
        "--period", type=_period, metavar="ПЕРИОД", help="2026 или 2026/2027; без него — этот год"
    )
    parser.add_argument(
        "--as-of", type=asked.day, metavar=asked.DAY, help="на какой день; без него — сегодня"
    )


def _period(text: str) -> Period:
    try:
        return parse_period(text)
    except NotAPeriod as err:
        raise argparse.ArgumentTypeError(f"период пишется 2026 или 2026/2027, не «{text}»") from err


def _shares(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made:
        code = known_municipality(made, arguments.municipality)
        by = SliceKind(arguments.by) if arguments.by else None
        with made.db.reading() as session:
            service = FigureService(session, made.rulebook, made.clock.now(), made.settings)
            figures = _checked(service.figures, code, arguments.period, arguments.as_of, by)
            changing = ChangeoverService(session).behind(code, figures)
    document = {
        "municipality": code,
        "period": str(figures[0].period) if figures else str(arguments.period or ""),
        "as_of": figures[0].as_of if figures else arguments.as_of,
        "indicators": [figure_document(figure) for figure in figures],
        **({"changing": changing_document(changing)} if changing else {}),
    }
    told = [f"По прежним правилам: {changing_told(changing)}."] if changing else []
    output.result(document, [*told, *_figure_lines(figures)])
    return 0


def _checked(ask: Any, *arguments: Any) -> Any:
    try:
        return ask(*arguments)
    except AsOfBeforePeriod as err:
        told = f"День {err.day:%d.%m.%Y} раньше начала периода {err.period}."
        raise ConnectorError(told) from err


def figure_document(figure: Figure) -> dict[str, Any]:
    """One indicator as the API writes it (contract 4)."""
    plan = figure.plan
    return {
        "code": figure.indicator.code,
        "title": figure.indicator.title,
        "kind": str(figure.indicator.kind),
        "subject": str(figure.indicator.subject),
        "population": figure.population,
        "achieved": figure.achieved,
        "share": figure.share,
        "previous": {"period": str(figure.previous_period), "share": figure.previous_share},
        "plan": plan
        and {
            "at_least": plan.at_least,
            "met": plan.met,
            "missing": plan.missing,
            "source": plan.source,
        },
        "basis": {
            "document": figure.indicator.basis.document,
            "clause": figure.indicator.basis.clause,
        },
        "slices": [
            {
                "kind": str(s.kind),
                "code": s.code,
                "name": s.name,
                "population": s.population,
                "achieved": s.achieved,
                "share": s.share,
            }
            for s in figure.slices
        ],
    }


def _figure_lines(figures: tuple[Figure, ...]) -> list[str]:
    lines: list[str] = []
    for figure in figures:
        lines.append(f"{figure.indicator.code}  {figure.indicator.title}")
        lines.append(f"    {_share(figure)}{_plan(figure)}")
        for one in figure.slices:
            told = f"{percent(one.share)} ({one.achieved} из {one.population})"
            if figure.indicator.kind is IndicatorKind.COUNT:
                told = str(one.achieved)
            lines.append(f"        {one.name}: {told}")
    return lines or ["В этом периоде показателей нет."]


def _share(figure: Figure) -> str:
    if figure.indicator.kind is IndicatorKind.COUNT:
        return str(figure.achieved)
    if figure.indicator.kind is IndicatorKind.RATIO:
        shown = "—" if figure.share is None else f"{figure.share:g}".replace(".", ",")
    else:
        shown = percent(figure.share)
    before = percent(figure.previous_share) if figure.previous_share is not None else "—"
    return (
        f"{shown} ({figure.achieved} из {figure.population}), за {figure.previous_period}: {before}"
    )


def _plan(figure: Figure) -> str:
    plan = figure.plan
    if plan is None:
        return ""
    told = f"; план не менее {percent(plan.at_least)}"
    if plan.met is None:
        return told
    return told + (" — выполнен" if plan.met else f" — не хватает {plan.missing}")


def _explain(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made:
        code = known_municipality(made, arguments.municipality)
        with made.db.reading() as session:
            service = FigureService(session, made.rulebook, made.clock.now(), made.settings)
            found = _checked(
                service.subjects, code, arguments.indicator, arguments.period, arguments.as_of
            )
            indicator = service.indicator(code, arguments.indicator)
            period = arguments.period or period_containing(service.today(code), indicator.period)
            figure = service.figure(code, indicator.code, period, arguments.as_of)
    near = [] if arguments.person else nearest_of(figure, found)
    if arguments.person:
        found = tuple(subject for subject in found if subject.code == arguments.person)
        if not found:
            raise ConnectorError(f"Табельного номера «{arguments.person}» нет.")
    output.result(
        {
            "municipality": code,
            "indicator": arguments.indicator,
            "subjects": [subject_document(subject) for subject in found],
            "nearest": [subject.code for subject, _ in near],
        },
        [line for subject in found for line in _subject_lines(subject)] + _near_lines(figure, near)
        or ["За этот период показатель никого не касается."],
    )
    return 0


NEAREST = 5


def nearest_of(
    figure: Figure, subjects: tuple[SubjectFigure, ...]
) -> list[tuple[SubjectFigure, Because]]:
    """Where a plan lacks somebody, those who are nearest to counting and have begun."""
    if figure.plan is None or not figure.plan.missing:
        return []
    waiting = [s for s in subjects if s.in_population and not s.achieved]
    found = nearest(((subject, subject.because) for subject in waiting), NEAREST)
    return [(subject, near.because) for subject, near in found if near.because is not None]


def _near_lines(figure: Figure, near: list[tuple[SubjectFigure, Because]]) -> list[str]:
    if not near or figure.plan is None:
        return []
    lines = [f"До плана не хватает {figure.plan.missing}; ближе всего:"]
    return lines + [f"    {s.name} ({s.code}): {because_text(because)}" for s, because in near]


def subject_document(subject: SubjectFigure) -> dict[str, Any]:
    """One subject as the API writes it (contract 4)."""
    return {
        "subject": subject.code,
        "name": subject.name,
        "in_population": subject.in_population,
        "achieved": subject.achieved,
        "because": [{"code": b.code, "text": because_text(b)} for b in subject.because],
        "evidence": [
            {"key": e.key, "happened_at": e.happened_at, "delivery": e.delivery}
            for e in subject.evidence
        ],
    }


def _subject_lines(subject: SubjectFigure) -> list[str]:
    if not subject.in_population and not subject.achieved:
        verdict = "вне совокупности"
    else:
        verdict = "засчитано" if subject.achieved else "не засчитано"
    lines = [f"{subject.name} ({subject.code}): {verdict}"]
    lines += [f"    {because_text(because)}" for because in subject.because]
    for evidence in subject.evidence:
        told = f", сообщение № {evidence.delivery}" if evidence.delivery else ""
        lines.append(f"    доказательство {evidence.key}{told}")
    return lines


def _recount(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made:
        chosen = (
            (known_municipality(made, arguments.municipality),)
            if arguments.municipality
            else made.rulebook.municipalities()
        )
        if not arguments.verify:
            Engine(made).recount(chosen, output.progress)
        found: dict[str, list[Any]] = {}
        for code in chosen:
            found[code] = differences(made, code)
    count = sum(len(differences) for differences in found.values())
    document = {
        "differences": count,
        "municipalities": {
            code: [{"what": d.what, "key": d.key} for d in differences]
            for code, differences in found.items()
        },
    }
    lines = [f"{d.what}: {d.key}" for differences in found.values() for d in differences]
    output.result(document, [*lines, f"Расхождений: {count}."])
    return 1 if count else 0


def differences(made: Container, code: str) -> list[Any]:
    """On the day the figures are kept for, in one snapshot of the database."""
    with made.db.snapshot() as session:
        service = FigureService(session, made.rulebook, made.clock.now(), made.settings)
        tenant = session.get(Tenant, code)
        day = (tenant.judged_on if tenant else None) or service.today(code)
        setting = made.settings.get(session, code, day)
        found: list[Any] = [*Rebuild(session, made.rulebook, code).differences()]
        return found + Recount(session, made.rulebook, setting).differences(day)


def _snapshot(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made:
        code = known_municipality(made, arguments.municipality)
        with made.db.writing() as session:
            service = FigureService(session, made.rulebook, made.clock.now(), made.settings)
            taken = _checked(
                SnapshotService(session).take,
                service,
                code,
                arguments.period,
                arguments.as_of,
                made.clock.now(),
                "cli",
            )
    output.result(
        {"municipality": code, "snapshot": taken},
        [f"Отчёт зафиксирован: снимок № {taken}."],
    )
    return 0
