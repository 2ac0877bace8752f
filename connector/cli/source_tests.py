"""connector sources test: what the page finds, as lines and as JSON."""

import argparse
from collections.abc import Sequence

from connector.cli.output import Output, moment
from connector.cli.session import container
from connector.errors import ConnectorError
from connector.moodle.findings import (
    NOT_IN_SERVICE,
    Check,
    Finding,
    Outcome,
    has_failed,
    missing_functions,
)
from connector.moodle.orders import ActingFunction
from connector.moodle.questions import Function
from connector.moodle.rights import rights_of
from connector.runtime.check_source import check_source
from connector.services.sources.sources import SourceService
from connector.web.connecting_view import Arrivals, arrivals
from connector.web.finding_words import Told, told

_MARKS = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.DOUBTFUL: "!",
    Outcome.UNTRIED: "–",
}


def test(arguments: argparse.Namespace, output: Output) -> int:
    """Exit code 1 where anything fails; what is only doubtful does not.

    A sender that needs no access to its Moodle fails without one only while it was never heard.
    """
    with container() as made:
        with made.db.reading() as session:
            source = SourceService(session, made.box).get(arguments.code)
        findings = check_source(made, source)
        with made.db.reading() as session:
            heard = arrivals(session, source, made.clock.now().date())
    if findings is None and source.needs_rest:
        raise ConnectorError(
            "Не заданы адрес Moodle и ключ веб-службы: без них этому отправителю верить нельзя. "
            f"Впишите: connector sources connect {source.code} --url MOODLE --rest-token КЛЮЧ"
        )
    lines = _heard(heard)
    if findings is None:
        lines.append("– Ключа веб-службы нет: этому отправителю он не обязателен.")
        output.result({"findings": [], **_arrived(heard)}, lines)
        return 0 if heard.heard_at is not None else 1
    words = [told(one) for one in findings]
    lines += [line for one in words for line in _lines(one)]
    failed = [one for one in words if one.outcome is Outcome.FAILED]
    lines += ["", f"Не так: {len(failed)}." if failed else "Доступ к Moodle есть."]
    output.result({**_document(findings), **_arrived(heard)}, lines)
    return 1 if has_failed(findings) else 0


def _heard(heard: Arrivals) -> list[str]:
    """What has come from the sender so far."""
    if heard.first_event_at is not None:
        lines = [f"✓ События идут, первое пришло {moment(heard.first_event_at)}"]
    elif heard.ping_at is not None:
        lines = [f"– Проверочное сообщение пришло {moment(heard.ping_at)}, событий ещё не было"]
    elif heard.heard_at is not None:
        lines = [f"– Отправитель на связи ({moment(heard.heard_at)}), событий ещё не было"]
    else:
        lines = ["– От Moodle ещё ничего не приходило"]
    return lines + [f"✗ Отказано сегодня ({count}): {why}" for why, count in heard.refused]


def _arrived(heard: Arrivals) -> dict[str, object]:
    return {
        "heard_at": heard.heard_at,
        "ping_at": heard.ping_at,
        "first_event_at": heard.first_event_at,
        "refused_today": sum(count for _, count in heard.refused),
    }


def _lines(one: Told) -> list[str]:
    head = f"{_MARKS[one.outcome]} {one.title}"
    lines = [f"{head}: {one.what}" if one.what else head]
    if one.code and one.outcome is not Outcome.PASSED:
        lines[0] += f" ({one.code})"
    return [*lines, f"    {one.do}"] if one.do else lines


def _document(findings: Sequence[Finding]) -> dict[str, object]:
    by_subject = {one.subject: one for one in findings}
    own, address = by_subject[Check.OWN_ADDRESS], by_subject[Check.ADDRESS]
    return {
        "url": own.about[0] if own.about else None,
        "release": address.about[0] if address.about else None,
        "missing_functions": list(missing_functions(findings)),
        "missing_rights": sorted(
            {
                right
                for function in (*Function, *ActingFunction)
                for right in rights_of(function)
                if function in by_subject
                and by_subject[function].outcome is Outcome.FAILED
                and by_subject[function].reason != NOT_IN_SERVICE
            }
        ),
        "findings": [
            {
                "subject": one.subject,
                "outcome": str(one.outcome),
                "reason": one.reason,
                "about": list(one.about),
                "what": words.what,
                "todo": words.do,
            }
            for one, words in zip(findings, map(told, findings), strict=True)
        ],
    }
