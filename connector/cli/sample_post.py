"""connector post test: one sample to an address, and what the mail server said to it."""

import argparse
from typing import Any

from connector.bootstrap import Container
from connector.channels.channel import OutgoingLetter
from connector.channels.server_words import server_words
from connector.cli import asked
from connector.cli.output import Output
from connector.cli.session import container, known_municipality
from connector.domain.dates import local_day
from connector.domain.preferences import EMAIL
from connector.errors import BadSettings, ConnectorError
from connector.services.notices.sample_post import PREFACE, SamplePost, sample_letter
from connector.services.notices.samples import Samples
from connector.texts.letters import TextFault
from connector.texts.mail_failures import mail_failure

KIND, ROLE = "route_approved", "teacher"
"""A heading, sentences, a list and a button: whatever a mail program may show wrongly."""
_NOT_SET_UP = (
    "Почта не настроена, отправить нечем: задайте CONNECTOR_SMTP_URL и CONNECTOR_MAIL_FROM."
)


def add_to(group: Any, common: argparse.ArgumentParser) -> None:
    test = group.add_parser(
        "test", parents=[common], help="послать один образец письма и сказать, что ответил сервер"
    )
    test.add_argument(
        "address", metavar="АДРЕС", type=asked.address, help="куда: one@school.example"
    )
    test.add_argument("--municipality", metavar="M", help="чьими словами; по умолчанию первого")
    test.add_argument("--kind", default=KIND, metavar="ВИД", help=f"вид сообщения ({KIND})")
    test.add_argument("--role", default=ROLE, metavar="РОЛЬ", help=f"кому пишут ({ROLE})")
    test.set_defaults(run=_test, usage=test)


def _test(arguments: argparse.Namespace, output: Output) -> int:
    with container() as made:
        if not made.config.smtp_url:
            return _told(output, arguments, _NOT_SET_UP, "not_set_up")
        letter, code = _letter(made, arguments)
        try:
            made.channels[EMAIL].send(letter)
        except ConnectorError as err:
            return _told(output, arguments, mail_failure(str(err)), str(err), server_words(err))
        with made.db.writing() as session:
            SamplePost(session).keep(code, letter, made.channels[EMAIL].name)
    document = {**_document(arguments), "accepted": True, "message_id": letter.message_id}
    lines = [
        f"Почтовый сервер принял письмо «{letter.subject}» на {letter.address}.",
        "Если его нет в ящике, загляните в нежелательные; отказ может прийти и позже, письмом.",
    ]
    output.result(document, lines)
    return 0


def _letter(made: Container, arguments: argparse.Namespace) -> tuple[OutgoingLetter, str]:
    """With the code of whose words it has. Ends the command with 2 where there is none such."""
    known = made.rulebook.municipalities()
    if arguments.municipality is None and not known:
        raise BadSettings("Нет ни одного муниципалитета с исправными правилами.")
    code = known_municipality(made, arguments.municipality or known[0])
    rules, now = made.rulebook.rules(code), made.clock.now()
    samples = Samples(rules, made.links, local_day(now, rules.zone))
    able = {(one.kind, one.role): one for one in samples.all() if one.told}
    sample = able.get((arguments.kind, arguments.role))
    if sample is None:
        kinds = ", ".join(f"{kind} {role}" for kind, role in sorted(able))
        usage: argparse.ArgumentParser = arguments.usage
        usage.error(f"нет письма {arguments.kind} {arguments.role}; есть: {kinds}")
    path = f"/m/{code}/samples/{sample.kind}/{sample.role}"
    try:
        shown = samples.show(sample, path, PREFACE)
    except TextFault as err:
        raise BadSettings(f"{mail_failure('no_words')} {err}") from err
    domain = made.config.mail_from.rpartition("@")[2]
    return sample_letter(shown, arguments.address, domain, now), code


def _told(
    output: Output, arguments: argparse.Namespace, told: str, reason: str, said: str = ""
) -> int:
    document = {**_document(arguments), "accepted": False, "reason": reason, "server": said}
    lines = [f"Письмо не ушло. {told}", *([f"Ответ сервера: {said}"] if said else [])]
    output.result(document, lines)
    return 1


def _document(arguments: argparse.Namespace) -> dict[str, Any]:
    return {"address": arguments.address, "kind": arguments.kind, "role": arguments.role}
