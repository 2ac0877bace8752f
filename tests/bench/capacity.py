"""docs/capacity.md: what a server carries and what a country needs, worked out from the results."""

from dataclasses import dataclass
from math import ceil
from pathlib import Path

from tests.bench.figures import Result, load

STAFF, MUNICIPALITIES = 1_500_000, 2_300
DAY_ATTEMPTS, DAY_HOURS, PEAK = 300_000, 2, 3
EVENTS_A_PERSON = 60
"""A year: some attempts and regrades, a programme or two, a dozen activities completed in each."""
WORKING_SECONDS = 247 * 8 * 3600
BUSY = 0.5
"""Of the processors at most, so that a burst has somewhere to go."""

HEAD = """# What it carries

Written by `make bench` from the figures of [performance.md](performance.md), row by row as named;
not by hand. The formulae are there to be done again with the figures of another machine.

What is assumed and not measured: a person makes about {events} events a year (attempts and their
regrades, completions); they come in working hours, {peak} times the mean at the worst; processors
are loaded to {busy:.0%} at most.
"""


@dataclass(frozen=True)
class Figures:
    """From the results. Raises KeyError where a row has not been measured."""

    accepted: float
    """Deliveries a second, receiving alone (accept-pg)."""
    accepting_us: float
    """Processor time of one delivery, web and PostgreSQL (accept-pg)."""
    folded: float
    """Events a second, two workers alone (fold-task)."""
    folding_us: float
    """Processor time of one event, workers and PostgreSQL (fold-task)."""
    person_bytes: float
    """Of the database for one person, judged, before any event (fold-million)."""
    event_bytes: float
    """Of the database for one event, its delivery and evidence (fold-task)."""
    judging_us: float
    """Wall time of one membership judged and written by two workers (rejudge)."""
    memberships: float
    """Of one person with twenty indicators (rejudge)."""
    cores: float

    @property
    def event_us(self) -> float:
        return self.accepting_us + self.folding_us

    @property
    def together(self) -> float:
        """Events a second when receiving and processing share the machine."""
        return 1 / (1 / self.accepted + 1 / self.folded)


def figures_of(found: dict[str, Result], cores: int) -> Figures:
    accept, fold = found["accept-pg"].values, found["fold-task"].values
    million, judge = found["fold-million"].values, found["rejudge"].values
    return Figures(
        accept["rate"], accept["event_us"], fold["rate"], fold["event_us"],
        million["person_bytes"], fold["event_bytes"], judge["membership_us"],
        judge["memberships_a_person"], cores,
    )  # fmt: skip


def write(docs: Path, results: Path, cores: int) -> bool:
    """Whether there was enough to write it from."""
    names = ("accept-pg", "fold-task", "fold-million", "rejudge", "diagnostic-day")
    found = {name: load(path) for name in names if (path := results / f"{name}.json").exists()}
    try:
        text = rendered(figures_of(found, cores), found.get("diagnostic-day"))
    except KeyError:
        return False
    quick = [name for name, result in found.items() if result.is_quick]
    if quick:
        text += f"\n**From quick runs, whose figures mean little: {', '.join(quick)}.**\n"
    (docs / "capacity.md").write_text(text, encoding="utf-8")
    return True


def rendered(f: Figures, day: Result | None) -> str:
    head = HEAD.format(events=EVENTS_A_PERSON, peak=PEAK, busy=BUSY)
    return "\n".join([head, _measured(f), _server(f), _country(f, day), _simulated(day)])


def _measured(f: Figures) -> str:
    rows = [
        ("a", f"{f.accepted:.0f} /s", "deliveries accepted, receiving alone", "accept-pg, ours"),
        ("A", f"{f.accepting_us:.0f} µs", "processor time to accept one", "accept-pg"),
        ("p", f"{f.folded:.0f} /s", "events processed, two workers alone", "fold-task, ours"),
        ("P", f"{f.folding_us:.0f} µs", "processor time to process one", "fold-task, ours"),
        ("d", _bytes(f.person_bytes), "of database for one person", "fold-million"),
        ("e", _bytes(f.event_bytes), "of database for one event", "fold-task"),
        ("j", f"{f.judging_us:.0f} µs", "to judge and write one membership", "rejudge, ours"),
        ("m", f"{f.memberships:.0f}", "memberships of a person with 20 indicators", "rejudge"),
        ("c", f"{f.cores:.0f}", "processors of the machine measured", "the machine"),
    ]
    lines = ["## From the measurements\n", "| | figure | what | row |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([*lines, ""])


def _server(f: Figures) -> str:
    steady = f.together * BUSY
    staff = steady / PEAK * WORKING_SECONDS / EVENTS_A_PERSON
    year = staff * (f.person_bytes + EVENTS_A_PERSON * f.event_bytes)
    rejudged = f.judging_us * f.memberships * staff / 1e6 / 3600
    rows: list[tuple[str, str, str]] = [
        ("events a second, for a while", "1 / (1/a + 1/p)", f"{f.together:.0f}"),
        ("events a second, day after day", f"that × {BUSY:g}", f"{steady:.0f}"),
        (
            "people",
            f"that / {PEAK} × working seconds of a year / {EVENTS_A_PERSON}",
            _count(staff),
        ),
        ("database after a year with as many", f"people × (d + {EVENTS_A_PERSON} e)", _bytes(year)),
        ("all of them judged anew, rules changed", "people × m × j", f"{rejudged:.1f} h"),
    ]
    return "\n".join([f"## One server like this one, {f.cores:.0f} processors\n", _formulae(rows)])


def _country(f: Figures, day: Result | None) -> str:
    mean = DAY_ATTEMPTS / DAY_HOURS / 3600
    peak = mean * PEAK
    day_cores = peak * f.event_us / 1e6 / BUSY
    usual = STAFF * EVENTS_A_PERSON / WORKING_SECONDS * PEAK
    usual_cores = usual * f.event_us / 1e6 / BUSY
    judged = STAFF * f.memberships * f.judging_us / 1e6
    night = judged * f.cores / (8 * 3600)
    year = STAFF * (f.person_bytes + EVENTS_A_PERSON * f.event_bytes)
    rows = [
        ("diagnostic day, mean", f"{_count(DAY_ATTEMPTS)} / {DAY_HOURS} h", f"{mean:.0f} /s"),
        ("diagnostic day, worst minutes", f"mean × {PEAK}", f"{peak:.0f} /s"),
        ("processors for it", f"worst × (A + P) / {BUSY:g}", f"{ceil(day_cores)}"),
        (
            "any other day, worst minutes",
            f"people × {EVENTS_A_PERSON} / working seconds × {PEAK}",
            f"{usual:.0f} /s",
        ),
        ("processors for it", f"worst × (A + P) / {BUSY:g}", f"{ceil(usual_cores)}"),
        (
            "processors to judge everybody anew in a night",
            "people × m × j × c / 8 h",
            f"{ceil(night)}",
        ),
        ("database after a year", f"people × (d + {EVENTS_A_PERSON} e)", _bytes(year)),
        (
            "deliveries in an hour without workers",
            "mean × 3600, drained at p − mean with two workers",
            _drain(mean, f),
        ),
    ]
    if day is not None and day.values:
        # A batch that is spread over many municipalities costs more than one of a single town.
        simulated = peak * day.values["cores"] / day.values["rate"] / BUSY
        formula = f"worst × its cores / its rate / {BUSY:g}"
        rows.insert(
            3, ("processors for it, by the simulation below", formula, f"{ceil(simulated)}")
        )
    title = f"## A country: {_count(STAFF)} people, {_count(MUNICIPALITIES)} municipalities\n"
    return "\n".join([title, _formulae(rows)])


def _drain(mean: float, f: Figures) -> str:
    backlog = mean * 3600
    if f.folded <= mean:
        return f"{_count(backlog)}; two workers do not keep up"
    return f"{_count(backlog)}, {backlog / (f.folded - mean) / 60:.0f} min"


def _simulated(day: Result | None) -> str:
    lines = ["## Simulated at the largest size that fits here\n"]
    if day is None or not day.values:
        return "\n".join([*lines, "Not yet: `make bench ONLY=diagnostic-day`.\n"])
    v = day.values
    scale = STAFF / v["staff"]
    lines.append(
        "The row diagnostic-day of [performance.md](performance.md): the whole country's mean"
        f" rate, {v['rate']:.0f} attempts a second, for {v['seconds']:.0f} seconds on this one"
        f" machine, with {_count(v['municipalities'])} municipalities and {_count(v['staff'])}"
        f" people (1/{scale:.0f} of the country). It took {v['cores']:.2f} of its processors,"
        f" PostgreSQL included; 99 of 100 attempts showed in the shares within {v['p99_s']:.2f} s."
        f" The row fold-million says what the missing people would add to the cost of an event.\n"
    )
    lines += [
        f"- {check.what}: {check.measured:.3g} {check.goal.unit}, "
        f"{'as wanted' if check.is_reached else 'NOT as wanted'}"
        for check in day.checks
    ]
    return "\n".join([*lines, ""])


def _formulae(rows: list[tuple[str, str, str]]) -> str:
    lines = ["| what | formula | here |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows), ""])


def _bytes(number: float) -> str:
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if number < 1024:
            return f"{number:.3g} {unit}"
        number /= 1024
    return f"{number:.3g} TiB"


def _count(number: float) -> str:
    """Three figures mean something; the others are filled with noughts."""
    if number >= 1000:
        digits = len(str(int(number))) - 3
        number = round(number, -digits)
    return f"{number:,.0f}".replace(",", " ")
