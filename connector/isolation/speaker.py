"""A municipality's Python, asked; runs in the child, where whatever it does is caught or deadly."""

import json
import os
import traceback
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Any

import pluggy

from connector import hookspecs
from connector.domain.because import SubjectKind
from connector.domain.cases import Case
from connector.domain.owed import Circle, Owed
from connector.domain.proposals import ProposedRoute
from connector.isolation.asker import PROPOSE

NOTICES = "connector_notices"
NEXT_TURN = "connector_next_turn"
FOLDERS = "connector_rule_folders"
SUBJECTS = "connector_subjects"
ASKED = frozenset({NOTICES, NEXT_TURN, PROPOSE})

MOST_NOTICES = 200
"""Of one subject; a plugin that owes more has lost count."""

_MOST_TEXT = 300


class Speaker:
    """Asks one plugin's module and turns what it says into JSON values."""

    def __init__(self, module: Any) -> None:
        """Raises pluggy.PluginValidationError where a hook is not one of ours."""
        self._folder = os.path.dirname(getattr(module, "__file__", None) or "") or None
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._manager.register(module, name="plugin")
        self._manager.check_pending()
        self.api = getattr(module, "CONNECTOR_API", 1)

    def hooks(self) -> list[str]:
        """Those it answers of the ones that are asked about cases."""
        plugin = self._manager.get_plugin("plugin")
        callers = self._manager.get_hookcallers(plugin) or ()
        return sorted(ASKED & {caller.name for caller in callers})

    def folders(self) -> list[str]:
        """Absolute paths. Raises whatever the plugin raises, TypeError for what is no folder."""
        return [
            os.path.abspath(os.fspath(folder))
            for answer in self._manager.hook.connector_rule_folders()
            for folder in answer
        ]

    def subjects(self) -> list[str]:
        """Raises whatever the plugin raises, ValueError for an unknown kind."""
        answers = self._manager.hook.connector_subjects()
        if not answers:
            return sorted(SubjectKind)
        return sorted({SubjectKind(kind) for answer in answers for kind in answer})

    def say(self, case: Case, circle: Circle, day: date, hooks: Collection[str]) -> dict[str, Any]:
        """`{"owed", "turn", "proposed", "faults": {hook: message}, "spent"}`, of those asked."""
        said: dict[str, Any] = {"faults": {}}
        if NOTICES in hooks:
            self._try(said, NOTICES, "owed", lambda: self._owed(case, circle, day))
        if NEXT_TURN in hooks:
            self._try(said, NEXT_TURN, "turn", lambda: self._turn(case, day))
        if PROPOSE in hooks:
            self._try(said, PROPOSE, "proposed", lambda: self._proposed(case, day))
        return said

    def _owed(self, case: Case, circle: Circle, day: date) -> list[dict[str, Any]]:
        answers = self._manager.hook.connector_notices(case=case, circle=circle, day=day)
        owed = [_notice(one) for answer in answers for one in _listed(answer)]
        # Parameters that are no JSON, or refer to themselves, are told where they come from.
        json.dumps(owed, allow_nan=False)
        return owed

    def _turn(self, case: Case, day: date) -> str | None:
        turns = self._manager.hook.connector_next_turn(case=case, day=day)
        later = [_day(turn) for turn in turns if _day(turn) > day.isoformat()]
        return min(later, default=None)

    def _proposed(self, case: Case, day: date) -> dict[str, Any] | None:
        routes = [
            one for one in self._manager.hook.connector_propose_route(case=case, day=day) if one
        ]
        return _route(routes[0]) if routes else None

    def _try(self, said: dict[str, Any], hook: str, name: str, ask: Callable[[], Any]) -> None:
        try:
            said[name] = ask()
        # Somebody else's code: SystemExit and KeyboardInterrupt are its faults like any other.
        except BaseException as err:
            said["faults"][hook] = self.told(err)
            # Whatever is left of a process that ran out of memory is not to be asked again.
            said["spent"] = said.get("spent", False) or isinstance(err, MemoryError)

    def told(self, err: BaseException) -> str:
        """What went wrong and in which line of the plugin's own files."""
        try:
            text = str(err)[:_MOST_TEXT]
        # An exception of the plugin's own whose words fail too.
        except BaseException:
            text = ""
        place = self._place(err)
        name = type(err).__name__
        return f"{name}: {text}{place}" if text else f"{name}{place}"

    def _place(self, err: BaseException) -> str:
        if self._folder is None:
            return ""
        lines = [
            f" ({os.path.basename(frame.filename)}:{frame.lineno})"
            for frame in traceback.extract_tb(err.__traceback__, limit=-20)
            if frame.filename.startswith(self._folder)
        ]
        return lines[-1] if lines else ""


def _listed(answer: object) -> Sequence[object]:
    # A generator may have no end.
    if not isinstance(answer, list | tuple):
        raise TypeError(f"{NOTICES} returned {type(answer).__name__}, not list")
    if len(answer) > MOST_NOTICES:
        raise ValueError(f"{NOTICES} returned {len(answer)} notices")
    return answer


def _notice(one: object) -> dict[str, Any]:
    if not isinstance(one, Owed):
        raise TypeError(f"{NOTICES} returned {type(one).__name__}, not Owed")
    return {
        "key": one.key,
        "kind": one.kind,
        "role": one.role,
        "recipient": one.recipient,
        "params": dict(one.params),
        "happened_on": _day(one.happened_on),
        "urgent": one.urgent,
    }


def _route(one: object) -> dict[str, Any]:
    if not isinstance(one, ProposedRoute):
        raise TypeError(f"{PROPOSE} returned {type(one).__name__}, not ProposedRoute")
    return {
        "starts_on": _day(one.starts_on),
        "note": one.note,
        "steps": [
            {
                "target": str(step.target),
                "competencies": list(step.competencies),
                "due_on": None if step.due_on is None else _day(step.due_on),
                "required": step.required,
            }
            for step in one.steps
        ],
    }


def _day(value: object) -> str:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise TypeError(f"a date was expected, not {type(value).__name__}")
    return value.isoformat()
