"""What a Moodle has to grant: for each function the rights its caller needs, and a role file.

Moodle tells of no right that is missing; where a function refuses, or shows nothing, these are what
to look for (captures README, 5: the role that was used).
"""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from connector.moodle import orders
from connector.moodle.orders import ActingFunction
from connector.moodle.questions import Function

RIGHTS: Mapping[Function, tuple[str, ...]] = {
    Function.SITE_INFO: ("webservice/rest:use",),
    Function.USERS: (
        "moodle/user:viewdetails",
        "moodle/user:viewalldetails",
        "moodle/user:viewhiddendetails",
        "moodle/course:useremail",
        "moodle/site:viewuseridentity",
    ),
    Function.LEARNERS: (
        "moodle/course:view",
        "moodle/course:viewparticipants",
        "moodle/course:enrolreview",
        "moodle/course:viewhiddenuserfields",
        "moodle/site:accessallgroups",
    ),
    Function.COURSES: ("moodle/course:view", "moodle/course:viewhiddencourses"),
    Function.MODULE: ("moodle/course:view", "moodle/course:viewhiddenactivities"),
    Function.QUIZZES: ("moodle/course:view", "mod/quiz:view"),
    Function.ATTEMPTS: ("moodle/course:view", "mod/quiz:viewreports"),
    Function.REVIEW: ("mod/quiz:viewreports",),
    Function.GRADE_ITEMS: ("gradereport/user:view", "moodle/grade:viewall"),
    Function.COURSE_COMPLETION: ("report/completion:view",),
    Function.ACTIVITY_COMPLETION: ("report/progress:view",),
}

ROLE = "municipal_connector"


def rights_of(function: str) -> tuple[str, ...]:
    """Of a Function or an ActingFunction, by its name."""
    told = (*RIGHTS.items(), *orders.RIGHTS.items())
    return next(rights for name, rights in told if name == function)


def every_right(acting: Sequence[ActingFunction] = ()) -> tuple[str, ...]:
    """Each once, in the order of the functions: those to read, and those to act with."""
    groups = [*RIGHTS.values(), *(orders.RIGHTS[function] for function in acting)]
    return tuple(dict.fromkeys(right for rights in groups for right in rights))


def role_file(name: str, description: str, acting: Sequence[ActingFunction] = ()) -> str:
    """The role as Moodle imports it (Define roles > Add a new role > Use role preset).

    Given in the system context only: one assignment reaches every course. A role that enrols may
    assign Moodle's own role of learners.
    """
    allowed = "".join(f"    <allow>{right}</allow>\n" for right in every_right(acting))
    assigned = "  <allowassign/>\n"
    if ActingFunction.ENROL in acting:
        assigned = "  <allowassign><shortname>student</shortname></allowassign>\n"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        "<role>\n"
        f"  <shortname>{ROLE}</shortname>\n"
        f"  <name>{escape(name)}</name>\n"
        f"  <description>{escape(description)}</description>\n"
        "  <archetype/>\n"
        "  <contextlevels><level>system</level></contextlevels>\n"
        f"{assigned}"
        "  <allowoverride/>\n  <allowswitch/>\n  <allowview/>\n"
        f"  <permissions>\n{allowed}  </permissions>\n"
        "</role>\n"
    )
