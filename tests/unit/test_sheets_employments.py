"""Leaving and coming back, told by files that always state the first day of work."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector.domain.dates import Span
from connector.models import ALWAYS
from connector.services.cases.employments import restated, spans
from connector.services.imports.differences import Version, difference
from connector.services.imports.plan import Write
from connector.spreadsheets.faults import Findings
from connector.spreadsheets.rows import typed
from connector.spreadsheets.sheets import SHEETS

STAFF = SHEETS["staff"]


def body(first: str | None, last: str | None = None) -> dict[str, Any]:
    return {"employed_from": first, "employed_until": last}


def span(first: date | None, last: date | None = None) -> Span:
    return Span(first, last)


def test_a_later_version_corrects_the_span() -> None:
    versions = [body("2020-01-09"), body("2020-09-01"), body("2020-09-01", "2026-08-31")]
    assert spans(versions) == (span(date(2020, 9, 1), date(2026, 8, 31)),)


def test_a_start_after_the_end_is_a_new_span() -> None:
    versions = [body(None, "2025-08-31"), body("2026-01-12")]
    assert spans(versions) == (span(None, date(2025, 8, 31)), span(date(2026, 1, 12)))


def test_who_is_back_is_employed_from_the_day_of_the_import() -> None:
    left = [body("2020-09-01"), body("2020-09-01", "2025-08-31")]
    back = restated(left, body("2020-09-01"), date(2026, 1, 12))
    assert back["employed_from"] == "2026-01-12"


def test_the_file_that_brought_somebody_back_says_the_same_later() -> None:
    versions = [body("2020-09-01"), body("2020-09-01", "2025-08-31"), body("2026-01-12")]
    again = restated(versions, body("2020-09-01"), date(2026, 3, 2))
    assert again["employed_from"] == "2026-01-12"


def test_a_stated_day_of_return_is_believed() -> None:
    left = [body("2020-09-01", "2025-08-31")]
    assert restated(left, body("2025-12-01"), date(2026, 1, 12)) == body("2025-12-01")


def test_a_corrected_end_in_the_past_brings_nobody_back() -> None:
    left = [body("2020-09-01", "2025-08-31")]
    corrected = body("2020-09-01", "2025-06-30")
    assert restated(left, corrected, date(2026, 1, 12)) == corrected


class Town:
    """One person's row, imported day after day as the service does."""

    def __init__(self) -> None:
        self.versions: list[Version] = []

    def imports(self, effective: date, row: dict[str, Any] | None) -> bool:
        """Whether the import changed anything; the file has another person besides."""
        rows = [("personnel_no", "employed_from", "employed_until", "school")]
        if row is not None:
            rows.append(("7", row["employed_from"], row["employed_until"], row.get("school")))
        sheet = typed(STAFF, rows, Findings())
        stored = [("7", list(self.versions))] if self.versions else []
        found = difference(sheet, stored, effective, Findings())
        changes = [*found.changes, *found.leaving]
        for change in changes:
            kept = [v for v in self.versions if v.valid_from != change.valid_from]
            if change.write is not Write.DELETE:
                kept.append(Version(change.valid_from, change.body))
            self.versions = sorted(kept, key=lambda version: version.valid_from)
        return bool(changes)

    def is_employed(self, day: date) -> bool:
        return any(day in found for found in spans(v.body for v in self.versions))


DAY = date(2026, 9, 1)


def test_a_same_day_import_takes_an_ending_back_whole() -> None:
    town = Town()
    row = body("2020-09-01")
    town.imports(DAY - timedelta(days=9), row)
    first = list(town.versions)
    town.imports(DAY, None)
    assert not town.is_employed(DAY)
    town.imports(DAY, row)
    assert town.versions == first


def test_a_same_day_import_takes_a_return_back_whole() -> None:
    town = Town()
    row = body("2020-09-01")
    town.imports(DAY - timedelta(days=9), row)
    town.imports(DAY - timedelta(days=5), None)
    gone = list(town.versions)
    town.imports(DAY, row)
    assert town.is_employed(DAY)
    assert not town.is_employed(DAY - timedelta(days=1))
    town.imports(DAY, None)
    assert town.versions == gone


def test_coming_back_the_day_one_left_to_another_school_leaves_no_gap() -> None:
    town = Town()
    town.imports(DAY - timedelta(days=9), {**body("2020-09-01"), "school": "S1"})
    town.imports(DAY, None)
    town.imports(DAY, {**body("2020-09-01"), "school": "S2"})
    assert all(town.is_employed(DAY + timedelta(days=n)) for n in range(-100, 100))
    assert [v.valid_from for v in town.versions] == [ALWAYS, DAY]


rows = st.one_of(
    st.none(),
    st.fixed_dictionaries(
        {
            "employed_from": st.sampled_from([None, "2020-09-01", "2026-09-03"]),
            "employed_until": st.sampled_from([None, "2026-09-05", "2027-01-01"]),
            "school": st.sampled_from(["S1", "S2"]),
        }
    ),
)


@given(st.lists(st.tuples(st.integers(0, 3), rows), min_size=1, max_size=8))
def test_any_file_imported_twice_changes_nothing_the_second_time(
    imports: list[tuple[int, dict[str, Any] | None]],
) -> None:
    town, day = Town(), DAY
    for days, row in imports:
        day += timedelta(days=days)
        town.imports(day, row)
        assert not town.imports(day, row)
        for later in (1, 30):
            copy = Town()
            copy.versions = list(town.versions)
            assert not copy.imports(day + timedelta(days=later), row)
        if row is None:
            assert not town.is_employed(day)
        elif row["employed_until"] is None:
            assert town.is_employed(max(day, date(2026, 9, 3)))
