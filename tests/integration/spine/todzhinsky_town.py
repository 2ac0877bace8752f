"""Тоджинский кожуун as sheets and events: what its plugin's year test says, told to a connector.

The figures of plugins/todzhinsky/tests/test_todzhinsky_year.py, with a specialist (T9) who has a
complete record, and one more День методической службы, of the fourth quarter of 2026.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.integration.spine.native_stream import Event, event, graded
from tests.integration.spine.spine_town import NOW, SOURCE, Spine, spine

TODZHINSKY = "todzhinsky"

CATALOGUE = {
    "competencies": "code,title\nA,Алгебра\nB,Геометрия\n",
    "diagnostics": f"source,quiz,title\n{SOURCE},DIAG,Диагностика\n",
    "questions": f"source,quiz,slot,competency\n{SOURCE},DIAG,1,A\n{SOURCE},DIAG,2,B\n",
    "programmes": "source,course,title,register_no,audience,competencies\n"
    f"{SOURCE},KPK,Курс А,101,staff,A\n"
    f"{SOURCE},KPB,Курс Б,102,staff,B\n"
    f"{SOURCE},FREE,Без реестра,,staff,A\n"
    f"{SOURCE},TEAM,Командам,103,teams,A\n",
}
PLACES = {
    "schools": "code,name,kind,rural,head\n"
    "S1,Школа 1,school,да,T5\nS2,Школа 2,school,нет,T6\nK1,Сад,kindergarten,да,\n",
    "associations": "code,name\nA1,РМО учителей физики\nA2,РМО учителей истории\n",
}
_STAFF = (
    "personnel_no,last_name,first_name,email,role,position,school,subjects,associations,"
    "birth_date,teaching_since,attestation_on,employed_from,employed_until\n"
)
PEOPLE = {
    "staff": _STAFF
    + "".join(
        f"{number},Фамилия{number},Имя,{email},{role},{position},{school},{subjects},{where},"
        f"1985-05-01,2010-09-01,{attestation},2020-01-01,{until}\n"
        for number, email, role, position, school, subjects, where, attestation, until in (
            ("T1", "t1@x.ru", "teacher", "учитель", "S1", "физика;химия", "A1", "2026-10-15", ""),
            ("T2", "t2@x.ru", "teacher", "учитель", "S1", "биология;география", "A1", "", ""),
            ("T3", "", "teacher", "учитель", "S1", "история;право", "A2", "", ""),
            ("T4", "t4@x.ru", "teacher", "воспитатель", "K1", "", "", "2026-11-01", ""),
            ("T5", "t5@x.ru", "manager", "директор", "S1", "", "", "2026-06-30", ""),
            ("T6", "t6@x.ru", "manager", "директор", "S2", "", "", "2026-06-30", ""),
            ("T7", "t7@x.ru", "teacher", "учитель", "S2", "физика", "", "", "2026-06-30"),
            ("T8", "t8@x.ru", "manager", "", "", "", "", "", ""),
            ("T9", "t9@x.ru", "manager", "специалист", "S2", "", "", "", ""),
        )
    ),
    "assignments": "personnel_no,duty,of,from\nT8,methodist,S1,2020-01-01\n"
    "T9,specialist,S1,2020-01-01\n",
    "support": "personnel_no,form,from,until\nT2,Консультация по ФГОС,2026-03-03,2026-03-03\n",
    "mentorships": "mentor,mentee,from\nT1,T4,2026-09-01\n",
    "routes": "personnel_no,number,starts_on,approved_by\nT1,1,2026-02-20,T8\nT3,1,2026-02-20,\n",
    "steps": "personnel_no,number,order,target\nT1,1,1,course:KPK\nT3,1,1,course:KPK\n",
    "evidence": "id,personnel_no,kind,target,happened_at\n"
    "e1,T2,programme,KPB,2026-06-01\ne2,T7,programme,FREE,2026-05-01\n"
    "e3,T8,programme,TEAM,2026-05-05\n",
    "assessments": "personnel_no,criterion,assessed_on,recommendation\n"
    "T5,Базовая подготовка,2026-04-02,\n"
    "T5,По объективности результатов внешней оценки,2026-04-02,\n"
    "T5,3,2026-04-02,\n"
    "T5,кадровый резерв,2026-04-02,Назначить заместителя\n"
    "T5,Квалификация в области управления,2026-04-02,\n"
    "T6,2,2026-04-02,\nT6,3,2026-04-02,\nT6,4,2026-04-02,Назначить заместителя\n"
    "T6,5,2026-04-02,\n",
}
RECORDS = {
    "roadmap": "number,occurrence,due_on,done_on,proof\n"
    "2,,2022-04-25,2022-04-20,письмо администрации\n4,,2022-04-25,2022-04-25,\n"
    "7,,2022-08-31,2023-01-20,\n8,2022-Q1,2022-03-31,2022-03-10,\n"
    "8,2022-Q2,2022-06-30,2022-06-10,\n8,2022-Q3,2022-09-30,2022-09-10,\n"
    "8,2026-Q4,2026-12-31,,\n",
    "documents": "code,title,present_since,link\n"
    "1.1,Программы,2026-01-12,https://x.ru/1\n2.1,План,2026-01-12,\n6.1,Сайт,2026-01-12,\n"
    "3.1,Мониторинги,2026-10-01,\n7.1,Сверх перечня,2026-01-12,\n",
    "practices": "title,author,school,published_on,link\n"
    "Уроки,T1,S1,2025-05-01,https://x.ru/p1\nКружок,T3,S1,2026-09-01,https://x.ru/p2\n"
    "Музей,T3,S1,2026-09-01,\nТеатр,T4,K1,,\n",
    "contests": "personnel_no,title,level,held_on,result\n"
    "T4,Учитель года,муниципальный,2026-02-20,лауреат\nT7,Лучший урок,региональный,2026-03-12,\n"
    "T7,Лучший урок,региональный,2025-03-12,победитель\n",
}


def of(number: str, told: Event) -> Event:
    """An event about somebody of this town."""
    user = {"id": f"2{number[1:]}", "idnumber": number, "email": None}
    return {**told, "user": user}


def low(number: str, first: float) -> Event:
    """A diagnostic of 10 February: so much of A, enough of B."""
    told = of(number, graded("K1", 1, datetime(2026, 2, 10, 5, 0), first, 0.8))
    told["attempt"] = {**told["attempt"], "id": f"2{number[1:]}1"}
    return told


def completed(number: str, on: datetime, kind: str = "completed", **members: Any) -> Event:
    """The course KPK; also its retraction."""
    stamp = f"{on:%Y-%m-%dT%H:%M:%SZ}"
    return of(number, event(f"course.{kind}", "K1", on, completed_at=stamp, **members))


EVENTS = [
    low("T1", 0.3),
    low("T2", 0.4),
    low("T3", 0.45),
    low("T7", 0.2),
    completed("T1", datetime(2026, 4, 10, 5, 0)),
    completed("T5", datetime(2026, 5, 5, 5, 0)),
]


@contextmanager
def todzhinsky_spine(folder: Path, url: str | None = None) -> Iterator[Spine]:
    with spine(folder, url, NOW, (TODZHINSKY,)) as town:
        yield town
