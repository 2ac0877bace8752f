"""Whatever happens to people, records and clocks: what deltas keep up is what a recount finds.

Schools and associations are judged by their people, so each change of a person is theirs too. The
figures are compared at once after every step, while subjects still wait, and when all is judged.
"""

import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.integration.places.places_town import (
    KHANKA,
    PYSHMA,
    SOURCE,
    SUMMER,
    TOWNS,
    Event,
    bring,
    did,
    differences,
    places_town,
    proven,
    sat,
    snap,
    tell,
    today_in,
)
from tests.integration.spine.spine_town import Spine
from tests.services.copies import Copies

PREFIXES = {PYSHMA: "P", KHANKA: "H"}
PEOPLE = 5
SCHOOLS = ("s1", "s2")
ASSOCIATIONS = ("g1", "g2", "w1")
TURN = (1, 1, 20, 60, 215)
"""Days by which the clock moves on; the last one is long enough for a year to turn."""


@dataclass
class Person:
    number: str
    role: str = "teacher"
    school: str = "s1"
    associations: str = "g1"
    subjects: str = ""
    until: str = ""

    @property
    def row(self) -> str:
        return (
            f"{self.number},А,Б,{self.role},{self.school},{self.associations},{self.subjects},"
            f"1995-05-01,2020-01-01,{self.until}"
        )


@dataclass
class Life:
    """One municipality as it is lived: what a step changes, and how it is told."""

    municipality: str
    chance: random.Random
    people: list[Person]
    attempts: int = 0
    numbered: int = 0
    parents: dict[str, str] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        return PREFIXES[self.municipality]

    def number(self) -> int:
        self.numbered += 1
        return self.numbered

    def day(self, town: Spine) -> date:
        """Up to a year ago, or soon: a fact that is still to come turns into one by itself."""
        return today_in(town, self.municipality) + timedelta(days=self.chance.randint(-300, 30))


def lives(seed: int) -> dict[str, Life]:
    return {
        municipality: Life(
            municipality,
            random.Random(f"{seed}{prefix}"),
            [Person(f"{prefix}{n}", school=SCHOOLS[n % 2]) for n in range(1, PEOPLE + 1)],
        )
        for municipality, prefix in PREFIXES.items()
    }


def founded(life: Life) -> dict[str, str]:
    p = life.prefix.lower()
    return {
        "schools": "code,name,kind,low_results\ns1,Школа 1,school,да\ns2,Школа 2,school,нет\n",
        "competencies": "code,title,area\nA,А,methodical\nB,Б,managerial\n",
        "diagnostics": f"source,quiz,title,policy\n{SOURCE},{p}d,Диагностика,last\n",
        "questions": f"source,quiz,slot,competency\n{SOURCE},{p}d,1,A\n{SOURCE},{p}d,2,B\n",
        "programmes": "source,course,title,register_no,audience,competencies\n"
        f"{SOURCE},{p}a,А,101,staff,A\n{SOURCE},{p}b,Б,102,staff,B\n",
        **associations(life),
        **staff(life),
    }


def staff(life: Life) -> dict[str, str]:
    head = (
        "personnel_no,last_name,first_name,role,school,associations,subjects,birth_date,"
        "employed_from,employed_until"
    )
    return {"staff": "\n".join([head, *(person.row for person in life.people)]) + "\n"}


def associations(life: Life) -> dict[str, str]:
    level = {"g1": "municipal", "g2": "municipal", "w1": "school"}
    rows = [f"{code},{code},{level[code]},{life.parents.get(code, '')}" for code in ASSOCIATIONS]
    return {"associations": "\n".join(["code,name,level,parent", *rows]) + "\n"}


def moves(life: Life, town: Spine) -> None:
    """Somebody changes school or association, role or subject, or goes; from a day of the past."""
    person = life.chance.choice(life.people)
    match life.chance.randrange(5):
        case 0:
            person.school = life.chance.choice(SCHOOLS)
        case 1:
            person.associations = life.chance.choice(("", "g1", "g2", "w1", "g1;w1"))
        case 2:
            person.role = life.chance.choice(("teacher", "manager"))
        case 3:
            person.until = life.chance.choice(("", life.day(town).isoformat()))
        case _:
            person.subjects = life.chance.choice(("", "химия"))
    today = today_in(town, life.municipality)
    effective = today - timedelta(days=life.chance.choice((0, 0, 40, 400)))
    bring(town, life.municipality, staff(life), effective)


def routed(life: Life, town: Spine) -> None:
    person, number = life.chance.choice(life.people).number, life.chance.randint(1, 2)
    approved = life.chance.choice(("", f"{life.prefix}1"))
    cancelled = life.chance.choice(("", "", life.day(town).isoformat()))
    starts = min(life.day(town).isoformat(), cancelled) if cancelled else life.day(town).isoformat()
    course = life.prefix.lower() + life.chance.choice("ab")
    bring(
        town,
        life.municipality,
        {
            "routes": "personnel_no,number,starts_on,approved_by,cancelled_on\n"
            f"{person},{number},{starts},{approved},{cancelled}\n",
            "steps": "personnel_no,number,order,target,required\n"
            f"{person},{number},1,course:{course},{life.chance.choice(('да', 'нет'))}\n",
        },
    )


def certified(life: Life, town: Spine) -> None:
    person, course = life.chance.choice(life.people).number, life.prefix.lower() + "a"
    row = f"c{life.number()},{person},programme,{course},{life.day(town)}\n"
    sheet = "id,personnel_no,kind,target,happened_at\n" + row
    bring(town, life.municipality, {"evidence": sheet})


def met(life: Life, town: Spine) -> None:
    agenda = life.chance.choice(("analysis", "planning;other", "other"))
    row = f"{life.chance.choice(ASSOCIATIONS)},{life.day(town)},{agenda}\n"
    bring(town, life.municipality, {"meetings": "association,held_on,agenda\n" + row})


def tied(life: Life, town: Spine) -> None:
    life.parents["w1"] = life.chance.choice(("", "g1", "g2"))
    bring(town, life.municipality, associations(life))


def marked(life: Life, town: Spine) -> None:
    flags = [life.chance.choice(("да", "нет")) for _ in range(2)]
    kind = life.chance.choice(("school", "kindergarten"))
    rows = f"s1,Школа 1,school,{flags[0]}\ns2,Школа 2,{kind},{flags[1]}\n"
    bring(town, life.municipality, {"schools": "code,name,kind,low_results\n" + rows})


def analysed(life: Life, town: Spine) -> None:
    scope = life.chance.choice(("school:s1", "school:s2", "association:g1", "municipality"))
    number, made_on = life.chance.randint(1, 3), life.day(town)
    decided = made_on + timedelta(days=life.chance.randint(0, 40))
    sheets = {"analyses": f"number,scope,made_on\n{number},{scope},{made_on}\n"}
    if life.chance.random() < 0.7:
        row = f"{life.number()},{number},{scope},{decided}\n"
        sheets["decisions"] = "number,analysis,scope,decided_on\n" + row
    bring(town, life.municipality, sheets)


def snapped(life: Life, town: Spine) -> None:
    snap(town, life.municipality)


STEPS: tuple[Callable[[Life, Spine], None], ...] = (
    moves, moves, routed, certified, met, tied, marked, analysed, snapped,
)  # fmt: skip


def learnt(life: Life, town: Spine) -> list[Event]:
    """Attempts and completions, some of them still to come."""
    told: list[Event] = []
    for _ in range(life.chance.randint(1, 4)):
        person, day = life.chance.choice(life.people).number, life.day(town)
        p = life.prefix.lower()
        if life.chance.random() < 0.3:
            told.append(did(person, p + life.chance.choice("ab"), day))
        else:
            life.attempts += 1
            a, b = (life.chance.choice((10, 40, 60, 90)) for _ in range(2))
            told.append(sat(person, f"{p}d", day, a, b, serial=life.attempts))
    return told


def live(town: Spine, seed: int, steps: list[int]) -> None:
    """Each step is a number: what it is, and of which municipality, follow from it."""
    everywhere = lives(seed)
    for life in everywhere.values():
        bring(town, life.municipality, founded(life))
    for step in steps:
        life = everywhere[TOWNS[step % 2]]
        kind = step // 2
        if kind < len(STEPS):
            STEPS[kind](life, town)
        elif kind < len(STEPS) + 4:
            tell(town, learnt(life, town))
            town.engine.settle()
        else:
            days = TURN[(kind - len(STEPS) - 4) % len(TURN)]
            town.clock.move_to(town.clock.now() + timedelta(days=days))
            town.drain()
        for municipality in TOWNS:
            assert differences(town, municipality) == []
        if life.chance.random() < 0.7:
            town.drain()
            proven(town)
    town.drain()
    proven(town)


KINDS = 2 * (len(STEPS) + 4 + len(TURN))
streams = st.lists(st.integers(0, KINDS - 1), min_size=5, max_size=14)


@settings(
    max_examples=6,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 2**32), steps=streams)
def test_a_recount_finds_what_is_kept_at_every_step(seed: int, steps: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder, places_town(Path(folder) / "town") as town:
        live(town, seed, steps)


@settings(
    max_examples=2,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 2**32), steps=streams)
def test_and_on_postgres_too(
    migrated_copies: Copies, seed: int, steps: list[int]
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        migrated_copies.lent() as url,
        places_town(Path(folder) / "town", url, SUMMER) as town,
    ):
        live(town, seed, steps)
