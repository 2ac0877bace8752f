"""A place as its sheets tell it: the tables that are imported, and what its Moodle will send."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from connector.demo import catalogue
from connector.demo.learning import Learning, Plot, recorded_prologue, year_of
from connector.demo.places import Place
from connector.demo.staff import Person, Staff, staff_of
from connector.demo.tables import Rows

YOUNG_FORMS = ("Школа молодого педагога", "Клуб «Старт»", "Мастерская урока")
_TODAY = date(2026, 11, 22)


@dataclass(frozen=True, slots=True)
class Town:
    place: Place
    staff: Staff
    learning: Learning
    sheets: dict[str, Rows]


def build_town(place: Place, plot: Plot, seed: int, with_recorded: bool = False) -> Town:
    """The same town for the same seed, to the letter."""
    chance = Random(seed)
    staff = staff_of(place, chance, with_recorded)
    learning = year_of(staff, plot, chance)
    if with_recorded:
        prologue = recorded_prologue(staff)
        learning.sittings += prologue.sittings
        learning.routes += prologue.routes
    sheets: dict[str, Rows] = {
        **_organisation(staff),
        **_support(staff, chance),
        **catalogue.sheets(place.source, with_recorded),
        **_routes(staff, learning),
        **_cycle(staff),
    }
    return Town(place, staff, learning, sheets)


def _organisation(staff: Staff) -> dict[str, Rows]:
    place = staff.place
    return {
        "schools": [
            {
                "code": school.code,
                "name": school.name,
                "kind": school.kind,
                "head": staff.leaders[school.code][0].number
                if school.code in staff.leaders
                else None,
                "mentoring_since": school.mentoring_since,
                "internship_since": school.internship_since,
            }
            for school in (*place.schools, place.service)
        ],
        "associations": [
            {
                "code": circle.code,
                "name": circle.name,
                "level": "муниципальное",
                "head": staff.heads[circle.code].number,
            }
            for circle in place.circles
        ],
        "staff": [_person(person) for person in staff.people],
        "assignments": list(_assignments(staff)),
        "teams": [
            {"school": school, "personnel_no": person.number, "from": date(2024, 9, 1)}
            for school, leaders in staff.leaders.items()
            for person in leaders
        ],
        "closed_days": [
            {"from": date(2026, 10, 26), "until": date(2026, 10, 30), "title": "Осенние каникулы"}
        ],
    }


def _person(person: Person) -> dict[str, object]:
    return {
        "personnel_no": person.number,
        "last_name": person.name.last,
        "first_name": person.name.first,
        "middle_name": person.name.middle,
        "email": person.email,
        "role": person.role,
        "position": person.position,
        "school": person.school,
        "subjects": person.subject,
        "associations": person.circle,
        "birth_date": person.birth_date,
        "teaching_since": person.teaching_since,
        "employed_from": person.employed_from,
        "regional_methodist_since": person.regional_since,
        "regional_methodist": person.regional_methodist,
    }


def _assignments(staff: Staff) -> Iterator[dict[str, object]]:
    since = date(2025, 9, 1)
    for school in staff.place.schools:
        number = staff.methodist_of(school.code).number
        yield {"personnel_no": number, "duty": "методист", "of": school.code, "from": since}
    if staff.specialist is not None:
        for methodist in staff.methodists:
            yield {
                "personnel_no": staff.specialist.number,
                "duty": "специалист",
                "of": methodist.number,
                "from": since,
            }


def _support(staff: Staff, chance: Random) -> dict[str, Rows]:
    """Two thirds of the young are helped; one in three of them has a mentor."""
    young = [p for p in staff.teachers if p.is_young(_TODAY)]
    helped = young[: round(len(young) * 0.67)]
    support = [
        {"personnel_no": p.number, "form": chance.choice(YOUNG_FORMS), "from": date(2026, 9, 7)}
        for p in helped
    ]
    mentorships = [
        {"mentor": _mentor(staff, p).number, "mentee": p.number, "from": date(2026, 9, 7)}
        for p in helped[::3]
    ]
    recorded = [p for p in staff.people if p.number == "ST-000001"]
    mentorships += [
        {"mentor": _mentor(staff, p).number, "mentee": p.number, "from": date(2026, 9, 1)}
        for p in recorded
    ]
    return {"support": support, "mentorships": mentorships}


def _mentor(staff: Staff, mentee: Person) -> Person:
    """The most experienced colleague of the same school."""
    colleagues = [p for p in staff.teachers if p.school == mentee.school and p is not mentee]
    return min(colleagues, key=lambda p: (p.circle != mentee.circle, p.teaching_since))


def _routes(staff: Staff, learning: Learning) -> dict[str, Rows]:
    routes: list[dict[str, object]] = []
    steps: list[dict[str, object]] = []
    pauses: list[dict[str, object]] = []
    for route in learning.routes:
        of = {"personnel_no": route.person.number, "number": "1"}
        by = staff.methodist_of(route.person.school).number if route.approved else None
        routes.append(
            {**of, "based_on": route.based_on, "starts_on": route.starts_on, "approved_by": by}
        )
        for order, step in enumerate(route.steps, start=1):
            required = "да" if step.required else "нет"
            steps.append(
                {
                    **of,
                    "order": order,
                    "target": step.target,
                    "due_on": step.due_on,
                    "required": required,
                }
            )
        if route.paused_from is not None:
            pauses.append({**of, "from": route.paused_from, "reason": "длительный отпуск"})
    return {"routes": routes, "steps": steps, "pauses": pauses}


def _cycle(staff: Staff) -> dict[str, Rows]:
    """What the service itself keeps: roadmaps, plans, an analysis and the decisions after it."""
    circles = staff.place.circles
    levels = (("1", "муниципальный"), ("2", "региональный"), ("3", "федеральный"))
    director = staff.leaders[staff.place.schools[0].code][0].number
    return {
        "roadmap": [
            {
                "scope": circle.code,
                "number": number,
                "title": f"Участие в мероприятиях: {level} уровень",
                "level": level,
                "due_on": date(2026, 12, 15),
                "responsible": staff.heads[circle.code].number,
                "started_on": date(2026, 9, 15) if number == "1" else None,
            }
            for circle in circles[:4]
            for number, level in levels
        ],
        "plans": [
            {
                "association": circle.code,
                "academic_year": "2026/2027",
                "published_on": date(2026, 9, 10),
                "link": f"https://{staff.place.domain}/plans/{circle.code.lower()}",
            }
            for circle in circles[:3]
        ],
        "analyses": [
            {
                "number": "А-1",
                "scope": "муниципалитет",
                "made_on": _TODAY,
                "about": "Показатели 2026 года",
            }
        ],
        "decisions": [
            {
                "number": f"Р-{place}",
                "analysis": "А-1",
                "scope": f"объединение:{circle.code}",
                "decided_on": _TODAY,
                "due_on": date(2026, 12, 20),
                "responsible": director,
                "text": "Провести заседание объединения с разбором результатов диагностики и "
                "предложить педагогам маршруты.",
            }
            for place, circle in enumerate(circles[:2], start=1)
        ],
    }
