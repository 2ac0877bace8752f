"""Records that Moodle does not give, entered by hand: lists, a form, what was taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from connector.services.catalogue.register_numbers import Unregistered, unregistered
from connector.services.records.entry import (
    Chapter,
    Making,
    Opened,
    Outcome,
    RecordEntryService,
    Step,
    StoredRow,
    differing,
)
from connector.services.records.lists import Found, ListedRow, RecordLists
from connector.services.records.names import FEW, RecordNames
from connector.services.records.registers import expected
from connector.spreadsheets.columns import Sheet, stored_key
from connector.web.access import the_viewer
from connector.web.household import household, importer, now, nudge, today
from connector.web.listing import Sheet as ListSheet
from connector.web.numbers import number_of
from connector.web.record_forms import (
    Candidates,
    Control,
    Field,
    Form,
    Option,
    as_entered,
    entered,
    fault_text,
    resolved,
)
from connector.web.record_sheets import SHELVES, Shelf, serves, shelf_of
from connector.web.record_values import Reading, Value, day_text

blueprint = Blueprint("records", __name__, url_prefix="/m/<municipality>/records")

PER_PAGE = 50
AHEAD = timedelta(days=92)
"""How far ahead the rules' own roadmap is shown: a quarter; the rest is counted only."""

DONE = {
    Step.ADDED: "Запись добавлена.",
    Step.CHANGED: "Запись изменена.",
    Step.TAKEN_BACK: "Запись убрана. Её можно вернуть из списка убранных.",
}
SAME = "Такая запись уже есть: ничего не изменилось."
GONE = "Эту запись уже убрали. Найдите её в списке убранных, чтобы вернуть."


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a list, told. version: for the buttons beside it. is_open: not done yet."""

    key: str
    version: str
    values: Mapping[str, Value]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A step of a row's history; changes: field, what it was, what it is."""

    chapter: Chapter
    changes: Sequence[tuple[str, Value, Value]]


@blueprint.get("/")
def index(municipality: str) -> str:
    """Every sheet that is entered on pages, with how much there is of it."""
    with household().db.reading() as session:
        counts = RecordLists(session, municipality).counts(SHELVES)
    indicators = household().rulebook.rules(municipality).indicators
    return render_template(
        "records.html",
        shelves=SHELVES,
        counts=counts,
        served={name: serves(shelf, indicators) for name, shelf in SHELVES.items()},
    )


@blueprint.get("/<sheet>")
def listing(municipality: str, sheet: str) -> str:
    """The rows of one sheet, searched and cut into pages, the latest entered first."""
    known, shelf = shelf_of(sheet)
    q, undone = request.args.get("q", ""), request.args.get("undone") == "1"
    number = number_of(request.args.get("page")) or 1
    with household().db.reading() as session:
        lists = RecordLists(session, municipality)
        found = lists.page(known, q, (number - 1) * PER_PAGE, PER_PAGE, undone)
        last = max(1, -(-found.total // PER_PAGE))
        if number > last:
            number = last
            found = lists.page(known, q, (number - 1) * PER_PAGE, PER_PAGE, undone)
        lines = _lines(session, municipality, known, found)
        day = today(municipality)
        registers = household().settings.get(session, municipality, day).registers
        listed = expected(session, municipality, sheet, registers)
    return render_template(
        "record_list.html",
        listed=listed,
        soon=[one for one in listed if one.due_on is None or one.due_on <= day + AHEAD],
        sheet=known,
        shelf=shelf,
        page=ListSheet(lines, number, last, found.total),
        q=q,
        undone=undone,
        day=day,
    )


@blueprint.get("/<sheet>/new")
def new(municipality: str, sheet: str) -> str:
    known, shelf = shelf_of(sheet)
    texts = {name: request.args.get(name, "")[:2000] for name in known.by_name}
    with household().db.reading() as session:
        fields = _form(session, municipality, known).fields(texts)
    return _page(known, shelf, fields)


@blueprint.get("/<sheet>/row")
def row(municipality: str, sheet: str) -> str:
    """One row to be read, changed or taken back, with its history."""
    known, shelf = shelf_of(sheet)
    with household().db.reading() as session:
        held = RecordEntryService(session, municipality).row(known, request.args.get("key", ""))
        if held is None:
            abort(404)
        fields = _form(session, municipality, known).fields(as_entered(known, held.body))
        history = _history(session, municipality, known, held.key)
        amiss = _amiss(session, municipality, sheet, held.key)
    return _page(known, shelf, fields, held=held, history=history, amiss=amiss)


@blueprint.post("/<sheet>/save")
def save(municipality: str, sheet: str) -> Response | tuple[str, int]:
    """Adds or changes a row; with anything wrong the form comes back as it was filled in."""
    known, shelf = shelf_of(sheet)
    opened = _opened()
    texts = entered(known, request.form)
    with household().db.writing() as session:
        texts, candidates = resolved(known, texts, RecordNames(session, municipality))
        outcome = Outcome(opened.key if opened else None)
        if not candidates:
            service = RecordEntryService(session, municipality, importer())
            outcome = service.save(known, texts, opened, _making(municipality))
    if not candidates and outcome.is_settled:
        return _settled(municipality, sheet, outcome)
    with household().db.reading() as session:
        return _returned(session, municipality, (known, shelf), texts, candidates, outcome, opened)


@blueprint.post("/<sheet>/done")
def done(municipality: str, sheet: str) -> Response:
    """Marks a row of a list done, on a day and with its proof; the rest stays as it is."""
    known, shelf = shelf_of(sheet)
    opened = _opened()
    if shelf.done is None or opened is None:
        abort(404)
    with household().db.writing() as session:
        service = RecordEntryService(session, municipality, importer())
        held = service.row(known, opened.key)
        if held is None:
            abort(404)
        texts = as_entered(known, held.body)
        for name in {"done_on", "proof"} & texts.keys() & request.form.keys():
            texts[name] = request.form[name]
        outcome = service.save(known, texts, opened, _making(municipality))
    if outcome.is_settled:
        nudge()
        flash("Отмечено выполненным." if outcome.step else SAME)
    elif outcome.conflict is not None:
        by = outcome.conflict.made_by or "кто-то"
        flash(f"Не отмечено: эту запись только что изменил(а) {by}. Проверьте её и повторите.")
    else:
        told = "; ".join(fault_text(known, fault.text) for fault in outcome.faults)
        flash(f"Не отмечено: {told}.")
    return redirect(url_for("records.listing", municipality=municipality, sheet=sheet))


@blueprint.post("/<sheet>/take-back")
def take_back(municipality: str, sheet: str) -> Response | tuple[str, int]:
    """Takes a row back that was entered by mistake."""
    known, shelf = shelf_of(sheet)
    opened = _opened()
    if opened is None:
        abort(404)
    reason = request.form.get("reason", "").strip()[:300] or None
    with household().db.writing() as session:
        service = RecordEntryService(session, municipality, importer())
        held = service.row(known, opened.key)
        outcome = service.take_back(known, opened, reason, _making(municipality))
    if outcome.is_settled:
        nudge()
        flash(DONE[Step.TAKEN_BACK] if outcome.step else GONE)
        return redirect(url_for("records.listing", municipality=municipality, sheet=sheet))
    assert held is not None
    if outcome.conflict is not None:
        flash(f"Не убрано: эту запись только что изменил(а) {held.made_by or 'кто-то'}.")
        return redirect(
            url_for("records.row", municipality=municipality, sheet=sheet, key=opened.key)
        )
    with household().db.reading() as session:
        texts = as_entered(known, held.body)
        return _returned(session, municipality, (known, shelf), texts, {}, outcome, opened)


@blueprint.get("/<sheet>/removed")
def removed(municipality: str, sheet: str) -> str:
    """Rows that were taken back, each of which can be brought back."""
    known, shelf = shelf_of(sheet)
    with household().db.reading() as session:
        chapters = RecordEntryService(session, municipality).taken_back(known)
        names = RecordNames(session, municipality)
        reading = Reading(names, known, [one.body for one in chapters])
        lines = [(one, reading.line(one.body), as_entered(known, one.body)) for one in chapters]
    return render_template("records_removed.html", sheet=known, shelf=shelf, lines=lines)


def _amiss(session: Session, municipality: str, sheet: str, key: str) -> list[Unregistered]:
    """Completions of a programme that its entry in the register does not cover."""
    if sheet != "programmes":
        return []
    day = today(municipality)
    setting = household().settings.get(session, municipality, day)
    found = unregistered(session, setting, date(day.year - 1, 1, 1))
    return [o for o in found if stored_key(o.programme.source, o.programme.course) == key]


def _settled(municipality: str, sheet: str, outcome: Outcome) -> Response:
    nudge()
    flash(DONE[outcome.step] if outcome.step else SAME)
    for caution in outcome.cautions:
        flash(f"Обратите внимание: {caution.text}.")
    return redirect(url_for("records.row", municipality=municipality, sheet=sheet, key=outcome.key))


def _returned(
    session: Session,
    municipality: str,
    known: tuple[Sheet, Shelf],
    texts: Mapping[str, str],
    candidates: Candidates,
    outcome: Outcome,
    opened: Opened | None,
) -> tuple[str, int]:
    """The form again, with what was typed and why it was not saved."""
    sheet, shelf = known
    service = RecordEntryService(session, municipality)
    fields = _form(session, municipality, sheet).fields(texts, outcome.faults, candidates)
    held = outcome.conflict or (service.row(sheet, opened.key) if opened else None)
    conflict = None
    if outcome.conflict is not None:
        theirs = as_entered(sheet, outcome.conflict.body)
        mine = {name: text.strip() for name, text in texts.items()}
        labels = {field.name: field for field in fields}
        conflict = [
            (
                labels[name].label,
                _shown(labels[name], theirs[name]),
                _shown(labels[name], mine[name]),
            )
            for name in sheet.by_name
            if theirs[name] != mine[name]
        ]
    page = _page(
        sheet,
        shelf,
        fields,
        held=held,
        conflict=conflict,
        gone=outcome.gone,
        general=[fault_text(sheet, one.text) for one in outcome.faults if not one.column],
        wrong=any(field.fault for field in fields),
        history=_history(session, municipality, sheet, held.key) if held else (),
        status=409 if outcome.conflict or outcome.gone else 422,
    )
    return page, 409 if outcome.conflict or outcome.gone else 422


def _shown(field: Field, text: str) -> str:
    if field.control is Control.DAY:
        return day_text(text)
    titles = {option.value: option.title for option in (*field.options, *field.suggested)}
    return "; ".join(titles.get(one, one) for one in text.split(";")) or "—"


def _page(
    sheet: Sheet,
    shelf: Shelf,
    fields: Sequence[Field],
    held: StoredRow | None = None,
    **more: object,
) -> str:
    return render_template(
        "record_form.html", sheet=sheet, shelf=shelf, fields=fields, held=held, **more
    )


def _form(session: Session, municipality: str, sheet: Sheet) -> Form:
    return Form(sheet, RecordNames(session, municipality), _analyses(session, municipality, sheet))


def _analyses(session: Session, municipality: str, sheet: Sheet) -> Sequence[Option] | None:
    """What a decision can follow from, the latest first; None where there are too many."""
    if "analysis" not in sheet.by_name:
        return None
    known, _ = shelf_of("analyses")
    found = RecordLists(session, municipality).page(known, "", 0, FEW)
    if found.total > FEW:
        return None
    return [
        Option(row.body["number"], f"{row.body['number']} — {row.body['about'] or 'без темы'}")
        for row in found.rows
    ]


def _lines(session: Session, municipality: str, sheet: Sheet, found: Found) -> list[Line]:
    reading = Reading(RecordNames(session, municipality), sheet, [row.body for row in found.rows])
    return [_line(reading, row) for row in found.rows]


def _line(reading: Reading, row: ListedRow) -> Line:
    stored = StoredRow(row.key, row.body, row.recorded_at, None)
    is_open = "done_on" in row.body and not row.body["done_on"]
    return Line(row.key, stored.version, reading.line(row.body), is_open)


def _history(session: Session, municipality: str, sheet: Sheet, key: str) -> list[Told]:
    chapters = RecordEntryService(session, municipality).history(sheet, key)
    bodies = [body for one in chapters for body in (one.body, one.before) if body is not None]
    reading = Reading(RecordNames(session, municipality), sheet, bodies)
    return [
        Told(
            chapter,
            [
                (
                    sheet.by_name[name].titles[0],
                    reading.told(name, chapter.before),
                    reading.told(name, chapter.body),
                )
                for name in differing(sheet, chapter.body, chapter.before)
            ]
            if chapter.before is not None
            else (),
        )
        for chapter in chapters
    ]


def _opened() -> Opened | None:
    key, version = request.form.get("key", ""), request.form.get("version", "")
    return Opened(key, version) if key else None


def _making(municipality: str) -> Making:
    return Making(the_viewer().actor, now(), today(municipality))
