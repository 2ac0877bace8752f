"""The registers and events of both plugins' year tests, as methodists and Moodle have them."""

from datetime import date

from tests.integration.places.places_town import SOURCE, Event, did, sat

SPRING, AUTUMN = date(2026, 3, 12), date(2025, 10, 1)
FIRST = "personnel_no,last_name,first_name,role,school,associations,birth_date,employed_from"

PYSHMA_SHEETS = {
    "schools": "code,name,kind\ns1,Школа 1,school\ns2,Школа 2,school\nk1,Сад,kindergarten\n",
    "associations": "code,name,level,school,parent,head\n"
    "g1,ГМО физики,municipal,,,P3\ng2,ГМО химии,municipal,,,\nc1,Сообщество,community,,,\n"
    "w1,ШМО 1,school,s1,g1,\nw2,ШМО 2,school,s2,c1,\nw3,ШМО 3,school,s2,,\n"
    "w4,ШМО 4,school,k1,g2,\n",
    "staff": f"{FIRST}\n"
    "P1,А,А,teacher,s1,,,2020-01-01\nP2,Б,Б,teacher,s1,,,2020-01-01\n"
    "P3,В,В,teacher,s2,,1996-05-01,2020-01-01\nP4,Г,Г,teacher,s2,,1991-12-31,2020-01-01\n"
    "P5,Д,Д,teacher,k1,,1997-05-01,2020-01-01\nP6,Е,Е,manager,s2,,,2020-01-01\n"
    "P7,Ж,Ж,teacher,s2,,2000-05-01,2020-01-01\n",
    "assignments": "personnel_no,duty,of\nP6,specialist,s1\n",
    "mentorships": "mentor,mentee,from\nP2,P3,2026-09-01\n",
    "support": "personnel_no,form,from,until\nP7,клуб,2026-02-01,2026-05-31\n",
    "competencies": "code,title,area\nA,Планирование,methodical\nB,Оценивание,methodical\n",
    "diagnostics": f"source,quiz,title,policy\n{SOURCE},pd,Диагностика,last\n",
    "questions": f"source,quiz,slot,competency\n{SOURCE},pd,1,A\n{SOURCE},pd,2,B\n",
    "programmes": "source,course,title,register_no,audience,competencies\n"
    f"{SOURCE},pa,Планирование урока,101,staff,A\n",
    "routes": "personnel_no,number,based_on,starts_on,approved_by\n"
    "P1,1,,2026-04-01,P6\nP4,1,,2026-02-20,P6\n",
    "steps": "personnel_no,number,order,target,required\nP1,1,1,course:pa,да\n"
    "P4,1,1,course:pa,да\n",
    "meetings": "association,held_on,topic,agenda\ng1,2026-10-20,Планы,planning;other\n"
    "w2,2026-12-15,Итоги,analysis\nw3,2026-12-15,Итоги,analysis\ng2,2026-09-30,Итоги,analysis\n",
    "analyses": "number,scope,made_on,about\n1,school:s1,2026-06-10,Итоги\n"
    "2,association:g1,2026-06-11,Итоги\n3,school:k1,2026-12-01,Итоги\n"
    "4,municipality,2025-12-20,Итоги\n",
    "decisions": "number,analysis,scope,decided_on\n1,1,school:s1,2026-07-10\n"
    "2,2,municipality,2026-07-12\n4,4,municipality,2026-01-10\n",
}
"""With a snapshot on 1 June, as in test_verkhnyaya_pyshma_year."""


def pyshma_events() -> list[Event]:
    return [
        sat("P1", "pd", SPRING, 30, 40),
        sat("P2", "pd", SPRING, 30, 90),
        sat("P3", "pd", SPRING, 30, 90),
        did("P3", "pa", date(2026, 5, 10)),
        sat("P5", "pd", SPRING, 90, 90),
        sat("P6", "pd", SPRING, 90, 90),
    ]


KHANKA_SHEETS = {
    "schools": "code,name,low_results,biased_results\nlow,Школа 1,да,нет\n"
    "biased,Школа 2,нет,да\ns3,Школа 3,нет,нет\n",
    "associations": "code,name,level,head\na1,ММО 1,municipal,\na2,ММО 2,municipal,H4\n"
    "h1,ШМО,school,\n",
    "staff": "personnel_no,last_name,first_name,role,school,subjects,associations,employed_from,"
    "employed_until\n"
    "H1,А,А,teacher,low,,a1,2020-01-01,\nH2,Б,Б,teacher,low,химия,a1,2020-01-01,\n"
    "H3,В,В,teacher,biased,,a2,2020-01-01,\nH4,Г,Г,teacher,s3,математика,a2,2020-01-01,\n"
    "H5,Д,Д,manager,biased,,,2020-01-01,\nH6,Е,Е,manager,s3,,,2020-01-01,\n"
    "H7,Ж,Ж,teacher,s3,,a2,2020-01-01,2026-06-30\nH8,З,З,teacher,s3,,h1,2020-01-01,\n",
    "assignments": "personnel_no,duty,of\nH5,methodist,biased\nH6,specialist,H5\n",
    "competencies": "code,title,area\nP,Планирование урока,methodical\n"
    "D,Математика: дроби,subject\nM,Управление качеством,managerial\n",
    "diagnostics": "source,quiz,title,policy\n"
    + "".join(f"{SOURCE},{quiz},{quiz},last\n" for quiz in ("hl", "hf", "hm")),
    "questions": f"source,quiz,slot,competency\n{SOURCE},hl,1,P\n{SOURCE},hf,1,D\n"
    f"{SOURCE},hm,1,M\n",
    "programmes": "source,course,title,register_no,audience,competencies\n"
    f"{SOURCE},hp,Планирование урока,101,staff,P\n",
    "routes": "personnel_no,number,based_on,starts_on,approved_by\n"
    "H1,1,,2026-04-01,H5\nH3,1,,2026-05-01,H5\n",
    "steps": "personnel_no,number,order,target,required\nH1,1,1,course:hp,да\n"
    "H3,1,1,course:hp,да\n",
}
"""As in test_khankaysky_year."""


def khanka_events() -> list[Event]:
    return [
        sat("H1", "hl", SPRING, 40),
        did("H1", "hp", date(2026, 5, 10)),
        sat("H1", "hl", date(2026, 5, 20), 70, serial=2),
        sat("H2", "hl", AUTUMN, 30),
        sat("H2", "hf", AUTUMN, 90),
        sat("H3", "hl", AUTUMN, 30),
        did("H3", "hp", date(2026, 2, 1)),
        sat("H3", "hl", date(2026, 3, 1), 30, serial=2),
        sat("H4", "hf", date(2026, 9, 1), 90),
        sat("H4", "hl", date(2026, 9, 5), 90),
        sat("H5", "hm", SPRING, 60),
        sat("H6", "hl", SPRING, 90),
        sat("H7", "hl", AUTUMN, 30),
        sat("H8", "hl", date(2025, 2, 1), 30),
        did("H8", "hp", date(2025, 12, 31)),
        sat("H8", "hl", SPRING, 90, serial=2),
    ]
