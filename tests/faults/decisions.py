"""What the methodist decided just before the trial: routes whose judging, and all that follows from
it, falls under fire. Half of them began today, the others have stood still since September.

Each wants one course, in the Moodle of one source; what the people do touches none of them.
"""

from pathlib import Path

from connector.bootstrap import Container
from connector.domain.evidence import LAST_SEQ, Version
from connector.services.sources.identity import IdentityService, Seen
from tests.faults.enrolling import COURSE
from tests.faults.stream import LEARNING
from tests.integration.distributed_town import import_sheets

WITH_ROUTES = range(LEARNING, LEARNING + 32)
SOURCE = "trigger"


def user_of(teacher: int) -> str:
    """Moodle's number of a teacher's account there."""
    return str(9000 + teacher)


def decide(made: Container, folder: Path) -> None:
    """Nobody has folded any of it yet."""
    import_sheets(made, folder, _sheets())
    version = Version(made.clock.now(), LAST_SEQ, "", "").key()
    seen = [Seen(SOURCE, user_of(n), f"T{n}", None, False, version) for n in WITH_ROUTES]
    with made.db.writing() as session:
        # Seen, they are matched by their personnel numbers.
        IdentityService(session).observe(seen, made.clock.now())


def _sheets() -> dict[str, str]:
    routes = "personnel_no,number,based_on,starts_on,approved_by,approved_on\n"
    steps = "personnel_no,number,order,target,competencies,due_on,required\n"
    for n in WITH_ROUTES:
        day = "2026-11-24" if n % 2 else "2026-09-01"
        routes += f"T{n},1,DIAG,{day},M1,{day}\n"
        steps += f"T{n},1,1,course:{COURSE},,,да\n"
    duties = "".join(f"M1,methodist,S{n},2026-09-01,\n" for n in range(10))
    return {
        "assignments": f"personnel_no,duty,of,from,until\n{duties}",
        "routes": routes,
        "steps": steps,
    }
