"""Королёв by hand: its sheets. Who does what and why it counts stands in outside_korolev_year.

K-01…K-06 school S1, K-07…K-13 S2, K-14…K-19 S4, K-20…K-30 kindergarten S3 (the young), K-31…K-49
S5 (programmes), K-51…K-70 S6 (routes). No K-29, K-50, K-64.
"""

from tests.contract.outside_sheets import Sheets

_BOUNDS = (("S1", 1, 6), ("S2", 7, 13), ("S4", 14, 19), ("S3", 20, 30), ("S5", 31, 49))
_MISSING = {29, 50, 64}
_MANAGERS = {14, 28, 45}
_CIRCLES = {
    **dict.fromkeys((1, 2, 3, 4, 5, 6), "A1"),
    **dict.fromkeys((31, 32, 33, 34), "A2"),
    # In two associations: counted in both, and once in the whole.
    1: "A1;A2",
    4: "A1;A2",
}
_BIRTH = {
    21: "1991-10-31",
    22: "1991-11-01",
    23: "1995-05-05",
    24: "2000-01-01",
    25: "2000-01-02",
    27: "01.03.2000",
    28: "2000-01-04",
    30: "2000-01-05",
}
_TEACHING = {
    22: "2023-10-31",
    23: "2023-10-31",
    24: "2025-09-01",
    25: "2025-09-01",
    26: "2025-09-01",
    30: "2025-09-01",
}
_FROM = {16: "2026-10-31", 17: "2026-11-01"}
_UNTIL = {15: "2026-10-30"}


def name(number: int) -> str:
    return f"K-{number:02}"


def _school(number: int) -> str:
    return next((code for code, low, high in _BOUNDS if low <= number <= high), "S6")


def _staff() -> str:
    lines = [
        "personnel_no | last_name | first_name | email | role | school | associations |"
        " birth_date | teaching_since | employed_from | employed_until"
    ]
    for n in range(1, 71):
        if n in _MISSING:
            continue
        cells = (
            name(n),
            "Иванова",
            "Мария",
            f"{name(n).lower()}@town.example",
            "manager" if n in _MANAGERS else "teacher",
            _school(n),
            _CIRCLES.get(n, ""),
            _BIRTH.get(n, ""),
            _TEACHING.get(n, ""),
            _FROM.get(n, "2020-01-01"),
            _UNTIL.get(n, ""),
        )
        lines.append(" | ".join(cells))
    return "\n".join(lines)


SCHOOLS = """
code | name | kind | mentoring_since | internship_since
S1 | Гимназия 1 | school | 2026-03-01 | 31.10.2026
S2 | Школа 2 | school | 2026-11-01 |
S3 | Детский сад 3 | kindergarten | 2020-01-01 | 2020-01-01
S4 | Школа 4 | school | |
S5 | Центр 5 | other | 2020-01-01 |
S6 | Дом творчества 6 | additional | |
"""
ASSOCIATIONS = """
code | name | level | head
A1 | ММО учителей математики | municipal | K-14
A2 | ММО учителей физики | municipal | K-31
"""
SUPPORT = """
personnel_no | form | from | until
K-22 | club | 2026-10-31 | 2026-12-31
K-23 | workshop | 2026-10-30 | 2026-12-01
K-25 | club | 2025-10-01 | 2025-12-31
K-26 | club | 2026-01-01 |
K-27 | club | 2026-01-01 |
K-30 | club | 2026-11-01 |
"""
MENTORSHIPS = """
mentor | mentee | from | until
K-20 | K-24 | 2026-02-01 | 2026-03-01
"""
TEAMS = """
school | personnel_no | from | until
S1 | K-01 | 2024-01-01 |
S1 | K-02 | 2024-01-01 |
S1 | K-03 | 2024-01-01 |
S2 | K-07 | 2024-01-01 |
S2 | K-08 | 2024-01-01 |
S3 | K-20 | 2024-01-01 |
S4 | K-15 | 2024-01-01 |
S5 | K-31 | 2024-01-01 |
S5 | K-32 | 2024-01-01 |
S6 | K-51 | 2024-01-01 |
S6 | K-52 | 2024-01-01 | 2026-06-30
"""
PROGRAMMES = """
source|course|title|register_no|register_from|register_until|audience|competencies|final
town | PR-1 | Дроби | 111 | 2025-01-01 | 2027-12-31 | staff | C1 |
town | PR-2 | Июньская | 112 | 2026-06-01 | 2026-06-30 | staff | C1 |
town | PR-3 | С тестом | 113 | 2025-01-01 | 2027-12-31 | staff | C1 | quiz:F-3>=60
town | PR-4 | Вне реестра | | | | staff | C1 |
town | PR-5 | Другое | 115 | 2025-01-01 | 2027-12-31 | staff | C2 |
town | PR-6 | С заданием | 116 | 2025-01-01 | 2027-12-31 | staff | C1 | activity:A-6
town | PR-T | Команды | 117 | 2025-01-01 | 2027-12-31 | teams | C1 |
"""
DIAGNOSTICS = """
source | quiz | title | policy
town | D-LAST | Последняя | last
town | D-BEST | Лучшая | best
town | D-FIRST | Первая | first
"""
QUESTIONS = """
source | quiz | slot | competency | category
town | D-LAST | 1 | C1 |
town | D-LAST | 2 | C2 |
town | D-BEST | 1 | C1 |
town | D-FIRST | | C3 | Алгебра
"""
ROUTES = """
personnel_no|number|based_on|starts_on|approved_by|approved_on|cancelled_on|cancel_reason
K-51 | 1 | D-LAST | 2026-02-01 | K-14 | | |
K-52 | 1 | D-LAST | 2026-03-01 | | | |
K-53 | 1 | D-LAST | 2026-03-01 | K-14 | 2026-11-05 | |
K-54 | 1 | D-LAST | 2026-02-01 | K-14 | | |
K-55 | 1 | D-LAST | 2025-03-01 | K-14 | | |
K-56 | 1 | D-LAST | 2025-03-01 | K-14 | | |
K-57 | 1 | D-LAST | 2026-03-01 | K-14 | | 2026-05-01 | Переход
K-58 | 1 | D-LAST | 2025-03-01 | K-14 | | 2025-12-31 | Переход
K-59 | 1 | D-LAST | 2026-11-01 | K-14 | 2026-10-01 | |
K-60 | 1 | D-LAST | 2026-03-01 | K-14 | | |
K-61 | 1 | D-LAST | 2026-04-02 | K-14 | | |
K-62 | 1 | D-LAST | 2026-03-01 | K-14 | | |
K-63 | 1 | D-LAST | 2026-03-01 | K-14 | | |
K-65 | 1 | D-LAST | 2026-03-01 | K-14 | | |
K-66 | 1 | D-LAST | 2026-03-01 | K-14 | | |
K-67 | 1 | D-LAST | 2026-03-01 | K-14 | | |
K-68 | 1 | | 2026-03-01 | K-14 | | |
K-69 | 1 | D-LAST | 2026-03-01 | K-14 | | |
K-70 | 1 | D-LAST | 2026-03-01 | K-14 | | |
"""
STEPS = """
personnel_no | number | order | target | required | due_on
K-51 | 1 | 1 | course:PR-1 | yes |
K-55 | 1 | 1 | course:PR-1 | yes |
K-56 | 1 | 1 | course:PR-1 | yes |
K-57 | 1 | 1 | course:PR-1 | yes |
K-58 | 1 | 1 | course:PR-1 | yes |
K-60 | 1 | 1 | quiz:F-3>=60 | yes |
K-61 | 1 | 1 | quiz:F-3>=60 | yes |
K-62 | 1 | 1 | course:PR-5 | yes |
K-62 | 1 | 2 | manual | yes |
K-62 | 1 | 3 | activity:A-9 | no |
K-63 | 1 | 1 | activity:A-9 | no |
K-65 | 1 | 1 | course:PR-1 | yes |
K-66 | 1 | 1 | course:PR-1 | yes |
K-67 | 1 | 1 | quiz:F-3>=60 | yes |
K-70 | 1 | 1 | course:PR-1 | yes |
"""
EVIDENCE = """
id | personnel_no | kind | target | happened_at | document
H-1 | K-62 | step | 1/2 | 2026-06-01 | Протокол 7
H-2 | K-40 | programme | PR-1 | 2026-06-01 | Удостоверение 5
"""
PAUSES = """
personnel_no | number | from | until | reason
K-65 | 1 | 2026-10-01 | | Отпуск
"""

SHEETS: Sheets = {
    "schools": SCHOOLS,
    "associations": ASSOCIATIONS,
    "staff": _staff(),
    "support": SUPPORT,
    "mentorships": MENTORSHIPS,
    "teams": TEAMS,
    "programmes": PROGRAMMES,
    "diagnostics": DIAGNOSTICS,
    "questions": QUESTIONS,
    "routes": ROUTES,
    "steps": STEPS,
    "evidence": EVIDENCE,
    "pauses": PAUSES,
}
