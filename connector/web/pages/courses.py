"""Courses and quizzes that nobody has mapped: put into the catalogue, or said to be not for us."""

import csv
import zipfile
from collections.abc import Sequence
from datetime import date
from io import BytesIO, StringIO

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file
from flask import url_for as address_of
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from connector.domain.catalogue import Catalogue
from connector.services.catalogue.adopting import Adoption, NewCompetency, Row
from connector.services.catalogue.export import Language, catalogue_sheets
from connector.services.catalogue.register_numbers import unregistered
from connector.services.catalogue.unmapped import Asked, Unmapped, UnmappedService
from connector.services.catalogue.unwanted import UnwantedService
from connector.services.records.entry import Making
from connector.spreadsheets.columns import stored_key
from connector.spreadsheets.faults import Fault
from connector.spreadsheets.sheets import SHEETS
from connector.spreadsheets.sheets_catalogue import AREAS, AUDIENCES, POLICIES
from connector.spreadsheets.xlsx_out import Page, write_pages
from connector.web.access import the_viewer
from connector.web.household import household, importer, now, nudge, today

blueprint = Blueprint("courses", __name__, url_prefix="/m/<municipality>/courses")

PROGRAMME = (
    "title",
    "register_no",
    "register_from",
    "register_until",
    "hours",
    "audience",
    "final",
)
WIDTH = 28


@blueprint.get("/")
def listing(municipality: str) -> str:
    """What waits, what is not for us, and programmes whose register entry is amiss."""
    day = today(municipality)
    with household().db.reading() as session:
        setting = household().settings.get(session, municipality, day)
        return render_template(
            "courses.html",
            unmapped=UnmappedService(session, municipality).list(),
            unwanted=UnwantedService(session, municipality).list(),
            troubles=unregistered(session, setting, date(day.year - 1, 1, 1)),
            catalogue=setting.catalogue,
            key=stored_key,
        )


@blueprint.get("/<kind>")
def choose(municipality: str, kind: str) -> str:
    """The form that puts one of them into the catalogue, filled in as far as Moodle tells."""
    with household().db.reading() as session:
        one = _wanted(session, municipality, kind, request.args)
        texts = {"title": one.title or one.names[0]}
        return _form(session, municipality, one, texts, frozenset(), {})


@blueprint.post("/<kind>")
def adopt(municipality: str, kind: str) -> Answer | tuple[str, int]:
    """Puts it into the catalogue: with what was filled in, or like one that is there already."""
    form = request.form
    with household().db.writing() as session:
        one = _wanted(session, municipality, kind, form)
        adoption = Adoption(session, municipality, importer())
        faults: Sequence[Fault] | None
        if form.get("like"):
            faults = adoption.like(one, form["like"], _making(municipality))
            if faults is None:
                abort(404)
        elif kind == "course":
            row = {name: form.get(name, "").strip() for name in PROGRAMME}
            row["competencies"] = ";".join(_chosen())
            faults = adoption.course(one, row, _new_competency(), _making(municipality))
        else:
            row = {"title": form.get("title", "").strip(), "policy": form.get("policy", "")}
            faults = _without_questions() or adoption.quiz(
                one, row, _questions(), _new_competency(), _making(municipality)
            )
    if faults:
        with household().db.reading() as session:
            texts = {name: text for name, text in form.items() if name != "csrf_token"}
            page = _form(session, municipality, one, texts, frozenset(_chosen()), _by_field(faults))
        return page, 422
    nudge()
    flash(
        f"«{one.title or one.names[0]}» теперь в справочнике. Событий, которые ждали: "
        f"{one.events}; они обрабатываются."
    )
    return redirect(address_of("courses.listing", municipality=municipality))


@blueprint.post("/<kind>/not-ours")
def put_aside(municipality: str, kind: str) -> Answer:
    with household().db.writing() as session:
        one = _wanted(session, municipality, kind, request.form)
        service = UnwantedService(session, municipality)
        service.put(one, the_viewer().actor, now(), today(municipality))
    nudge()
    flash(f"«{one.title or one.names[0]}» — не для нас. Вернуть можно внизу страницы.")
    return redirect(address_of("courses.listing", municipality=municipality))


@blueprint.post("/<kind>/take-back")
def take_back(municipality: str, kind: str) -> Answer:
    form = request.form
    with household().db.writing() as session:
        service = UnwantedService(session, municipality)
        actor, day = the_viewer().actor, today(municipality)
        if not service.take_back(
            kind, form.get("source", ""), form.get("name", ""), actor, now(), day
        ):
            abort(404)
    nudge()
    flash("Возвращено: через минуту появится в списке и будет ждать решения.")
    return redirect(address_of("courses.listing", municipality=municipality))


@blueprint.get("/catalogue.<form>")
def export(municipality: str, form: str) -> Response:
    """The whole catalogue as a workbook, or as a folder of CSV files packed into one."""
    if form not in ("xlsx", "zip"):
        abort(404)
    language = Language.ENGLISH if request.args.get("headers") == "en" else Language.RUSSIAN
    with household().db.reading() as session:
        sheets = catalogue_sheets(session, municipality, language)
    file = BytesIO()
    if form == "xlsx":
        pages = [Page(s.title, (s.head,), s.rows, (WIDTH,) * len(s.head)) for s in sheets]
        write_pages(file, pages)
    else:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for sheet in sheets:
                text = StringIO(newline="")
                csv.writer(text, delimiter=";").writerows([sheet.head, *sheet.rows])
                archive.writestr(f"{sheet.title}.csv", text.getvalue().encode("utf-8-sig"))
    file.seek(0)
    name = f"catalogue {municipality} {today(municipality):%Y-%m-%d}.{form}"
    return send_file(file, as_attachment=True, download_name=name)


def _wanted(session: Session, municipality: str, kind: str, said: object) -> Unmapped:
    """The course or quiz of the address or form, as long as it waits."""
    get = said.get  # type: ignore[attr-defined]
    found = UnmappedService(session, municipality).find(kind, get("source", ""), get("name", ""))
    if found is None:
        # Mapped meanwhile, or never this municipality's.
        abort(404)
    return found


def _form(
    session: Session,
    municipality: str,
    one: Unmapped,
    texts: dict[str, str],
    chosen: frozenset[str],
    faults: dict[str, str],
) -> str:
    setting = household().settings.get(session, municipality, today(municipality))
    asked: Sequence[Asked] = ()
    if one.kind == "quiz":
        asked = UnmappedService(session, municipality).questions(one)
    return render_template(
        "course_form.html",
        one=one,
        texts=texts,
        chosen=chosen,
        faults=faults,
        asked=asked,
        categories=sorted({a.category for a in asked if a.category}),
        catalogue=setting.catalogue,
        models=_models(setting.catalogue, one.kind),
        areas=AREAS,
        audiences=AUDIENCES,
        policies=POLICIES,
    )


def _models(catalogue: Catalogue, kind: str) -> list[tuple[str, str]]:
    """Key and title of what there is already, in order of title."""
    if kind == "course":
        found = [(stored_key(p.source, p.course), p.title) for p in catalogue.programmes]
    else:
        found = [(stored_key(d.source, d.quiz), d.title) for d in catalogue.diagnostics]
    return sorted(found, key=lambda one: one[1].casefold())


def _chosen() -> list[str]:
    """Competencies ticked, and the new one."""
    new = _new_competency()
    ticked = [code for code in request.form.getlist("competencies") if code]
    return ticked + ([new.code] if new and new.code not in ticked else [])


def _new_competency() -> NewCompetency | None:
    code = request.form.get("new_code", "").strip()
    title = request.form.get("new_title", "").strip()
    return NewCompetency(code, title) if code else None


def _questions() -> list[Row]:
    """What each slot, or each category, measures; `all` stands for every slot without its own."""
    form = request.form
    new = _new_competency()
    found: list[Row] = []
    whole = form.get("all", "") or (new.code if new else "")
    for name in form:
        kind, _, which = name.partition(":")
        if kind not in ("slot", "category"):
            continue
        competency = form[name] or (whole if kind == "slot" else "")
        if competency and competency != "-":
            found.append({kind: which, "competency": competency})
    return found


def _without_questions() -> Sequence[Fault]:
    if _questions():
        return ()
    text = "выберите, что измеряет тест целиком или каждый его вопрос"
    return (Fault("questions", None, "all", text),)


def _by_field(faults: Sequence[Fault]) -> dict[str, str]:
    """What is wrong by field; of questions, by what it says of their columns."""
    return {fault.column or "": _told(fault) for fault in faults}


def _told(fault: Fault) -> str:
    sheet = SHEETS.get(fault.sheet or "")
    column = sheet.by_name.get(fault.column or "") if sheet else None
    return f"{column.titles[0]}: {fault.text}" if column else fault.text


def _making(municipality: str) -> Making:
    return Making(the_viewer().actor, now(), today(municipality))
