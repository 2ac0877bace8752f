"""How every letter looks: shown with invented values, and sent to oneself for a try."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from connector.channels.channel import OutgoingLetter
from connector.channels.server_words import server_words
from connector.domain.preferences import EMAIL
from connector.errors import ConnectorError
from connector.services.notices.kinds import titled
from connector.services.notices.sample_post import (
    LIMIT,
    PREFACE,
    SamplePost,
    TooManySamples,
    own_address,
    sample_letter,
)
from connector.services.notices.samples import Sample, Samples, ShownLetter
from connector.texts.letters import TextFault
from connector.texts.mail_failures import mail_failure
from connector.web.access import the_viewer
from connector.web.headers import LETTER_POLICY
from connector.web.household import household, now, today
from connector.web.sample_words import BY_PLUGIN, BY_RULE, GROUPS, OWN, group_of, when
from connector.web.words import NOTICES

blueprint = Blueprint("samples", __name__, url_prefix="/m/<municipality>/samples")


@dataclass(frozen=True, slots=True)
class Line:
    """One letter on the list. subject: None where it cannot be shown; fault: then, what is wrong
    with its words."""

    sample: Sample
    title: str
    when: str
    subject: str | None = None
    fault: str | None = None


@blueprint.get("/")
def listing(municipality: str) -> str:
    samples = _samples(municipality)
    groups: dict[str, list[Line]] = {title: [] for title in (*GROUPS, OWN)}
    for one in samples.all():
        groups[group_of(one.kind)].append(_line(samples, one))
    return render_template("samples.html", groups={t: g for t, g in groups.items() if g})


@blueprint.get("/<kind>/<role>")
def details(municipality: str, kind: str, role: str) -> str:
    samples = _samples(municipality)
    sample = samples.find(kind, role)
    line = _line(samples, sample)
    with household().db.reading() as session:
        address = own_address(session, the_viewer())
    shown = None if line.subject is None else _shown(samples, sample)
    return render_template(
        "sample.html", line=line, shown=shown, address=address, has_mail=_has_mail(), limit=LIMIT
    )


@blueprint.get("/<kind>/<role>/body")
def body(municipality: str, kind: str, role: str) -> Response:
    """The letter's own HTML, for the frame."""
    samples = _samples(municipality)
    sample = samples.find(kind, role)
    if _line(samples, sample).subject is None:
        abort(404)
    response = make_response(_shown(samples, sample).letter.html)
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@blueprint.post("/<kind>/<role>")
def send(municipality: str, kind: str, role: str) -> Response:
    """To the viewer's own address, and to no other."""
    samples = _samples(municipality)
    sample = samples.find(kind, role)
    if _line(samples, sample).subject is None:
        abort(404)
    flash(_try(municipality, samples, sample))
    return redirect(url_for("samples.details", municipality=municipality, kind=kind, role=role))


def _try(municipality: str, samples: Samples, sample: Sample) -> str:
    """What became of it, in a sentence or two."""
    own = household()
    with own.db.reading() as session:
        address = own_address(session, the_viewer())
    if address is None:
        return "Письмо не отправлено: Вашего адреса почты коннектор не знает."
    try:
        with own.db.writing() as session:
            SamplePost(session).begin(the_viewer(), municipality, sample, now())
    except TooManySamples:
        return (
            f"Письмо не отправлено: за час можно послать себе {LIMIT} образцов, и они уже посланы. "
            "Посмотреть письмо здесь можно сколько угодно."
        )
    domain = own.config.mail_from.rpartition("@")[2]
    letter = sample_letter(_shown(samples, sample, PREFACE), address, domain, now())
    failure = _sent(letter)
    if failure is not None:
        return failure
    with own.db.writing() as session:
        SamplePost(session).keep(municipality, letter, own.channels[EMAIL].name)
    if not _has_mail():
        kept = " Оно лежит на странице «Отправленные»." if the_viewer().sees_some_people else ""
        return f"Почта в этой установке не настроена, поэтому письмо никуда не ушло.{kept}"
    return f"Почтовый сервер принял письмо на {address}. Если его нет, загляните в нежелательные."


def _sent(letter: OutgoingLetter) -> str | None:
    """Why it did not go out; no transaction is open meanwhile."""
    try:
        household().channels[EMAIL].send(letter)
    except ConnectorError as err:
        said = server_words(err)
        told = f" Ответ сервера: {said}" if said else ""
        return f"Письмо не ушло. {mail_failure(str(err))}{told}"
    return None


def _has_mail() -> bool:
    return bool(household().config.smtp_url)


def _samples(municipality: str) -> Samples:
    own = household()
    return Samples(own.rulebook.rules(municipality), own.links, today(municipality))


def _shown(samples: Samples, sample: Sample, preface: str = "") -> ShownLetter:
    path = url_for(
        "samples.details", municipality=samples.rules.code, kind=sample.kind, role=sample.role
    )
    return samples.show(sample, path, preface)


def _line(samples: Samples, sample: Sample) -> Line:
    kind = sample.kind
    title = titled(kind, NOTICES, samples.rules.letters)
    is_rule = any(rule.code == kind for rule in samples.rules.notices)
    told = sample.when or when(kind, sample.role) or (BY_RULE if is_rule else BY_PLUGIN)
    if not sample.told:
        return Line(sample, title, told)
    try:
        subject = _shown(samples, sample).letter.subject
    except TextFault as err:
        return Line(sample, title, told, fault=str(err))
    return Line(sample, title, told, subject)
