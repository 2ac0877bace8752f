"""One route as its teacher, mentor and methodist see it, and what is asked and proved about it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from flask import (
    Blueprint,
    abort,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from connector.domain.catalogue import parse_target
from connector.domain.dossier import Setting
from connector.domain.evidence import Kind
from connector.errors import UnknownThing
from connector.services.access.looks import PROFILE_LOOKED_AT
from connector.services.access.visibility import VisibilityService
from connector.services.figures.profiles import RouteFigure
from connector.services.records.entry import Making
from connector.services.records.names import RecordNames
from connector.services.routes.asked import Asked, RequestKind
from connector.services.routes.contents import Code, Contents, contents_of
from connector.services.routes.file_types import KNOWN, MOST_BYTES
from connector.services.routes.proofs import ProofService, Upload
from connector.services.routes.requests import RequestService
from connector.services.routes.story import Happening, story
from connector.texts.words import day as day_text
from connector.web.access import the_viewer
from connector.web.charge import charge_of
from connector.web.household import household, importer, now, nudge, profiles, today
from connector.web.noting import note
from connector.web.numbers import number_of
from connector.web.route_story import asked_words, told
from connector.web.targets import target_words

blueprint = Blueprint("routes", __name__, url_prefix="/m/<municipality>")

Answer = Response | tuple[str, int]
Act = Callable[[Session, Setting, Making], str | None]
"""Says why it could not be done, None where it was."""


@blueprint.get("/staff/<number>/routes/<path:route>")
def details(municipality: str, number: str, route: str) -> str:
    """Steps, requests, files and the whole story; prints as a sheet for the teacher."""
    return _page(municipality, (number, route))


def _page(
    municipality: str, code: Code, fault: str | None = None, typed: Mapping[str, str] | None = None
) -> str:
    """typed: what was entered into the form that could not be taken, to be put right."""
    viewer, day = the_viewer(), today(municipality)
    number, route = code
    with household().db.reading() as session:
        visibility = VisibilityService(session)
        if not visibility.sight(viewer, municipality, day).covers(number):
            abort(403)
        found = profiles(session).profile(municipality, number)
        figure = next((r for r in found.routes if r.progress.route.number == route), None)
        if figure is None:
            raise UnknownThing("route", route)
        acts = visibility.attends(viewer, municipality, number, day)
        requests = RequestService(session, found.setting).of_route(code)
        files = ProofService(session, municipality).of_route(code)
        happenings = story(session, municipality, code)
        if viewer.person == number:
            # Colleagues wrote them for those who see the board.
            happenings = [one for one in happenings if not one.kind.startswith("stall_")]
        approver = RecordNames(session, municipality).titles(
            "staff", [figure.progress.route.approved_by or ""]
        )
    if viewer.person != number:
        note(PROFILE_LOOKED_AT, municipality, number)
    catalogue = found.setting.catalogue
    return render_template(
        "route.html",
        profile=found,
        person=found.person,
        figure=figure,
        route=figure.progress.route,
        approver=approver.get(figure.progress.route.approved_by or ""),
        requests=requests,
        files=files,
        story=[(one, told(one, catalogue)) for one in _with_steps(happenings, figure, day)],
        step_words=lambda step: target_words(step.target, catalogue),
        competency=catalogue.competency,
        asked_words=asked_words,
        deliveries={ref.key: ref.delivery for ref in found.evidence},
        acts=acts,
        may_ask=acts and figure.state == "active",
        day=day,
        most_mb=MOST_BYTES >> 20,
        types=", ".join(kind.title for kind in KNOWN),
        accept=",".join(kind.suffix for kind in KNOWN),
        fault=fault,
        typed=typed or {},
    )


@blueprint.post("/routes/ask")
def ask(municipality: str) -> Answer:
    """A request of the teacher, the mentor, or the methodist in their place."""
    code = _attended(municipality)
    kind = request.form.get("kind", "")
    if kind not in list(RequestKind):
        abort(400)
    asked = Asked(
        RequestKind(kind),
        request.form.get("reason", "")[:2000],
        number_of(request.form.get("step")) or 0,
        _day("first"),
        _day("last"),
    )
    done = (
        "Просьба записана. Согласовать её можно на этой странице."
        if the_viewer().decides_routes
        else "Просьба отправлена методисту. Ответ появится на этой странице."
    )
    return _acted(
        municipality,
        code,
        lambda session, setting, making: RequestService(session, setting).ask(code, asked, making),
        done,
        "Просьба не отправлена",
    )


@blueprint.post("/routes/take-back")
def take_back(municipality: str) -> Answer:
    """Whoever may ask may also take a request back."""
    code = _attended(municipality)
    number = _requested(municipality, code)
    return _acted(
        municipality,
        code,
        lambda session, setting, making: RequestService(session, setting).take_back(number, making),
        "Просьба отозвана.",
        "Не отозвано",
    )


@blueprint.post("/routes/decide")
def decide(municipality: str) -> Answer:
    """Grants or refuses a request."""
    _decider()
    code = _code()
    number = _requested(municipality, code)
    decision = request.form.get("decision", "")[:2000]
    grants = request.form.get("then") == "grant"

    def act(session: Session, setting: Setting, making: Making) -> str | None:
        service = RequestService(session, setting)
        if grants:
            return service.grant(number, decision, importer(), making)
        return service.refuse(number, decision, making)

    done = "Просьба удовлетворена, маршрут изменён." if grants else "В просьбе отказано."
    return _acted(municipality, code, act, done, "Решение не записано")


@blueprint.post("/routes/upload")
def upload(municipality: str) -> Answer:
    """A file that proves a step."""
    code = _attended(municipality)
    sent = request.files.get("file")
    content = sent.stream.read(MOST_BYTES + 1) if sent is not None else b""
    proof = Upload(
        number_of(request.form.get("step")) or 0,
        (sent.filename if sent is not None else "") or "",
        content,
        _day("done_on"),
        _day("valid_until"),
        request.form.get("note", "")[:500],
    )
    return _acted(
        municipality,
        code,
        lambda session, setting, making: ProofService(session, municipality).upload(
            code, proof, making
        ),
        "Файл приложен. Примите его, и шаг будет отмечен."
        if the_viewer().decides_routes
        else "Файл приложен. Методист посмотрит его и отметит шаг.",
        "Файл не приложен",
    )


@blueprint.post("/routes/review")
def review(municipality: str) -> Answer:
    """Accepts a file or gives it back with a reason."""
    _decider()
    code = _code()
    number = number_of(request.form.get("file")) or 0
    accepts = request.form.get("then") == "accept"
    reason = request.form.get("reason", "")[:2000]

    def act(session: Session, setting: Setting, making: Making) -> str | None:
        service = ProofService(session, municipality)
        if accepts:
            return service.accept(number, importer(), making)
        return service.give_back(number, reason, importer(), making)

    done = "Файл принят, шаг выполнен." if accepts else "Файл возвращён педагогу."
    return _acted(municipality, code, act, done, "Не записано")


@blueprint.get("/routes/files/<int:number>")
def file(municipality: str, number: int) -> Response:
    """The file itself, to be saved and never shown within our pages."""
    viewer, day = the_viewer(), today(municipality)
    with household().db.reading() as session:
        service = ProofService(session, municipality)
        found = service.find(number)
        if found is None:
            raise UnknownThing("file", str(number))
        if not VisibilityService(session).sight(viewer, municipality, day).covers(found.person):
            abort(403)
        content = service.content(number) or b""
    if viewer.person != found.person:
        note(PROFILE_LOOKED_AT, municipality, found.person, {"file": number})
    answer = send_file(
        BytesIO(content), mimetype=found.type, as_attachment=True, download_name=found.name
    )
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/routes/waiting")
def waiting(municipality: str) -> str:
    """Requests and files that wait for a methodist, the longest waiting first: of the viewer's own
    people, or of whosever were chosen."""
    _decider()
    return _queue(municipality)


def _queue(
    municipality: str, fault: str | None = None, typed: Mapping[str, str] | None = None
) -> str:
    day = today(municipality)
    with household().db.reading() as session:
        ground = household().settings.ground(session, municipality, day)
        setting = ground.setting
        requests = RequestService(session, setting).waiting()
        files = ProofService(session, municipality).waiting()
        waits = [one.person for one in requests] + [one.person for one in files]
        asked = request.values.get("methodist")
        charge = charge_of(session, ground, the_viewer(), asked, waits, day)
        people = {person for person in waits if charge.covers(person)}
        names = RecordNames(session, municipality).titles("staff", people)
        routes = contents_of(session, municipality, people)
    return render_template(
        "routes_waiting.html",
        requests=[one for one in requests if one.person in people],
        files=[one for one in files if one.person in people],
        charge=charge,
        names=names,
        asked_words=asked_words,
        steps=_steps(routes, setting),
        fault=fault,
        typed=typed or {},
    )


def _with_steps(
    happenings: Sequence[Happening], figure: RouteFigure, day: date
) -> Sequence[Happening]:
    """The story with what Moodle proved; what a person entered is told already."""
    done = [
        Happening(one.done.at, "Moodle", "step_done", {"step": one.step.order})
        for one in figure.progress.steps
        if one.done is not None
        and one.done.day <= day
        and not one.done.key.startswith(f"{Kind.HANDMADE}:")
    ]
    return sorted([*happenings, *done], key=lambda one: one.at, reverse=True)


def _steps(routes: Mapping[Code, Contents], setting: Setting) -> Mapping[tuple[Any, ...], str]:
    """By person, route and order, what a step asks for and by when."""
    found = {}
    for code, held in routes.items():
        for body in held.steps:
            title = target_words(parse_target(body["target"]), setting.catalogue)
            due = f", до {day_text(body['due_on'])}" if body["due_on"] else ""
            found[(*code, body["order"])] = f"{title}{due}"
    return found


def _acted(municipality: str, code: Code, act: Act, done: str, failed: str) -> Answer:
    """Does it in one transaction and goes back to where the form was.

    What cannot be done says why beside its form, with everything that was typed still in it: a
    reason of ten lines written on a phone is not written twice.
    """
    is_queue = request.form.get("from") == "waiting" and the_viewer().decides_routes
    day = today(municipality)
    making = Making(the_viewer().actor, now(), day)
    with household().db.writing() as session:
        setting = household().settings.get(session, municipality, day)
        why = act(session, setting, making)
    if why is not None:
        fault = f"{failed}: {why}."
        if is_queue:
            return _queue(municipality, fault, _typed()), 422
        return _page(municipality, code, fault, _typed()), 422
    nudge()
    flash(done)
    if is_queue:
        chosen = request.form.get("methodist") or None
        return redirect(url_for("routes.waiting", municipality=municipality, methodist=chosen))
    place: dict[str, Any] = {"number": code[0], "route": code[1]}
    return redirect(url_for("routes.details", municipality=municipality, **place))


def _typed() -> Mapping[str, str]:
    """The form as it was sent; act: which of the page's forms it is."""
    return {**request.form.to_dict(), "act": (request.endpoint or "").rpartition(".")[2]}


def _code() -> Code:
    return request.form.get("person", "")[:60], request.form.get("number", "")[:60]


def _attended(municipality: str) -> Code:
    """The route that the form is about; its viewer must be one of those who act on it."""
    code, viewer = _code(), the_viewer()
    with household().db.reading() as session:
        service = VisibilityService(session)
        if not service.attends(viewer, municipality, code[0], today(municipality)):
            abort(403)
    return code


def _requested(municipality: str, code: Code) -> int:
    """The number of the request in the form, which must be one about this very route."""
    number = number_of(request.form.get("request")) or 0
    with household().db.reading() as session:
        setting = household().settings.get(session, municipality, today(municipality))
        found = RequestService(session, setting).find(number)
    if found is None or (found.person, found.number) != code:
        abort(404)
    return number


def _decider() -> None:
    if not the_viewer().decides_routes:
        abort(403)


def _day(name: str) -> date | None:
    """Of a form; what is no date is none, and the service says what is missing."""
    try:
        return date.fromisoformat(request.form.get(name, "").strip())
    except ValueError:
        return None
