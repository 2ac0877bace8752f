"""The methodist's workbench: drafts of routes to be looked through, edited, approved, dismissed."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from connector.services.catalogue.unmapped import UnmappedService
from connector.services.records.entry import Making, RowInTheWay
from connector.services.records.names import RecordNames
from connector.services.routes.contents import Code
from connector.services.routes.desk import Picked, RouteDesk, Settled, approvers
from connector.services.routes.queue import drafted
from connector.services.routes.wishes import WishService
from connector.services.routes.workbench import DraftLine, Origin, Workbench
from connector.texts.words import plural
from connector.web.access import the_viewer
from connector.web.charge import charge_of
from connector.web.draft_forms import Choice, choices, entered, others, picked, rows
from connector.web.household import household, importer, now, nudge, today
from connector.web.listing import Sheet, cut, search
from connector.web.targets import target_words

blueprint = Blueprint("drafts", __name__, url_prefix="/m/<municipality>/routes/drafts")

PER_PAGE = 30
MOST_TOLD = 5
IN_THE_WAY = "В эту же минуту загружали таблицу. Ничего не записано, повторите."


@blueprint.before_request
def only_deciders() -> None:
    """Drafts are the business of those who decide about them."""
    if not the_viewer().decides_routes:
        abort(403)


@blueprint.get("/")
def listing(municipality: str) -> str:
    """Drafts by name, thirty a page, each with what it is about and what stands in its way: the
    viewer's own people's, or whosever were chosen."""
    day = today(municipality)
    q, school = request.args.get("q", ""), request.args.get("school", "")
    competency, origin = request.args.get("competency", ""), request.args.get("origin", "")
    with household().db.reading() as session:
        bench = _bench(session, municipality)
        charge = charge_of(
            session,
            household().settings.ground(session, municipality, day),
            the_viewer(),
            request.args.get("methodist"),
            drafted(session, municipality),
            day,
        )
        every = bench.lines(of=charge.people)
        uncovered = bench.uncovered()
        waiting = WishService(session).waiting(municipality)
        names = _approvers(session, municipality)
    found = [
        line
        for line in search(every, q, lambda one: f"{one.person.full_name} {one.code[0]}")
        if (not school or line.school == school)
        and (not competency or competency in line.deficits)
        and (not origin or line.origin == origin)
    ]
    number, last = cut(len(found), request.args.get("page"), PER_PAGE)
    shown = found[(number - 1) * PER_PAGE : number * PER_PAGE]
    return render_template(
        "drafts.html",
        page=Sheet(shown, number, last, len(found)),
        charge=charge,
        filters={
            "methodist": charge.chosen,
            "q": q,
            "school": school,
            "competency": competency,
            "origin": origin,
        },
        schools=sorted({line.school for line in every if line.school}),
        competencies=sorted({code for line in every for code in line.deficits}),
        origins=list(Origin),
        competency=bench.setting.catalogue.competency,
        step_words=lambda step: target_words(step.target, bench.setting.catalogue),
        uncovered=uncovered,
        waiting=waiting,
        approvers=names,
        day=day,
    )


@blueprint.post("/approve")
def approve(municipality: str) -> Response:
    """Approves the marked drafts; whoever cannot be approved is named with the reason."""
    name = "every" if request.form.get("then") == "all" else "draft"
    marked = [one for text in request.form.getlist(name) if (one := picked(text)) is not None]
    if not marked:
        flash("Отметьте хотя бы один черновик.")
        return _back(municipality)
    _tell(municipality, _approved(municipality, marked))
    return _back(municipality)


@blueprint.get("/one")
def details(municipality: str) -> str | Response:
    """One draft with its steps to edit, and every alternative with its reason."""
    code = (request.args.get("person", ""), request.args.get("number", ""))
    return _page(municipality, code) or _moved(municipality, code)


@blueprint.post("/save")
def save(municipality: str) -> Response | tuple[str, int]:
    """Saves a draft as the form has it; then approves it, where that button was pressed."""
    seen = picked(request.form.get("draft", ""))
    if seen is None:
        abort(400)
    with household().db.reading() as session:
        known = _known(session, municipality, _bench(session, municipality))
    steps = entered(request.form, known)
    starts_on = request.form.get("starts_on", "").strip()[:40]
    try:
        with household().db.writing() as session:
            desk = RouteDesk(session, municipality, importer())
            outcome = desk.edit(seen, starts_on, steps, _making(municipality))
    except RowInTheWay:
        outcome = Settled(seen.code, IN_THE_WAY)
    if outcome.why is not None:
        page = _page(municipality, seen.code, f"Не сохранено: {outcome.why}.", steps, starts_on)
        return (page, 422) if page else _moved(municipality, seen.code)
    nudge()
    if request.form.get("then") == "approve":
        return _approve_saved(municipality, seen.code)
    flash("Черновик сохранён.")
    return _to(municipality, seen.code)


@blueprint.post("/dismiss")
def dismiss(municipality: str) -> Response:
    """Takes a draft away with a reason; it is not proposed again for the same results."""
    seen = picked(request.form.get("draft", ""))
    if seen is None:
        abort(400)
    reason = request.form.get("reason", "").strip()[:2000]
    try:
        with household().db.writing() as session:
            desk = RouteDesk(session, municipality, importer())
            outcome = desk.dismiss(seen, reason, _making(municipality))
    except RowInTheWay:
        outcome = Settled(seen.code, IN_THE_WAY)
    if outcome.why is not None:
        flash(f"Не отклонено: {outcome.why}.")
        return _to(municipality, seen.code)
    nudge()
    flash("Черновик отклонён. По этому результату он больше не предлагается.")
    return _back(municipality)


@blueprint.post("/again")
def again(municipality: str) -> Response:
    """Has one person looked at anew, or everybody with a deficit."""
    person = request.form.get("person", "").strip()[:60]
    with household().db.writing() as session:
        if person:
            RouteDesk(session, municipality, importer()).ask_again(person, _making(municipality))
            told = "Предложение для работника составляется заново и появится в течение минуты."
        else:
            count = WishService(session).ask_all(municipality, now())
            told = f"Черновики составляются, работников: {count}."
    nudge()
    flash(told)
    return _back(municipality)


def _bench(session: Session, municipality: str) -> Workbench:
    day = today(municipality)
    return Workbench(session, household().settings.get(session, municipality, day), day)


def _known(session: Session, municipality: str, bench: Workbench) -> Sequence[Choice]:
    """What a step may be named by the title of."""
    unmapped = UnmappedService(session, municipality).list()
    return [*choices(bench.setting.catalogue), *others(unmapped)]


def _page(
    municipality: str,
    code: Code,
    fault: str | None = None,
    steps: Sequence[object] | None = None,
    starts_on: str | None = None,
) -> str | None:
    """None where there is no such draft any more."""
    with household().db.reading() as session:
        bench = _bench(session, municipality)
        line: DraftLine | None = next(iter(bench.lines(code)), None)
        if line is None:
            return None
        proposal = bench.proposal(code)
        names = _approvers(session, municipality)
        known = _known(session, municipality, bench)
    catalogue = bench.setting.catalogue
    return render_template(
        "draft.html",
        line=line,
        steps=rows(line.contents.steps) if steps is None else steps,
        starts_on=starts_on or line.contents.route["starts_on"],
        proposal=proposal,
        fault=fault,
        choices=choices(catalogue),
        known=known,
        competency=catalogue.competency,
        programme=catalogue.programme_called,
        approvers=names,
        day=bench.day,
    )


def _approve_saved(municipality: str, code: Code) -> Response:
    with household().db.reading() as session:
        line = next(iter(_bench(session, municipality).lines(code)), None)
    if line is None:
        return _moved(municipality, code)
    settled = _approved(municipality, [Picked(code, line.contents.version)])
    _tell(municipality, settled)
    return _to(municipality, code) if settled[0].why is not None else _back(municipality)


def _approved(municipality: str, marked: Sequence[Picked]) -> Sequence[Settled]:
    viewer = the_viewer()
    approver = viewer.person or request.form.get("approver", "").strip()[:60] or None
    try:
        with household().db.writing() as session:
            desk = RouteDesk(session, municipality, importer())
            settled = desk.approve(marked, approver, _making(municipality))
    except RowInTheWay:
        settled = [Settled(one.code, IN_THE_WAY) for one in marked]
    nudge()
    return settled


def _tell(municipality: str, settled: Sequence[Settled]) -> None:
    done = sum(one.why is None for one in settled)
    if done:
        flash(f"Утверждено: {done} {plural(done, 'маршрут', 'маршрута', 'маршрутов')}.")
    with household().db.reading() as session:
        people = {one.code[0] for one in settled if one.why is not None}
        names = RecordNames(session, municipality).titles("staff", people)
    for told in _refusals(settled, names):
        flash(told)


def _refusals(settled: Sequence[Settled], names: Mapping[str, str]) -> Iterator[str]:
    """A sentence a reason, not one a person: thirty of them are a wall, and more than a cookie
    holds, and a browser drops such a cookie with every word in it."""
    people: dict[str, list[str]] = {}
    for one in settled:
        if one.why is not None:
            people.setdefault(one.why, []).append(names.get(one.code[0], one.code[0]))
    for why, refused in list(people.items())[:MOST_TOLD]:
        more = f" и ещё {len(refused) - MOST_TOLD}" if len(refused) > MOST_TOLD else ""
        yield f"Не утверждено — {', '.join(refused[:MOST_TOLD])}{more}: {why}."
    left = sum(len(refused) for refused in list(people.values())[MOST_TOLD:])
    if left:
        yield f"Не утверждено ещё: {left}. Почему, сказано в строках списка."


def _approvers(session: Session, municipality: str) -> Sequence[tuple[str, str]]:
    """Whom to name as approving, where the log-in is nobody's own."""
    if the_viewer().person is not None:
        return []
    numbers = approvers(session, municipality, today(municipality))
    titles = RecordNames(session, municipality).titles("staff", numbers)
    return sorted(titles.items(), key=lambda one: one[1])


def _making(municipality: str) -> Making:
    return Making(the_viewer().actor, now(), today(municipality))


def _moved(municipality: str, code: Code) -> Response:
    """The draft is one no more: its route may be there."""
    flash("Этого черновика больше нет: его утвердили, отклонили или убрали.")
    return _back(municipality)


def _back(municipality: str) -> Response:
    # The page too: who approved the second thirty wants to see the next ones, not the first.
    names = ("methodist", "q", "school", "competency", "origin", "page")
    kept = {name: request.form.get(name, "") for name in names}
    chosen: dict[str, Any] = {name: text for name, text in kept.items() if text}
    return redirect(url_for("drafts.listing", municipality=municipality, **chosen))


def _to(municipality: str, code: Code) -> Response:
    place = url_for("drafts.details", municipality=municipality, person=code[0], number=code[1])
    return redirect(place)
