"""The recorded Moodle with one course more, in which people can be enrolled."""

import time
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

from connector.replay import Params, Recording, Replied

COURSE = "ONLINE"
_ID = 900
_COURSE = {"id": _ID, "idnumber": COURSE, "shortname": COURSE, "fullname": "Курс на сайте"}


@dataclass
class Enrolling:
    """Answers of a ReplayedMoodle. orders: how often each user was enrolled. slow_s: what Moodle
    takes to say in which courses somebody is."""

    recorded: Recording
    orders: Counter[str] = field(default_factory=Counter)
    slow_s: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, function: str, params: Params) -> Replied:
        match function:
            case "enrol_manual_enrol_users":
                assert params["enrolments[0][courseid]"] == str(_ID)
                with self._lock:
                    self.orders[params["enrolments[0][userid]"]] += 1
                return Replied(200, None)
            case "core_enrol_get_users_courses":
                time.sleep(self.slow_s)
                return Replied(200, [_COURSE] if self.orders[params["userid"]] else [])
            case "core_enrol_get_enrolled_users" if params["courseid"] == str(_ID):
                return Replied(200, [{"id": int(user)} for user in sorted(self.orders)])
            case "core_course_get_courses_by_field" if params.get("value") == COURSE:
                return Replied(200, {"courses": [_COURSE], "warnings": []})
            case _:
                return self.recorded(function, params)
