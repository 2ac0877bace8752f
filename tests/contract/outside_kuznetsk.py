"""Кузнецк by hand: nine teachers and a manager at the end of October 2026, few and cunning."""

from tests.contract.outside_events import Event, Site
from tests.contract.outside_sheets import Sheets

SHEETS: Sheets = {
    "Школы": """
Код | Название | Вид
Z1 | Школа 1 | школа
""",
    "Объединения": """
Код | Название | Уровень | Школа | Вышестоящее объединение | Руководитель
G1 | ГМО учителей истории | муниципальное | | | Z-07
G2 | ГМО учителей химии | муниципальное | | | Z-03
G3 | ШМО школы 1 | школьное | Z1 | G1 | Z-01
""",
    "Сотрудники": """
Табельный номер | Фамилия | Имя | role | Школа | associations |\
 birth_date | teaching_since | employed_from | employed_until |\
 regional_methodist_since | regional_methodist
Z-01 | Орлов | Пётр | teacher | Z1 | G1 | | | 01.09.2020 | | | Z-05
Z-02 | Орлов | Пётр | teacher | Z1 | G1;G2 | | | 01.09.2020 | | | Z-05
Z-03 | Орлов | Пётр | teacher | Z1 | G2 | | | 01.09.2020 | | | Z-05
Z-04 | Орлов | Пётр | teacher | Z1 | G2 | | | 01.09.2020 | | | Z-06
Z-05 | Орлов | Пётр | teacher | Z1 | | | | 01.09.2020 | | 2026-05-01 |
Z-06 | Орлов | Пётр | teacher | Z1 | G1 | | | 01.09.2020 | | 2026-11-01 |
Z-07 | Орлов | Пётр | manager | Z1 | G1 | | | 01.09.2020 | | | Z-05
Z-08 | Орлов | Пётр | teacher | Z1 | | 2000-01-01 | 2023-11-01 | 01.09.2020 | | |
Z-09 | Орлов | Пётр | teacher | Z1 | | 2000-01-01 | 2025-09-01 | 01.09.2020 | | |
Z-10 | Орлов | Пётр | teacher | Z1 | | 1991-11-01 | 2024-09-01 | 01.09.2020 | | |
Z-11 | Орлов | Пётр | teacher | Z1 | G2 | | | 01.09.2020 | 30.06.2026 | |
""",
    "support": """
personnel_no | form | from | until
Z-09 | club | 2025-10-01 | 2025-12-31
Z-10 | club | 2026-10-31 | 2026-10-31
""",
    "mentorships": """
mentor | mentee | from | until
Z-01 | Z-08 | 2025-01-01 | 2026-01-01
""",
    "programmes": """
source|course|title|register_no|register_from|register_until|audience|competencies|final
town | ZP | Дроби | 111 | 2025-01-01 | | staff | C1 |
""",
    "diagnostics": """
source | quiz | title | policy
town | ZD | Диагностика | last
""",
    "questions": """
source | quiz | slot | competency
town | ZD | 1 | C1
""",
    "routes": """
personnel_no | number | based_on | starts_on | approved_by | approved_on
Z-02 | 1 | | 2026-02-01 | Z-07 |
Z-03 | 1 | | 2026-02-01 | Z-07 |
Z-04 | 1 | ZD | 2026-02-01 | |
""",
    "steps": """
personnel_no | number | order | target | required
Z-02 | 1 | 1 | manual | yes
Z-03 | 1 | 1 | course:ZP | yes
""",
    "roadmap": """
scope | number | title | level | term | occurrence | due_on | started_on | done_on
G1 | 1 | Семинар | municipal | в течение года | 2026 | 2026-12-20 | 2026-03-02 |
G1 | 2 | Форум | regional | ноябрь | 2026 | 2026-11-30 | |
G1 | 3 | Олимпиада | federal | ноябрь | 2026 | 2026-11-30 | |
G2 | 1 | Семинар | municipal | в течение года | 2026 | 2026-12-20 | 2026-02-01 | 2026-02-02
G2 | 2 | Форум | regional | ноябрь | 2026 | 2026-11-30 | 2026-02-01 | 2026-02-02
""",
    "plans": """
association | academic_year | published_on | link
G1 | 2026/2027 | 2026-09-10 | https://kuznetsk.example/g1
G2 | 2026/2027 | 2026-09-10 |
""",
}
"""Russian and English headings side by side, as a file grows in real life."""


def events() -> list[Event]:
    """Events of the same site as Королёв's."""
    site = Site()
    # Any level counts in Кузнецк: 10 % is far below base.
    site.attempt("Z-01", "ZD", "2026-03-10T09:00:00Z", (1, 10))
    site.complete("Z-01", "ZP", "2026-04-01T12:00:00Z")
    site.complete("Z-03", "ZP", "2026-05-01T12:00:00Z")
    return site.events
