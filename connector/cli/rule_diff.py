"""connector plugins diff: what other rules would change, before they are in force."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from connector.bootstrap import Container
from connector.cli.figures import when
from connector.cli.output import Output
from connector.cli.session import NotUpgraded, container
from connector.domain.periods import AsOfBeforePeriod
from connector.domain.shares import percent
from connector.errors import ConnectorError, UnknownThing
from connector.rulebook import Rulebook
from connector.rulebook.amendments import Amendment, NotAnAmendment, parse_amendment
from connector.rulebook.candidates import candidate
from connector.rulebook.faults import RulesRefused
from connector.rulebook.trials import trial
from connector.services.rules.changes import (
    IndicatorChange,
    NoticeChange,
    RuleChanges,
    SliceChange,
    Standing,
    Turned,
    Verdict,
)
from connector.services.rules.diff import MOST, RuleDiff
from connector.services.upkeep import schema
from connector.texts.because import because_text


def add_to(actions: Any, common: argparse.ArgumentParser) -> None:
    parser = actions.add_parser(
        "diff", parents=[common], help="что изменили бы другие правила; ничего не записывает"
    )
    parser.add_argument(
        "rules", metavar="папка или код", help="папка правил или плагина; код установленных правил"
    )
    parser.add_argument("--municipality", metavar="M", help="на чьих данных; по умолчанию своих")
    parser.add_argument(
        "--what-if",
        action="append",
        default=[],
        type=_amendment,
        metavar="ЧТО=ЧИСЛО",
        help="например korolev.diagnosed.plan=65, scale.base=55, korolev.young.younger_than=30",
    )
    parser.add_argument(
        "--most", type=_most, default=MOST, metavar="N", help="сколько людей и писем перечислить"
    )
    when(parser)
    parser.set_defaults(run=_diff)


def _amendment(text: str) -> Amendment:
    try:
        return parse_amendment(text)
    except NotAnAmendment as err:
        raise argparse.ArgumentTypeError(str(err)) from err


def _most(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError("ожидалось целое число")
    return int(text)


def _diff(arguments: argparse.Namespace, output: Output) -> int:
    with container(upgrade=False) as made:
        _need_tables(made)
        code, before, after = _rulebooks(made, arguments)
        try:
            with made.db.snapshot() as session:
                today = _today(made, after, code)
                asked = (arguments.period, arguments.as_of)
                trial = RuleDiff(session, code, today, asked, arguments.most)
                changes = trial.changes(before, after, _telling(output))
        except AsOfBeforePeriod as err:
            told = f"День {err.day:%d.%m.%Y} раньше начала периода {err.period}."
            raise ConnectorError(told) from err
        finally:
            after.close()
    output.result(changes_document(changes), lines_of(changes))
    return 0


def _need_tables(made: Container) -> None:
    """A trial writes nothing, so it does not upgrade the database either."""
    held = schema.current(made.db)
    if not schema.is_served(held):
        raise NotUpgraded("Таблиц в базе нет или они старые. Выполните: connector db upgrade")


def _rulebooks(
    made: Container, arguments: argparse.Namespace
) -> tuple[str, Rulebook | None, Rulebook]:
    """The municipality, the rules in force (None: none are) and those to be tried."""
    named, book = arguments.rules, made.rulebook
    installed = {entry.municipality for entry in book.plugins_list()}
    if named in installed and not Path(named).is_dir():
        code, tried = named, trial(book, named, None, arguments.what_if)
        if tried.faults:
            raise RulesRefused(fault for found in tried.faults.values() for fault in found)
    elif Path(named).is_dir():
        found = candidate(Path(named), book, arguments.what_if)
        code, tried = found.code, found.rulebook
    else:
        raise UnknownThing("rules", named)
    if arguments.municipality and arguments.municipality != code:
        code, tried = arguments.municipality, tried.under(arguments.municipality)
    in_force = book if code in book.municipalities() else None
    return code, in_force, tried


def _today(made: Container, book: Rulebook, code: str) -> Any:
    return made.clock.now().astimezone(book.rules(code).zone).date()


def _telling(output: Output) -> Any:
    def tell(done: int, total: int) -> None:
        output.progress(f"Посмотрено {done} из {total}.")

    return tell


def lines_of(changes: RuleChanges) -> Iterator[str]:
    """The trial for a terminal."""
    yield f"{changes.municipality}: субъектов {changes.subjects}, письма на {changes.day:%d.%m.%Y}"
    for one in changes.indicators:
        if one.differs:
            yield ""
            yield from _indicator_lines(one)
    same = [one.code for one in changes.indicators if not one.differs]
    if same:
        yield ""
        yield f"Не изменится: {', '.join(same)}."
    yield ""
    yield from _notice_lines(changes)
    for fault in changes.faults:
        yield f"Не удалось спросить: {fault}"


def _indicator_lines(one: IndicatorChange) -> Iterator[str]:
    yield f"{one.code}  {one.title} ({one.period}, на {one.as_of:%d.%m.%Y})"
    if one.is_new or one.is_gone:
        standing = one.whole.after or one.whole.before
        told = "новый показатель" if one.is_new else "показателя больше не будет, сейчас"
        yield f"    {told}: {standing_text(standing)}"
        return
    yield f"    {standing_text(one.whole.before)} → {standing_text(one.whole.after)}"
    for change in one.slices:
        before, after = standing_text(change.before), standing_text(change.after)
        yield f"        {change.name}: {before} → {after}"
    if one.turned_count:
        yield f"    по-другому засчитаны: {one.turned_count}"
    for subject in one.turned:
        yield f"        {subject.name} ({subject.code}): {verdict_text(subject.before)} → " + (
            verdict_text(subject.after)
        )
        yield from (f"            было: {because_text(b)}" for b in subject.before.because)
        yield from (f"            стало бы: {because_text(b)}" for b in subject.after.because)
    if len(one.turned) < one.turned_count:
        yield f"        … и ещё {one.turned_count - len(one.turned)} (--most)"


def standing_text(standing: Standing | None) -> str:
    """`61,5 % (8 из 13), план 60,0 % выполнен`."""
    if standing is None:
        return "—"
    told = f"{percent(standing.share)} ({standing.achieved} из {standing.population})"
    if standing.plan is None:
        return told
    told += f", план {percent(standing.plan)}"
    if standing.met is None:
        return told
    return told + (" выполнен" if standing.met else f", не хватает {standing.missing}")


def verdict_text(verdict: Verdict) -> str:
    if verdict.achieved:
        return "засчитано"
    return "не засчитано" if verdict.in_population else "вне охвата"


def _notice_lines(changes: RuleChanges) -> Iterator[str]:
    # Flask comes along with the pages' words, and no other command waits for it.
    from connector.web.words import word

    if not changes.notice_counts:
        yield "Письма: те же."
        return
    for (is_new, kind), count in sorted(changes.notice_counts.items(), reverse=True):
        told = "станут положены" if is_new else "перестанут быть положены"
        yield f"Письма {told}: {word(kind, 'notice')} — {count}"
    for one in changes.notices:
        sign, owed = "+" if one.is_new else "−", one.owed
        to = f"{word(owed.role, 'role')} {owed.recipient or '—'}"
        yield f"    {sign} {word(owed.kind, 'notice')}: {one.about}; кому: {to}"
    rest = sum(changes.notice_counts.values()) - len(changes.notices)
    if rest:
        yield f"    … и ещё {rest} (--most)"


def changes_document(changes: RuleChanges) -> dict[str, Any]:
    """The trial as JSON; shares as the API writes them (contract 4)."""
    return {
        "municipality": changes.municipality,
        "day": changes.day,
        "subjects": changes.subjects,
        "differs": changes.differs,
        "indicators": [_indicator_document(one) for one in changes.indicators],
        "notices": {
            "counts": [
                {"new": is_new, "kind": kind, "count": count}
                for (is_new, kind), count in sorted(changes.notice_counts.items())
            ],
            "listed": [_notice_document(one) for one in changes.notices],
        },
        "faults": list(changes.faults),
    }


def _indicator_document(one: IndicatorChange) -> dict[str, Any]:
    state = "added" if one.is_new else "removed" if one.is_gone else "kept"
    return {
        "code": one.code,
        "title": one.title,
        "subject": str(one.subject),
        "period": str(one.period),
        "as_of": one.as_of,
        "state": state,
        "differs": one.differs,
        **_before_after(one.whole),
        "slices": [
            {"kind": str(s.kind), "code": s.code, "name": s.name, **_before_after(s)}
            for s in one.slices
        ],
        "turned_count": one.turned_count,
        "turned": [_turned_document(t) for t in one.turned],
    }


def _before_after(change: SliceChange) -> dict[str, Any]:
    return {"before": _standing(change.before), "after": _standing(change.after)}


def _standing(standing: Standing | None) -> dict[str, Any] | None:
    if standing is None:
        return None
    plan = standing.plan is not None and {
        "at_least": standing.plan,
        "met": standing.met,
        "missing": standing.missing,
    }
    return {
        "population": standing.population,
        "achieved": standing.achieved,
        "share": standing.share,
        "plan": plan or None,
    }


def _turned_document(one: Turned) -> dict[str, Any]:
    return {
        "subject": one.code,
        "name": one.name,
        "before": _verdict(one.before),
        "after": _verdict(one.after),
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "in_population": verdict.in_population,
        "achieved": verdict.achieved,
        "because": [{"code": b.code, "text": because_text(b)} for b in verdict.because],
    }


def _notice_document(one: NoticeChange) -> dict[str, Any]:
    return {
        "new": one.is_new,
        "kind": one.owed.kind,
        "key": one.owed.key,
        "role": str(one.owed.role),
        "recipient": one.owed.recipient,
        "about": one.about,
    }
