"""Forty more people whose routes stand still, and as many for whom a draft waits."""

from typing import Any

from tests.integration.web_town import Rows, WebTown, attempt, post, user

STALLED = 40
DRAFTED = 32
FAMILIES = (
    "Агапова", "Баранова", "Воронцова", "Гаврилова", "Денисова", "Ефимова", "Журавлёва",
    "Зотова", "Исаева", "Калинина",
)  # fmt: skip
FIRSTS = ("Анна Ивановна", "Вера Львовна", "Дарья Олеговна", "Зоя Павловна", "Инна Юрьевна",
          "Лидия Романовна", "Нина Сергеевна", "Раиса Ильинична")  # fmt: skip
STARTS = ("2026-02-10", "2026-04-20", "2026-05-08", "2026-05-13", "2026-05-14")
"""From long since told to the specialist to stalled since a few days."""


def name(n: int) -> str:
    return f"{FAMILIES[n % 10]} {FIRSTS[n // 10]}"


def rows() -> Rows:
    people = range(STALLED + DRAFTED)
    return {
        "staff": [
            (f"C-{n}", *name(n).split(), f"c{n}@school.example", "teacher", "Учитель",
             "S1" if n % 3 else "S2", "MMO" if n % 4 else "RUS", "2015-09-01", "1985-04-01",
             "2010-09-01")
            for n in people
        ],
        "routes": [(f"C-{n}", "1", None, STARTS[n % 5], "T-1", STARTS[n % 5])
                   for n in range(STALLED)],
        "steps": [(f"C-{n}", "1", 1, "course:DPP", "K1", "2026-12-01", "yes")
                  for n in range(STALLED)],
    }  # fmt: skip


def diagnose(town: WebTown) -> None:
    """A deficit is found in those without a route, and each is proposed one."""
    events: list[dict[str, Any]] = []
    for n in range(STALLED, STALLED + DRAFTED):
        who = {**user(1000 + n), "idnumber": f"C-{n}", "email": f"c{n}@school.example"}
        events.append({**attempt(2000 + n, 30), "user": who})
    for start in range(0, len(events), 50):
        post(town, "mood", f"crowd{start}", *events[start : start + 50])
    town.engine.settle()
    while town.engine.proposer.run_once():
        town.engine.settle()
