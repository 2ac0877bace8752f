"""What may happen in Тоджинский кожуун, as hypothesis draws it: sheets, events, days that pass."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hypothesis import strategies as st

from connector.domain.because import SliceKind
from connector.domain.periods import parse_period
from connector.services.figures.figures import FigureService
from connector.services.folding.recounting import Recount
from tests.integration.spine.native_stream import Event, arrivals
from tests.integration.spine.spine_town import Sheets, Spine
from tests.integration.spine.todzhinsky_town import TODZHINSKY, completed, low

NUMBERS = ("T1", "T2", "T5")
days = st.sampled_from(
    ("", "2025-12-31", "2026-01-01", "2026-05-05", "2026-11-24", "2026-11-26", "2027-01-10")
)
"""Round the year's turns and round today (23 November 2026), some of them to come."""
moments = st.sampled_from(
    (datetime(2025, 12, 31, 12), datetime(2026, 1, 10, 5), datetime(2026, 5, 5, 5),
     datetime(2026, 11, 20, 5), datetime(2026, 11, 25, 5))
)  # fmt: skip
numbers = st.sampled_from(NUMBERS)


def some(*values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(values)


def row(*cells: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*cells).map(",".join)


def sheet(name: str, header: str, *cells: st.SearchStrategy[str], keys: int) -> st.SearchStrategy:
    """One or two rows with different keys: the first `keys` cells."""

    def key(line: str) -> str:
        return ",".join(line.split(",")[:keys])

    lines = st.lists(row(*cells), min_size=1, max_size=2, unique_by=key)
    return lines.map(lambda rows: {name: "\n".join([header, *rows]) + "\n"})


sheets: st.SearchStrategy[Sheets] = st.one_of(
    sheet("documents", "code,present_since", some("1.1", "6.8", "9.9"), days, keys=1),
    sheet(
        "roadmap", "number,occurrence,due_on,done_on",
        some("8", "9", "11"), some("", "2023-Q4", "2026-Q4"), days, days, keys=2,
    ),
    sheet(
        "practices", "title,author,school,published_on,link",
        some("Музей", "Уроки"), numbers, some("", "S1", "S2"), days, some("", "https://x.ru"),
        keys=2,
    ),
    sheet("contests", "personnel_no,title,held_on", numbers, some("Учитель года"), days, keys=3),
    sheet(
        "assessments", "personnel_no,criterion,assessed_on,recommendation",
        numbers, some("1", "2", "3", "4", "5"),
        some("2026-05-05", "2026-11-24"), some("", "Учиться"), keys=3,
    ),
    sheet("schools", "code,rural,head", some("S1", "S2"), some("да", "нет"), numbers, keys=1),
    sheet(
        "support", "personnel_no,form,from,until",
        numbers, some("Клуб", "Консультация"), some("2025-03-01", "2026-11-25"),
        some("", "2026-11-25"), keys=3,
    ),
    sheet(
        "routes", "personnel_no,number,starts_on,approved_by,cancelled_on",
        numbers, some("1"), some("2026-01-10", "2026-11-25"), some("", "T8"),
        some("", "2026-11-26"), keys=2,
    ),
    sheet("steps", "personnel_no,number,order,target", some("T1"), some("1"), some("1"),
          some("course:KPK", "course:KPB"), keys=3),
    sheet(
        "evidence", "id,personnel_no,kind,target,happened_at",
        some("e1", "e9"), numbers, some("programme"), some("KPB", "FREE", "TEAM"),
        some("2026-01-01", "2026-11-24"), keys=1,
    ),
    sheet(
        "programmes", "source,course,register_no,audience",
        some("moodle"), some("KPK"), some("", "101"), some("staff", "teams"), keys=2,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Move:
    """Somebody of the staff is otherwise from today's import on."""

    number: str
    school: str
    association: str
    subjects: str
    until: str


moves = st.builds(
    Move,
    numbers,
    some("S1", "S2", "K1"),
    some("", "A1", "A1;A2"),
    some("", "физика", "физика;химия"),
    some("", "", "2026-06-30", "2026-11-24"),
)


@st.composite
def events(draw: st.DrawFn) -> Event:
    number, at = draw(numbers), draw(moments)
    match draw(st.integers(0, 3)):
        case 0:
            told = low(number, draw(st.sampled_from((0.1, 0.9))))
            moved = draw(moments)
            stamp = f"{moved:%Y-%m-%dT%H:%M:%SZ}"
            attempt = {**told["attempt"], "finished_at": stamp}
            return {**told, "attempt": attempt, "occurred_at": stamp}
        case 1:
            back = completed(number, at, "completion_retracted")
            later = at + timedelta(hours=draw(st.integers(1, 30)))
            return {**back, "occurred_at": f"{later:%Y-%m-%dT%H:%M:%SZ}"}
        case _:
            return completed(number, at)


Step = Sheets | Move | Event | int
"""A sheet, somebody who moves, an event, or so many days that pass."""

steps: st.SearchStrategy[list[tuple[str, Step]]] = st.lists(
    st.one_of(
        st.tuples(st.just("sheet"), sheets),
        st.tuples(st.just("sheet"), sheets),
        st.tuples(st.just("move"), moves),
        st.tuples(st.just("event"), events()),
        st.tuples(st.just("event"), events()),
        st.tuples(st.just("days"), st.integers(1, 3)),
    ),
    min_size=4,
    max_size=10,
)


def live(town: Spine, number: int, kind: str, step: Step, staff: dict[str, str]) -> None:
    """Does one thing. staff: the sheet's rows by number, kept between the steps."""
    if kind == "sheet":
        town.import_sheets(TODZHINSKY, step)  # type: ignore[arg-type]
    elif kind == "move":
        assert isinstance(step, Move)
        old = staff[step.number].split(",")
        old[6:9] = [step.school, step.subjects, step.association]
        old[-1] = step.until
        staff[step.number] = ",".join(old)
        town.import_sheets(TODZHINSKY, {"staff": "\n".join(staff.values()) + "\n"})
    elif kind == "event":
        town.post(arrivals([{"id": f"r{number}", "seq": number, **step}]))  # type: ignore[dict-item]
    else:
        town.clock.move_to(town.clock.now() + timedelta(days=int(step)))  # type: ignore[arg-type]


def assert_counted_alike(town: Spine, as_of: date) -> None:
    """What is kept is what a recount finds, and every figure of a day, today's too, adds up from
    the subjects behind it."""
    c = town.container
    with c.db.snapshot() as session:
        service = FigureService(session, c.rulebook, town.clock.now(), c.settings)
        today = service.today(TODZHINSKY)
        setting = c.settings.get(session, TODZHINSKY, today)
        assert Recount(session, c.rulebook, setting).differences(today) == []
        for day in (today, min(as_of, today)):
            for figure in service.figures(TODZHINSKY, parse_period("2026"), day, SliceKind.SCHOOL):
                behind = service.subjects(
                    TODZHINSKY, figure.indicator.code, parse_period("2026"), day
                )
                told = (
                    sum(subject.in_population for subject in behind),
                    sum(subject.achieved for subject in behind),
                )
                assert (figure.population, figure.achieved) == told, (figure.indicator.code, day)
