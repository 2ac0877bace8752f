"""What a living Moodle answers to whoever acts in it, in the shapes a real Moodle 4.4 gave."""

from collections.abc import Callable
from dataclasses import dataclass

from connector.replay import Params, Replied
from tests.contract.living_errors import no_record, refusal
from tests.contract.living_moodle import Cohort, LivingMoodle

STUDENT = "5"
NO_RIGHT = refusal("nopermissions", "required_capability_exception")


@dataclass
class ActingAnswers:
    moodle: LivingMoodle
    rights: frozenset[str]

    @property
    def by_name(self) -> dict[str, Callable[[Params], Replied]]:
        return {
            "core_enrol_get_users_courses": self._courses,
            "enrol_manual_enrol_users": self._enrol,
            "core_cohort_get_cohorts": self._cohorts,
            "core_cohort_get_cohort_members": self._members,
            "core_cohort_add_cohort_members": self._add,
            "core_cohort_delete_cohort_members": self._remove,
        }

    def _courses(self, params: Params) -> Replied:
        """Active enrolments only; an unknown user, or one nobody may see, has none."""
        if "viewcourses" not in self.rights:
            return Replied(200, [])
        return Replied(
            200,
            [
                {"id": int(id_), "shortname": course.idnumber, "fullname": course.fullname,
                 "idnumber": course.idnumber, "visible": 1}
                for id_, course in self.moodle.courses.items()
                if self.moodle.enrolled.get(id_, {}).get(params["userid"])
            ],
        )  # fmt: skip

    def _enrol(self, params: Params) -> Replied:
        """Suspended ones become active again, as they do in a real one."""
        role, user, course = (
            params[f"enrolments[0][{name}]"] for name in ("roleid", "userid", "courseid")
        )
        assert int(params["enrolments[0][timestart]"]) <= self.moodle.now
        found = self.moodle.courses.get(course)
        if found is None:
            return refusal("invalidparameter", "invalid_parameter_exception")
        if "enrol" not in self.rights:
            return NO_RIGHT
        if "roleassign" not in self.rights or role != STUDENT:
            return refusal("wsusercannotassign")
        if not found.manual:
            return refusal("wsnoinstance")
        if user not in self.moodle.users or self.moodle.users[user].deleted:
            return refusal("codingerror", "coding_exception")
        self.moodle.enrol(user, course)
        self.moodle.by_role[course, user] = int(role)
        return Replied(200, None)

    def _cohorts(self, params: Params) -> Replied:
        if "cohortview" not in self.rights:
            return NO_RIGHT
        shown = [{"id": int(c.id), "idnumber": c.idnumber} for c in self.moodle.cohorts.values()]
        return Replied(200, shown)

    def _members(self, params: Params) -> Replied:
        cohort = self.moodle.cohorts.get(params["cohortids[0]"])
        if cohort is None:
            return no_record("cohort")
        members = sorted(int(user) for user in cohort.members)
        return Replied(200, [{"cohortid": int(cohort.id), "userids": members}])

    def _add(self, params: Params) -> Replied:
        assert params["members[0][cohorttype][type]"] == "id"
        cohort = self.moodle.cohorts.get(params["members[0][cohorttype][value]"])
        user = params["members[0][usertype][value]"]
        if cohort is None or user not in self.moodle.users:
            return _warning("2")
        if "cohortassign" not in self.rights:
            return NO_RIGHT
        if user in cohort.members:
            return _warning("3")
        cohort.members.add(user)
        return Replied(200, {"warnings": []})

    def _remove(self, params: Params) -> Replied:
        cohort = self.moodle.cohorts.get(params["members[0][cohortid]"])
        if cohort is None:
            return no_record("cohort")
        if "cohortassign" not in self.rights:
            return NO_RIGHT
        cohort.members.discard(params["members[0][userid]"])
        return Replied(200, None)


def cohort(moodle: LivingMoodle, idnumber: str, *members: str) -> Cohort:
    """A new one, with members that somebody else put there."""
    id_ = str(len(moodle.cohorts) + 1)
    moodle.cohorts[id_] = Cohort(id_, idnumber, set(members))
    return moodle.cohorts[id_]


def _warning(code: str) -> Replied:
    return Replied(200, {"warnings": [{"warningcode": code, "message": "not done"}]})
