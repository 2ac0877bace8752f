"""The form of a draft: its steps as rows that can be put in another order, changed, taken out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from connector.domain.catalogue import Catalogue, TargetKind
from connector.services.catalogue.unmapped import Unmapped
from connector.services.imports.plan import Body
from connector.services.routes.contents import texts
from connector.services.routes.desk import Picked, blank_step
from connector.spreadsheets.spelling import sort_key

MOST_STEPS = 60
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Choice:
    """What a step can ask for."""

    value: str
    title: str


def choices(catalogue: Catalogue) -> Sequence[Choice]:
    """Programmes and diagnostics of the catalogue, and a mark by hand."""
    found = [
        Choice(f"{TargetKind.COURSE}:{one.course}", f"{one.title}{_hours(one.hours)}")
        for one in sorted(catalogue.programmes, key=lambda p: (p.title, p.course))
    ]
    found += [
        Choice(f"{TargetKind.QUIZ}:{one.quiz}>=50", f"Тест «{one.title}», не ниже 50 %")
        for one in sorted(catalogue.diagnostics, key=lambda d: (d.title, d.quiz))
    ]
    return [*found, Choice(str(TargetKind.MANUAL), "Документ или отметка методиста")]


def others(courses: Sequence[Unmapped]) -> Sequence[Choice]:
    """Courses and quizzes that people finish in Moodle and the catalogue does not hold."""
    return [
        Choice(f"quiz:{one.called}>=50", f"Тест «{one.title}», не ниже 50 % (не из каталога)")
        if one.kind == TargetKind.QUIZ
        else Choice(f"course:{one.called}", f"{one.title} (не из каталога)")
        for one in courses
        if one.title
    ]


def meant(text: str, known: Sequence[Choice]) -> str:
    """The target of the only choice that a text names, or has some of the title of; else the text
    as it is, which may be a target itself."""
    wanted = sort_key(text)
    exact = [one.value for one in known if sort_key(one.title) == wanted]
    near = [one.value for one in known if wanted in sort_key(one.title)]
    found = exact or near
    return found[0] if len(found) == 1 else text


def rows(steps: Sequence[Body]) -> Sequence[Mapping[str, str]]:
    """The steps of a draft as the rows of its form."""
    return [texts("steps", body) for body in steps]


def picked(text: str) -> Picked | None:
    """The draft that a checkbox or a hidden field names, as it was seen."""
    parts = text.split("|")
    if len(parts) != 3 or not all(parts) or any(len(part) > 100 for part in parts):
        return None
    return Picked((parts[0], parts[1]), parts[2])


def entered(form: MultiDict[str, str], known: Sequence[Choice] = ()) -> Sequence[Mapping[str, str]]:
    """The steps that a form leaves, in the order that it asks for. known: what a new one may be
    named by the title of.

    A step that was moved up stands before whoever has its new number, one moved down behind.
    """
    places = range(min(_number(form.get("rows")), MOST_STEPS))
    kept = [
        (_place(form, n), _direction(form, n), n, _step(form, n))
        for n in places
        if not form.get(f"remove-{n}")
    ]
    steps = [step for *_, step in sorted(kept, key=lambda row: row[:3])]
    added = form.get("add", "").strip()[:LONGEST] or _new(form, known)
    if added:
        new = {"target": added, "due_on": form.get("due-new", ""), "required": "да"}
        steps.append({**blank_step(), **new})
    return steps


def _place(form: MultiDict[str, str], n: int) -> int:
    return _number(form.get(f"order-{n}")) or n + 1


def _direction(form: MultiDict[str, str], n: int) -> int:
    moved = _place(form, n) - (n + 1)
    return (moved > 0) - (moved < 0)


def _new(form: MultiDict[str, str], known: Sequence[Choice]) -> str:
    other = form.get("other-new", "").strip()[:LONGEST]
    return meant(other, known) if other else form.get("target-new", "").strip()[:LONGEST]


def _step(form: MultiDict[str, str], n: int) -> Mapping[str, str]:
    return {
        **blank_step(),
        "target": form.get(f"target-{n}", "")[:LONGEST],
        "competencies": form.get(f"competencies-{n}", "")[:LONGEST],
        "due_on": form.get(f"due-{n}", "")[:40],
        "required": "да" if form.get(f"required-{n}") else "нет",
    }


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else 0


def _hours(hours: int | None) -> str:
    return f", {hours} ч" if hours else ""
