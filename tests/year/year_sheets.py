"""The municipality of the year as the sheets of contract 3."""

from collections.abc import Iterable
from datetime import date

from tests.year.year_town import COURSES, HOLIDAYS, SPECIALIST, YearTown

SOURCE = "moodle"


def sheets(town: YearTown) -> dict[str, str]:
    """Everything as it stands on the first day."""
    schools = [(code, f"Школа {code[1:]}", "school") for code in town.schools]
    return {
        "schools": _sheet("code,name,kind", schools),
        "associations": association_sheet(town, town.heads),
        "staff": staff_sheet(town),
        "assignments": duty_sheet(town),
        "mentorships": _sheet("mentor,mentee,from,until", town.mentorships),
        "support": _sheet(
            "personnel_no,form,from,until",
            ((number, "Клуб", first, until) for number, first, until in town.supports),
        ),
        "closed_days": _sheet(
            "from,until,title", ((first, last, "Каникулы") for first, last in HOLIDAYS)
        ),
        "competencies": "code,title,area\nC1,Алгебра,subject\nC2,Геометрия,subject\n",
        "diagnostics": f"source,quiz,title,policy\n{SOURCE},DIAG,Диагностика,last\n",
        "questions": f"source,quiz,slot,competency\n{SOURCE},DIAG,1,C1\n{SOURCE},DIAG,2,C2\n",
        "programmes": _sheet(
            "source,course,title,hours,audience,competencies",
            (
                (SOURCE, code, f"Курс {code}", 36, "staff", ";".join(covered))
                for code, covered in COURSES.items()
            ),
        ),
        "routes": _sheet(
            "personnel_no,number,starts_on,approved_by,approved_on,cancelled_on,cancel_reason",
            (
                (
                    r.person,
                    r.number,
                    r.starts,
                    SPECIALIST if r.approved else None,
                    r.approved,
                    r.cancelled,
                    "Уволился" if r.cancelled else None,
                )
                for r in town.routes
            ),
        ),
        "steps": _sheet(
            "personnel_no,number,order,target,due_on,required",
            (
                (r.person, r.number, s.order, s.target, s.due, "да" if s.required else "нет")
                for r in town.routes
                for s in r.steps
            ),
        ),
        "pauses": _sheet(
            "personnel_no,number,from,until,reason",
            (
                (r.person, r.number, first, until, "Больничный")
                for r in town.routes
                for first, until in r.pauses
            ),
        ),
    }


def association_sheet(town: YearTown, heads: dict[str, str]) -> str:
    codes = sorted({code for t in town.teachers.values() for code in t.associations})
    rows = [(code, f"ГМО {code[1:]}", "municipal", heads.get(code)) for code in codes]
    return _sheet("code,name,level,head", rows)


def staff_sheet(town: YearTown) -> str:
    header = (
        "personnel_no,last_name,first_name,email,role,school,associations,birth_date,"
        "teaching_since,employed_from,employed_until"
    )
    rows: list[tuple[object, ...]] = [
        (
            t.number,
            f"Фамилия{t.number}",
            "Имя",
            town.mail[t.number],
            "teacher",
            t.school,
            ";".join(t.associations),
            t.born,
            t.teaching_since,
            t.since,
            t.until,
        )
        for t in town.teachers.values()
        if t.number not in town.unlisted
    ]
    rows += [
        (n, f"Методист{n}", "Имя", town.mail[n], "manager", "S1", "", *_MANAGER)
        for n in town.managers
    ]
    return _sheet(header, rows)


_MANAGER = (date(1975, 5, 5), date(1999, 9, 1), date(2020, 1, 1), None)


def duty_sheet(town: YearTown) -> str:
    return _sheet("personnel_no,duty,of,from,until", _duties(town))


def _duties(town: YearTown) -> Iterable[tuple[object, ...]]:
    ever = date(2020, 1, 1)
    for school, number in town.methodists.items():
        yield number, "methodist", school, ever, None
    for number in sorted(set(town.methodists.values())):
        yield SPECIALIST, "specialist", number, ever, None
    for deputy, of, first, until in town.deputies:
        yield deputy, "deputy", of, first, until


def _sheet(header: str, rows: Iterable[Iterable[object]]) -> str:
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    return "\n".join([header, *lines, ""])
