"""Everybody judged anew by twenty indicators, against one INSERT … SELECT of the same rows."""

import time
from pathlib import Path

import psycopg

from tests.bench.context import Context
from tests.bench.figures import Check, Goal, Pair, Result, Spread
from tests.bench.installation import counted
from tests.bench.profile import sampled
from tests.bench.rows.fold_task import WORKERS, Publish, hinting, processed

TWENTY = 20
CODE = "bench20"
WORDS = (
    "{diagnosed: any}",
    "{diagnosed: base}",
    "{has_route: {based_on_diagnosis: false}}",
    "{route_completed: {based_on_diagnosis: false}}",
    "{completed_programme: {by_diagnosis: false}}",
    "{completed_programme: {by_diagnosis: true}}",
    "{in_form_of_support: true}",
    "{all: [{role: teacher}, {younger_than: 35}]}",
    "{any: [{diagnosed: elevated}, {in_form_of_support: {in_first_years: 3}}]}",
    "{not: {diagnosed: below_base}}",
)
POPULATIONS = ("{everyone: true}", "{role: teacher}")

COPY = """
    DROP TABLE IF EXISTS judged_copy;
    CREATE TABLE judged_copy (LIKE memberships INCLUDING ALL);
    ALTER TABLE judged_copy ADD FOREIGN KEY (subject_id) REFERENCES subjects (id);
"""
INSERT = "INSERT INTO judged_copy SELECT * FROM memberships"


def measure(context: Context) -> Result:
    staff = context.staff("BENCH_STAFF_REJUDGE", 10_000, 400)
    result = Result(
        "rejudge",
        f"re-judging {staff} staff × {TWENTY} indicators, everybody marked, {WORKERS} workers",
        "one INSERT … SELECT of the same memberships",
        "µs a membership",
    )
    rules = written_rules(context.folder / "rules")
    template = context.town(staff, CODE, rules, with_memberships=False)
    turns, again = context.choose(3, 1), 0.0
    sampling_s = context.choose(15, 3)
    for turn in range(turns):
        with (
            context.database(template) as name,
            context.installation(name, rules=rules) as product,
            psycopg.connect(product.database_url, autocommit=True) as connection,
            hinting(product) as (worker, publish),
        ):
            with sampled(worker, sampling_s, subprocesses=True) as sampling:
                took = _judged(connection, publish)
            made = counted(connection, "SELECT count(*) FROM memberships")
            connection.execute(COPY)
            begun = time.perf_counter()
            connection.execute(INSERT)
            copied = time.perf_counter() - begun
            result.pairs.append(Pair(took / made * 1e6, copied / made * 1e6))
            if turn == turns - 1:
                connection.execute("UPDATE subjects SET dirty = true, version = version + 1")
                again = _judged(connection, publish)
                result.where["workers"] = sampling.shares
                result.notes += [sampling.told] if sampling.told else []
    assert result.ratios is not None
    result.checks = [Check("ratio", result.ratios.middle, Goal("≤", 10))]
    ours = Spread.of([pair.ours for pair in result.pairs])
    theirs = Spread.of([pair.baseline for pair in result.pairs])
    result.values = {"membership_us": ours.middle, "memberships_a_person": made / staff}
    result.absolute = {
        "staff": str(staff),
        "memberships": f"{made} ({TWENTY} indicators, this period and the one before)",
        "judged and written": f"{ours.middle:.0f} µs a membership",
        "INSERT … SELECT": f"{theirs.middle:.1f} µs a membership",
        "judged once more, nothing changed": f"{again / made * 1e6:.0f} µs a membership",
        "a million staff would take": (
            f"{ours.middle * made / staff / 3600:.1f} h on this machine with {WORKERS} workers"
        ),
    }
    result.notes.append(
        "the usual size, 10 000 staff a turn, is what three turns take in some minutes; "
        "BENCH_STAFF_REJUDGE sets another"
    )
    result.notes.append(
        "nobody has memberships at the beginning, so that both sides write every one of them: the "
        "dearest case of re-judging"
    )
    return result


def _judged(connection: psycopg.Connection, publish: Publish) -> float:
    begun = time.perf_counter()
    processed(connection, 1, publish, 900)
    return time.perf_counter() - begun


def written_rules(folder: Path, code: str = CODE, number: int = TWENTY) -> Path:
    """A folder for CONNECTOR_RULES_DIR with one municipality of so many indicators of staff."""
    own = folder / code
    own.mkdir(parents=True)
    (own / "municipality.yaml").write_text(
        f"code: {code}\ntitle: Город {code}\ntimezone: Europe/Moscow\n", encoding="utf-8"
    )
    lines = ["document: Положение для измерений", "", "indicators:"]
    for n in range(number):
        lines += [
            f"  - code: {code}.i{n}",
            "    extends: staff_year",
            f"    title: Показатель {n}",
            f"    population: {POPULATIONS[n // len(WORDS) % 2]}",
            f"    achieved: {WORDS[n % len(WORDS)]}",
            f'    basis: {{clause: "{n + 1}"}}',
            "    owner: Служба",
        ]
    (own / "indicators.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
