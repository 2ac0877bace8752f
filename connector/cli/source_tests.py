"""connector sources test: what the page finds, as lines and as JSON."""

import argparse
from collections.abc import Sequence

from connector.cli.output import Output
from connector.cli.session import container
from connector.errors import ConnectorError
from connector.moodle.findings import Check, Finding, Outcome, has_failed, missing_functions
from connector.moodle.rights import RIGHTS
from connector.runtime.check_source import check_source
from connector.services.sources.sources import SourceService
from connector.web.finding_words import Told, told

_MARKS = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.DOUBTFUL: "!",
    Outcome.UNTRIED: "–",
}


def test(arguments: argparse.Namespace, output: Output) -> int:
    """Exit code 1 where anything fails; what is only doubtful does not."""
    with container() as made:
        with made.db.reading() as session:
            source = SourceService(session, made.box).get(arguments.code)
        findings = check_source(made, source)
    if findings is None:
        needed = "нужны" if source.needs_rest else "для этого отправителя не обязательны"
        raise ConnectorError(
            f"Не заданы адрес Moodle и ключ веб-службы: {needed}. Впишите: connector sources "
            f"connect {source.code} --url MOODLE --rest-token КЛЮЧ"
        )
    words = [told(one) for one in findings]
    lines = [line for one in words for line in _lines(one)]
    failed = [one for one in words if one.outcome is Outcome.FAILED]
    lines += ["", f"Не так: {len(failed)}." if failed else "Доступ к Moodle есть."]
    output.result(_document(findings), lines)
    return 1 if has_failed(findings) else 0


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
                for function, rights in RIGHTS.items()
                for right in rights
                if by_subject[function].outcome is Outcome.FAILED
                and by_subject[function].reason != "not_in_service"
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
