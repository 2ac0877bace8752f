"""docs/performance.md and its pictures, written from the results and from nothing else."""

import json
from collections.abc import Sequence
from pathlib import Path

from tests.bench import pictures
from tests.bench.figures import Check, Result, load

HEAD = """# Speed

Written by `make bench`; not by hand. Each ratio is taken within one run against the baseline that
stands beside it, turn by turn (ours, the baseline, ours, …): the middle of the turns is judged, the
quartiles show how far they lie apart. Absolute figures belong to this machine and are not judged. A
goal is what was asked for before it was measured; one that is not reached stays as it is, with
where the time goes.

`make bench ONLY=accept-pg` measures one row again, `QUICK=1` only shows that everything works.
"""


def write(docs: Path, results: Path, names: Sequence[str]) -> None:
    """The page and a picture for each row that has turns."""
    found = {name: load(path) for name in names if (path := results / f"{name}.json").exists()}
    folder = docs / "performance"
    folder.mkdir(parents=True, exist_ok=True)
    for result in found.values():
        drawn = _drawn(result)
        if drawn:
            (folder / f"{result.name}.svg").write_text(drawn, encoding="utf-8")
    machine: dict[str, str] = {}
    if (results / "machine").exists():
        machine = json.loads((results / "machine").read_text(encoding="utf-8"))
    text = rendered(found, names, machine)
    (docs / "performance.md").write_text(text, encoding="utf-8")


def _drawn(result: Result) -> str:
    if result.pairs:
        return pictures.turns(result)
    return pictures.over_time(result) if result.series else ""


def rendered(found: dict[str, Result], names: Sequence[str], machine: dict[str, str]) -> str:
    parts = [HEAD, "## The machine\n", _machine(machine), "## The table\n", _table(found, names)]
    parts += [_chapter(found[name]) for name in names if name in found]
    return "\n".join(parts)


def told(result: Result) -> list[str]:
    """A row in a few lines, for the terminal."""
    if result.missing:
        return [f"not measured here: {result.missing}"]
    lines = [
        f"{c.what}: {_measured(c)}, goal {_goal(c)}, {'reached' if c.is_reached else 'NOT reached'}"
        for c in result.checks
    ]
    return lines + [f"{name}: {value}" for name, value in result.absolute.items()]


def _machine(machine: dict[str, str]) -> str:
    return "".join(f"- {name}: {value}\n" for name, value in machine.items())


def _table(found: dict[str, Result], names: Sequence[str]) -> str:
    lines = [
        "| row | what | baseline in the same run | measured | goal | reached |",
        "|---|---|---|---|---|---|",
    ]
    for name in names:
        if name not in found:
            by = " (make soak)" if name == "soak" else ""
            lines.append(f"| {name} | | | not measured yet{by} | | |")
            continue
        lines += _rows(found[name])
    return "\n".join(lines) + "\n"


def _rows(result: Result) -> list[str]:
    quick = " (quick run)" if result.is_quick else ""
    head = f"[{result.name}](#{result.name}){quick} | {result.title} | {result.baseline}"
    if result.missing:
        return [f"| {head} | {result.missing.partition(':')[0]} | | |"]
    lines = []
    for check in result.checks:
        reached = "yes" if check.is_reached else "**no**"
        lines.append(f"| {head} | {check.what} {_measured(check)} | {_goal(check)} | {reached} |")
        head = " | | "
    return lines


def _chapter(result: Result) -> str:
    lines = [f"## {result.name}\n", f"{result.title}; baseline: {result.baseline}.\n"]
    if result.missing:
        return "\n".join([*lines, f"Not measured here: {result.missing}\n"])
    if result.is_quick:
        lines.append("**A quick run: it shows that the row works, its figures mean little.**\n")
    if result.ratios:
        spread = result.ratios
        lines.append(
            f"Ratio {_number(spread.middle)} × in the middle of {len(result.pairs)} turns;"
            f" quartiles {_number(spread.lower)} and {_number(spread.upper)},"
            f" least {_number(spread.least)}, most {_number(spread.most)}.\n"
        )
        lines.append(f"![turn by turn](performance/{result.name}.svg)\n")
    if result.series:
        lines.append(f"![over time](performance/{result.name}.svg)\n")
    lines += [f"- {name}: {value}" for name, value in result.absolute.items()]
    lines += [f"- {note}" for note in result.notes]
    lines.append("")
    for title, shares in result.where.items():
        lines += _where(title, shares)
    lines.append(f"Measured {result.measured_at} at {result.revision} in {result.took_s:.0f} s.\n")
    return "\n".join(lines)


def _where(title: str, shares: dict[str, float]) -> list[str]:
    if not shares:
        return []
    lines = [f"Where it goes ({title}):\n", "| part | share |", "|---|---|"]
    lines += [
        f"| {name} | {share * 100:.0f} % |" for name, share in shares.items() if share >= 0.01
    ]
    return [*lines, ""]


def _measured(check: Check) -> str:
    return f"{_number(check.measured)} {check.goal.unit}".strip()


def _goal(check: Check) -> str:
    return f"{check.goal.comparison} {_number(check.goal.value)} {check.goal.unit}".strip()


def _number(value: float) -> str:
    if value == int(value) and abs(value) < 1e9:
        return f"{int(value)}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
