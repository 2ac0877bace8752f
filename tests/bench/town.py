"""Municipalities of any size: one block of people imported and judged by the product, then copied.

A block is 200 people in four schools with an association of their own. Every code in it holds the
block's mark, so a copy is the same rows with another mark, made inside PostgreSQL. What is copied
is what the product itself wrote: `connector recount --verify` agrees (tests/bench/test_bench.py).
"""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import psycopg
from sqlalchemy import select
from sqlalchemy.orm import Session

from connector.bootstrap import Container
from connector.domain.signals import Dialect
from connector.models import Membership, Subject
from connector.runtime.engine import Engine
from connector.services.folding.memberships import counted
from connector.services.imports.importing import ImportService
from connector.services.imports.mapping import after_import
from connector.services.sources.sources import SourceService
from connector.services.upkeep import schema
from connector.spreadsheets.workbook import read_workbook
from tests.bench import blocks
from tests.bench.blocks import MARK
from tests.bench.stream import DIAGNOSTIC, PROGRAMME, SOURCE, Learner

MUNICIPALITY = "korolev"
BLOCK = 200
SCHOOLS = 4


def learner(index: int) -> Learner:
    block, n = divmod(index, BLOCK)
    return Learner(f"T-b{block:07}-{n:03}", 1000 + index)


def spread(size: int, step: int = 7919) -> "Spreading":
    return Spreading(size, step)


class Spreading:
    """Learners in an order that goes all over the town: no cache holds the next one by luck."""

    def __init__(self, size: int, step: int) -> None:
        self._size = size
        self._step = next(s for s in range(step, step + size + 2) if _is_coprime(s, size))

    def __call__(self, turn: int) -> Learner:
        return learner(turn * self._step % self._size)


def _is_coprime(a: int, b: int) -> bool:
    while b:
        a, b = b, a % b
    return a == 1


def sheets(municipality: str, today: date) -> dict[str, str]:
    """One block and what all blocks share, as CSV."""
    long_ago = "2020-01-01"
    begun = (today - timedelta(days=60)).isoformat()
    due = (today + timedelta(days=200)).isoformat()
    numbers = [f"T-{MARK}-{n:03}" for n in range(BLOCK)]
    people = "\n".join(
        f"{number},Учитель{n},Анна,t{n}-{MARK}@school.example,teacher,S-{MARK}-{n % SCHOOLS},"
        f"A-{MARK},{1970 + n % 30}-05-05,{2000 + n % 26}-09-01,{long_ago}"
        for n, number in enumerate(numbers)
    )
    routed = numbers[::4]
    return {
        "schools": "code,name,kind\n"
        + "\n".join(f"S-{MARK}-{n},СОШ {n} {MARK},school" for n in range(SCHOOLS)),
        "associations": f"code,name,level,head\nA-{MARK},ГМО {MARK},municipal,{numbers[0]}",
        "staff": "personnel_no,last_name,first_name,email,role,school,associations,birth_date,"
        f"teaching_since,employed_from\n{people}\nM1,Методист,Ольга,m1@school.example,manager,,,"
        f"1975-05-05,2000-09-01,{long_ago}",
        "assignments": f"personnel_no,duty,of,from\nM1,methodist,A-{MARK},{long_ago}",
        "support": "personnel_no,form,from\n"
        + "\n".join(f"{number},клуб,{begun}" for number in numbers[1::8]),
        "mentorships": "mentor,mentee,from\n"
        + "\n".join(f"{numbers[n]},{numbers[n + 1]},{begun}" for n in range(2, BLOCK - 1, 8)),
        "teams": "school,personnel_no,from\n"
        + "\n".join(f"S-{MARK}-{n % SCHOOLS},{numbers[n]},{begun}" for n in range(8)),
        "competencies": "code,title,area\nC1,Алгебра,subject\nC2,Геометрия,subject",
        "diagnostics": f"source,quiz,title,policy\n{SOURCE},{DIAGNOSTIC},Диагностика,last",
        "questions": f"source,quiz,slot,competency\n{SOURCE},{DIAGNOSTIC},1,C1\n"
        f"{SOURCE},{DIAGNOSTIC},2,C2",
        "programmes": "source,course,title,register_no,register_from,hours,audience,competencies\n"
        f"{SOURCE},{PROGRAMME},Курс,123,2020-01-01,36,staff,C1",
        "routes": "personnel_no,number,based_on,starts_on,approved_by,approved_on\n"
        + "\n".join(f"{number},1,{DIAGNOSTIC},{begun},M1,{begun}" for number in routed),
        "steps": "personnel_no,number,order,target,competencies,due_on,required\n"
        + "\n".join(
            f"{number},1,1,course:{PROGRAMME},C1,{due},yes\n"
            f"{number},1,2,quiz:{DIAGNOSTIC}>=60,C2,{due},yes"
            for number in routed
        ),
    }


def found(container: Container, folder: Path, municipality: str = MUNICIPALITY) -> str:
    """Makes the tables, imports one block, adds the source, judges everybody; the secret."""
    schema.upgrade(container.db)
    now = container.clock.now()
    folder.mkdir(parents=True)
    for name, text in sheets(municipality, now.date()).items():
        (folder / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    importing = ImportService(after_import(container.rulebook, container.clock))
    with container.db.writing() as session:
        added = SourceService(session, container.box).add(
            SOURCE, Dialect.NATIVE, (municipality,), now
        )
        plan = importing.check(session, municipality, read_workbook(folder), now.date())
        if not plan.is_sound:
            raise RuntimeError(str(plan.as_json()))
        importing.apply(session, plan, now)
    Engine(container).settle()
    return added.secrets[0]


def secret_of(container: Container) -> str:
    with container.db.reading() as session:
        return SourceService(session, container.box).get(SOURCE).secrets[0]


def grow(container: Container, address: str, size: int, with_memberships: bool = True) -> None:
    """Copies the block until the municipality has `size` staff (and the methodist).

    address: of the database, for libpq. with_memberships False: nobody is judged yet in the
    copies, and everybody is marked to be.
    """
    copies = max(size // BLOCK - 1, 0)
    with container.db.reading() as session:
        grown = _block_counts(session)
    tables = {
        table: which
        for table, which in OF_A_BLOCK.items()
        if with_memberships or table != "memberships"
    }
    blocks.copy(address, copies, tables)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        if with_memberships:
            _grow_shares(connection, grown, copies)
        else:
            connection.execute("TRUNCATE memberships, shares")
            connection.execute("UPDATE subjects SET dirty = true, version = version + 1")
    finish(address)


def finish(address: str) -> None:
    """After copying: everybody's Moodle account, and what the database counts with."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute(_ACCOUNTS)  # type: ignore[call-overload]
        for table in ("subjects", "notices"):
            connection.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"  # type: ignore[call-overload]
                f" (SELECT max(id) FROM {table}))"
            )
        connection.execute("VACUUM ANALYZE")


OF_A_BLOCK: dict[str, str] = {
    "subjects": "code LIKE '%{mark}%'",
    "records": "key LIKE '%{mark}%'",
    "memberships": "subject_id IN (SELECT id FROM subjects WHERE code LIKE '%{mark}%')",
    "notices": "key LIKE '%{mark}%'",
}
"""Which rows of a table belong to the block."""

_ACCOUNTS = f"""
    INSERT INTO accounts (source, user_id, idnumber, deleted, subject_id, match, matched_at)
    SELECT '{SOURCE}', (1000 + substr(code, 4, 7)::int * {BLOCK} + substr(code, 12)::int)::text,
        code, false, id, 'matched', now()
    FROM subjects WHERE kind = 'staff' AND code LIKE 'T-b%'
    ON CONFLICT DO NOTHING
"""

ShareKey = tuple[str, str, str, str]


def _block_counts(session: Session) -> dict[ShareKey, tuple[int, int]]:
    """What one block adds to each slice."""
    population: Counter[ShareKey] = Counter()
    achieved: Counter[ShareKey] = Counter()
    rows = session.scalars(
        select(Membership)
        .join(Subject, Subject.id == Membership.subject_id)
        .where(Subject.code.contains(MARK))
    )
    for row in rows:
        judged = {
            "in_population": row.in_population,
            "achieved": row.achieved,
            "population_slices": row.population_slices,
            "achieved_slices": row.achieved_slices,
        }
        for counter, slices in zip((population, achieved), counted(judged), strict=True):
            counter.update((row.indicator, row.period, str(s.kind), s.code) for s in slices)
    return {key: (population[key], achieved[key]) for key in {*population, *achieved}}


def _grow_shares(
    connection: psycopg.Connection, grown: dict[ShareKey, tuple[int, int]], copies: int
) -> None:
    with connection.cursor() as cursor:
        for (indicator, period, kind, code), (population, achieved) in sorted(grown.items()):
            where = (indicator, period, kind, code)
            if MARK not in code:
                cursor.execute(
                    "UPDATE shares SET population = population + %s, achieved = achieved + %s"
                    " WHERE (indicator, period, slice_kind, slice_code) = (%s, %s, %s, %s)",
                    (population * copies, achieved * copies, *where),
                )
                continue
            cursor.execute(
                "INSERT INTO shares SELECT municipality, indicator, period, slice_kind,"
                f" replace(slice_code, '{MARK}', 'b' || lpad(k::text, 7, '0')),"
                " population, achieved FROM shares, generate_series(1, %s) k"
                " WHERE (indicator, period, slice_kind, slice_code) = (%s, %s, %s, %s)",
                (copies, *where),
            )
