"""What the people of Королёв did, event by event, and whether it counts (domain 2, 4, 5)."""

from tests.contract.outside_events import Event, Site, account

LOW = ((2, 10), (8, 10))
"""C1 20 %, C2 80 %, overall 50 %: diagnosed at base, and a deficit in C1."""


def events() -> list[Event]:
    """Every event of the town, in the order in which it was caused."""
    site = Site()
    _diagnoses(site)
    _programmes(site)
    _teams(site)
    _routes(site)
    return site.events


def _diagnoses(site: Site) -> None:
    day = "2026-03-10T09:00:00Z"
    # Exactly 50 % is base.
    site.attempt("K-01", "D-LAST", day, (5, 10), (5, 10))
    # 1.005 → 1.01 half up, first: 1.01 + 8.99 = 10.00 of 20 = 50 %. Binary rounding: 49.95 %.
    site.attempt("K-02", "D-LAST", day, (1.005, 10), (8.99, 10))
    # 4.994 → 4.99: 9.99 of 20 = 49.95 %, which no rounding of percents makes 50.
    site.attempt("K-03", "D-LAST", day, (4.994, 10), (5, 10))
    # Policy last: 80 %, then 30 %.
    site.attempt("K-04", "D-LAST", day, (8, 10), (8, 10))
    site.attempt("K-04", "D-LAST", "2026-03-11T09:00:00Z", (3, 10), (3, 10), number=2)
    # Policy best: 60 %, then 20 %.
    site.attempt("K-05", "D-BEST", day, (6, 10))
    site.attempt("K-05", "D-BEST", "2026-03-11T09:00:00Z", (2, 10), number=2)
    # Policy first: 40 %, then 90 %.
    site.attempt("K-06", "D-FIRST", day, (4, 10))
    site.attempt("K-06", "D-FIRST", "2026-03-11T09:00:00Z", (9, 10), number=2)
    # An essay nobody graded is not final.
    site.attempt("K-07", "D-LAST", "2026-04-01T09:00:00Z", (9, 10), (None, 10), provisional=True)
    # An essay graded in November counts from the day the attempt was finished.
    done = "2026-04-02T09:00:00Z"
    site.attempt("K-08", "D-LAST", done, (9, 10), (None, 10), provisional=True)
    site.attempt("K-08", "D-LAST", done, (9, 10), (9, 10), seen="2026-11-05T09:00:00Z")
    # Regraded from 30 % to 70 %.
    site.attempt("K-09", "D-LAST", done, (3, 10), (3, 10))
    site.attempt("K-09", "D-LAST", done, (7, 10), (7, 10), seen="2026-04-20T09:00:00Z")
    # Deleted in the same year: it never was.
    site.attempt("K-10", "D-LAST", "2026-05-05T09:00:00Z", (6, 10), (6, 10))
    site.retract_attempt("K-10", "D-LAST", "2026-06-01T09:00:00Z")
    # Deleted in a later year: 2025 keeps it until a methodist says yes.
    site.attempt("K-11", "D-LAST", "2025-05-05T09:00:00Z", (6, 10), (6, 10))
    site.retract_attempt("K-11", "D-LAST", "2026-02-01T09:00:00Z")
    # 00:30 on 1 January in Moscow.
    site.attempt("K-12", "D-LAST", "2025-12-31T21:30:00Z", (6, 10), (6, 10))
    # 00:30 on 1 November in Moscow: one day after the report.
    site.attempt("K-13", "D-LAST", "2026-10-31T21:30:00Z", (6, 10), (6, 10))
    # A manager is staff; here under the number of an account that another event makes known.
    nameless = {**account("K-14"), "idnumber": "", "email": ""}
    site.attempt("K-14", "D-LAST", day, (10, 10), (10, 10), user=nameless)
    site.updated("K-14", "2026-03-01T09:00:00Z")
    # Left the day before the report; came on the day of the report, tested before that.
    site.attempt("K-15", "D-LAST", day, (9, 10), (9, 10))
    site.attempt("K-16", "D-LAST", "2026-02-02T09:00:00Z", (6, 10), (5, 10))
    site.attempt("K-17", "D-LAST", day, (1, 10), (1, 10))
    # Finished at the same second: the tenth is later than the ninth, as numbers, not as texts.
    site.attempt("K-18", "D-LAST", day, (8, 10), (8, 10), number=9)
    site.attempt("K-18", "D-LAST", day, (2, 10), (2, 10), number=10)
    # Two versions of the same instant: the greater seq is the later one, 10 %.
    site.attempt("K-20", "D-LAST", day, (9, 10), (9, 10))
    site.attempt("K-20", "D-LAST", day, (1, 10), (1, 10))
    # Not finished.
    site.attempt("K-19", "D-LAST", day, (9, 10), (9, 10), state="overdue")


def _programmes(site: Site) -> None:
    for n in (31, 33, 34, 35, 36, 37, 38, 39, 40, 42, 43, 45, 46, 47, 48, 49):
        site.attempt(f"K-{n}", "D-LAST", "2026-02-01T09:00:00Z", *LOW)
    march = "2026-03-01T12:00:00Z"
    site.complete("K-31", "PR-1", march)  # yes
    # The deficit was found on the very day: the evening before there was none.
    site.attempt("K-32", "D-LAST", "2026-03-01T06:00:00Z", *LOW)
    site.complete("K-32", "PR-1", march)  # no
    site.complete("K-33", "PR-2", "2026-05-31T12:00:00Z")  # no: not yet in the register
    site.complete("K-34", "PR-2", "2026-06-30T20:59:00Z")  # yes: 23:59 of its last day
    site.complete("K-35", "PR-2", "2026-06-30T21:00:00Z")  # no: 1 July in Moscow
    site.attempt("K-36", "F-3", march, (59.99, 100))
    site.complete("K-36", "PR-3", "2026-04-01T12:00:00Z")  # no: final not passed
    site.complete("K-37", "PR-3", "2026-04-01T12:00:00Z")
    site.attempt("K-37", "F-3", "2026-04-10T12:00:00Z", (90, 100))  # no: passed after that day
    site.attempt("K-38", "F-3", "2026-03-31T12:00:00Z", (60, 100))
    site.complete("K-38", "PR-3", "2026-04-01T12:00:00Z")  # yes
    site.complete("K-39", "PR-4", march)  # no: in no register
    # Covers C2, the deficit is in C1; but a course away from Moodle in June does count (sheets).
    site.complete("K-40", "PR-5", march)
    # Addressed by the first programme in 2025, and still not closed: both count.
    site.attempt("K-41", "D-LAST", "2025-11-01T09:00:00Z", *LOW)
    site.complete("K-41", "PR-1", "2025-12-01T12:00:00Z")  # yes in 2025
    site.attempt("K-41", "F-3", "2026-02-01T08:00:00Z", (75, 100))
    site.complete("K-41", "PR-3", "2026-02-01T12:00:00Z")  # yes in 2026
    # Closed by a later attempt before the programme ended.
    site.attempt("K-42", "D-LAST", "2026-02-20T09:00:00Z", (6, 10), (8, 10), number=2)
    site.complete("K-42", "PR-1", march)  # no
    site.complete("K-43", "PR-1", march)  # no: withdrawn in the same year
    site.retract_completion("K-43", "PR-1", march, seen="2026-04-01T09:00:00Z")
    # Withdrawn in the next year: 2025 keeps it.
    site.attempt("K-44", "D-LAST", "2025-02-01T09:00:00Z", *LOW)
    site.complete("K-44", "PR-1", "2025-03-01T12:00:00Z")  # yes in 2025
    site.retract_completion("K-44", "PR-1", "2025-03-01T12:00:00Z", seen="2026-01-15T09:00:00Z")
    site.complete("K-45", "PR-1", march)  # a manager is not in the population
    # Twice; the first withdrawn, the second stands.
    site.complete("K-46", "PR-1", march)
    site.complete("K-46", "PR-1", "2026-08-01T12:00:00Z")  # yes
    site.retract_completion("K-46", "PR-1", march, seen="2026-08-02T09:00:00Z")
    # The attempt that showed the deficit was deleted: no deficit, no diagnosis.
    site.complete("K-47", "PR-1", march)  # no
    site.retract_attempt("K-47", "D-LAST", "2026-05-01T09:00:00Z")
    site.activity("K-48", "A-6", march, state=3)
    site.complete("K-48", "PR-6", "2026-03-02T12:00:00Z")  # no: 3 is complete with a fail
    site.activity("K-49", "A-6", march, state=1)
    site.complete("K-49", "PR-6", "2026-03-02T12:00:00Z")  # yes


def _teams(site: Site) -> None:
    for who in ("K-01", "K-03", "K-07", "K-20", "K-51"):
        site.complete(who, "PR-T", "2026-05-15T12:00:00Z")
    site.complete("K-08", "PR-T", "2025-05-15T12:00:00Z")


def _routes(site: Site) -> None:
    for n in (51, 52, 53, 57, 59, 60, 61, 62, 63, 65, 66, 67, 69, 70):
        site.attempt(f"K-{n}", "D-LAST", "2026-02-01T09:00:00Z", *LOW)
    for n in (55, 56, 58):
        site.attempt(f"K-{n}", "D-LAST", "2025-02-01T09:00:00Z", *LOW)
    # Tested on the day after the start: the route cannot have been based on it.
    site.attempt("K-54", "D-LAST", "2026-02-02T09:00:00Z", *LOW)
    site.complete("K-55", "PR-1", "2025-12-31T20:00:00Z")  # 23:00 on 31 December in Moscow
    site.complete("K-56", "PR-1", "2025-12-31T21:30:00Z")  # 00:30 on 1 January
    # A cancelled route completes no more; the programme counts nevertheless.
    site.complete("K-57", "PR-1", "2026-06-01T12:00:00Z")
    site.attempt("K-60", "F-3", "2026-03-15T12:00:00Z", (11.99, 20))
    site.attempt("K-60", "F-3", "2026-04-01T12:00:00Z", (12, 20), number=2)  # exactly 60 %
    site.attempt("K-61", "F-3", "2026-04-01T12:00:00Z", (20, 20))  # the day before it starts
    site.complete("K-62", "PR-5", "2026-04-01T12:00:00Z")
    site.activity("K-63", "A-9", "2026-04-01T12:00:00Z")
    site.complete("K-66", "PR-1", "2026-04-01T12:00:00Z")
    site.retract_completion("K-66", "PR-1", "2026-04-01T12:00:00Z", seen="2026-05-01T12:00:00Z")
    site.attempt("K-67", "F-3", "2026-04-01T12:00:00Z", (16, 20), provisional=True)
    site.retract_attempt("K-69", "D-LAST", "2026-06-01T09:00:00Z")
    site.complete("K-70", "PR-1", "2026-11-10T12:00:00Z")  # after the report
