"""One picture a row, as SVG: each turn's ratio as a point, the quartiles as a box, the goal a line.

Drawn by hand: a few dozen lines are less than a drawing library for a page that shows points.
"""

from html import escape

from tests.bench.figures import Result

WIDTH, HEIGHT = 720, 150
LEFT, RIGHT, LINE = 40, 680, 70
INK, PALE, GOAL = "#24405e", "#b9cbe0", "#b3421f"


def turns(result: Result) -> str:
    """The picture of a result that has turns."""
    ratios = [pair.ratio for pair in result.pairs]
    spread = result.ratios
    assert spread is not None
    goals = [c.goal for c in result.checks if c.what == "ratio"]
    ends = [*ratios, *(goal.value for goal in goals)]
    most = max(ends) * 1.1 or 1.0

    def x(value: float) -> float:
        return round(LEFT + (RIGHT - LEFT) * value / most, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13" role="img">',
        f"<title>{escape(result.name)}: {escape(result.title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="22" fill="{INK}">{escape(result.name)}: ratio to the baseline,'
        f" {len(ratios)} turns</text>",
        f'<line x1="{LEFT}" y1="110" x2="{RIGHT}" y2="110" stroke="{INK}"/>',
        f'<rect x="{x(spread.lower)}" y="{LINE - 16}" width="{x(spread.upper) - x(spread.lower)}"'
        f' height="32" fill="{PALE}"/>',
        f'<line x1="{x(spread.middle)}" y1="{LINE - 20}" x2="{x(spread.middle)}" y2="{LINE + 20}"'
        f' stroke="{INK}" stroke-width="3"/>',
    ]
    parts += [
        f'<circle cx="{x(value)}" cy="{LINE}" r="4" fill="{INK}" fill-opacity="0.7"/>'
        for value in ratios
    ]
    for number in range(6):
        value = most * number / 5
        parts.append(
            f'<text x="{x(value)}" y="128" fill="{INK}" text-anchor="middle">{value:.3g}</text>'
        )
    for goal in goals:
        parts.append(
            f'<line x1="{x(goal.value)}" y1="36" x2="{x(goal.value)}" y2="110" stroke="{GOAL}"'
            f' stroke-width="2" stroke-dasharray="5 3"/><text x="{x(goal.value)}" y="146"'
            f' fill="{GOAL}" text-anchor="middle">goal {goal.comparison} {goal.value:g}</text>'
        )
    return "\n".join([*parts, "</svg>\n"])


COLOURS = ("#24405e", "#b3421f", "#3a7d44", "#8a5a9e", "#b08a1e", "#4a9aa8")
EVERY_S = 10


def over_time(result: Result) -> str:
    """The picture of a result that has series: lines, a sample every ten seconds."""
    height = 320
    most = max(max(series) for series in result.series.values()) * 1.1
    longest = max(len(series) for series in result.series.values())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
        f' viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="13" role="img">',
        f"<title>{escape(result.name)}: {escape(result.title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        f'<text x="{LEFT}" y="22" fill="{INK}">{escape(result.name)}: {escape(result.unit)} by'
        " minute</text>",
        f'<line x1="{LEFT}" y1="260" x2="{RIGHT}" y2="260" stroke="{INK}"/>',
    ]
    for number in range(6):
        minute = longest * EVERY_S / 60 * number / 5
        x, y = LEFT + (RIGHT - LEFT) * number / 5, 260 - 210 * number / 5
        parts.append(
            f'<text x="{x:.0f}" y="278" fill="{INK}" text-anchor="middle">{minute:.3g}</text>'
            f'<text x="{LEFT - 4}" y="{y + 4:.0f}" fill="{INK}" text-anchor="end">'
            f"{most * number / 5:.0f}</text>"
        )
    for place, (name, series) in enumerate(result.series.items()):
        colour = COLOURS[place % len(COLOURS)]
        points = " ".join(
            f"{LEFT + (RIGHT - LEFT) * at / max(longest - 1, 1):.1f},{260 - 210 * mib / most:.1f}"
            for at, mib in enumerate(series)
        )
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
            f'<text x="{LEFT + 130 * place}" y="306" fill="{colour}">{escape(name)}</text>'
        )
    return "\n".join([*parts, "</svg>\n"])
